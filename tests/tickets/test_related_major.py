"""One trouble that many report: attached in one go, told at once, resolved together, and left by whoever has another."""

import html

import pytest

from ictsupport.tickets.amending import amend
from ictsupport.tickets.holding import hold
from ictsupport.tickets.lists.bulk import act_called, begin
from ictsupport.tickets.models import HoldReason, Resolution, Status
from ictsupport.tickets.related.linking import link, links_of
from ictsupport.tickets.related.major import (
    Confidential,
    NobodyTold,
    NoParent,
    attach,
    children_of,
    declare,
    matching,
    open_incidents,
    opt_out,
    resolve_children,
    stand_down,
    tell_all,
)
from ictsupport.tickets.related.merging import merge
from ictsupport.tickets.related.models import LinkKind
from ictsupport.tickets.resolving import resolve

WORDS = "The network at the Town Hall is down. We expect it back by 2pm."


@pytest.fixture
def outage(make_ticket, telephony, agent):
    ticket = make_ticket(subject="Switch on floor 2", systems=[telephony])
    declare(ticket, WORDS, by=agent)
    return ticket


@pytest.fixture
def reports(make_ticket, member, staff, telephony):
    return [
        make_ticket(subject="No network", requester=member),
        make_ticket(subject="The network is gone", requester=staff),
        make_ticket(subject="Slow printer", systems=[telephony]),
    ]


def test_what_matches_words_or_a_system_is_attached_in_one_go(outage, reports, telephony, agent):
    assert matching(outage, agent, typed="network") == [reports[1], reports[0]]
    assert matching(outage, agent, system_id=telephony.id) == [reports[2]]
    assert attach(outage, reports[:2], by=agent) == []
    assert children_of(outage, agent) == reports[:2]
    assert matching(outage, agent, typed="network") == []
    assert [refusal.reason for refusal in attach(outage, [reports[0], outage], by=agent)] != []
    assert len(links_of(outage)) == 2


def test_one_update_goes_to_everybody_in_their_own_ticket(outage, reports, member, staff, agent, outbox):
    with pytest.raises(NobodyTold):
        tell_all(outage, "Parts have arrived", by=agent)
    attach(outage, reports[:2], by=agent)
    before = len(outbox())
    assert tell_all(outage, "Parts have arrived", by=agent) == 2
    assert outbox()[before:] == [
        (member.email, f"{reports[0].reference}: No network"),
        (staff.email, f"{reports[1].reference}: The network is gone"),
    ]
    assert [len(each.messages) for each in (outage, *reports)] == [0, 1, 1, 0]


def test_those_chosen_are_resolved_with_the_same_words_and_merged_ones_are_left_alone(
    outage, reports, make_ticket, agent
):
    attach(outage, reports, by=agent)
    merge(make_ticket(), [reports[2]], by=agent)
    ids = [each.id for each in reports]
    assert resolve_children(outage, ids[1:], Resolution.FIXED, "A new switch", by=agent) == 1
    assert [each.status for each in reports] == [Status.NEW, Status.RESOLVED, Status.NEW]
    assert reports[1].resolution_notes == "A new switch"


def test_resolving_the_parent_asks_which_of_the_tickets_below_follow(outage, reports, agent, browser):
    attach(outage, reports[:2], by=agent)
    client = browser(agent)
    page = client.get(f"/tickets/{outage.reference}/resolution").text
    assert page.count("checked") == 2
    client.post(
        f"/tickets/{outage.reference}/resolution",
        data={"resolution": "fixed", "notes": "A new switch", "children": str(reports[0].id)},
    )
    assert [each.status for each in (outage, *reports)] == [
        Status.RESOLVED,
        Status.RESOLVED,
        Status.NEW,
        Status.NEW,
    ]


def test_whoever_has_something_else_takes_theirs_out(outage, reports, member, agent, browser):
    attach(outage, reports[:2], by=agent)
    client = browser(member)
    assert WORDS in client.get(f"/tickets/{reports[0].reference}").text
    client.post(f"/tickets/{reports[0].reference}/opting-out")
    assert children_of(outage, agent) == [reports[1]]
    with pytest.raises(NoParent):
        opt_out(reports[0], by=member)
    assert WORDS not in client.get(f"/tickets/{reports[0].reference}").text


def test_everybody_it_concerns_reads_of_it_until_it_is_over(outage, member, other_staff, agent, browser):
    assert WORDS in browser(member).get("/").text
    assert WORDS not in browser(other_staff).get("/").text
    assert WORDS in browser(agent).get("/tickets").text
    assert "Major incident" in browser(agent).get(f"/tickets/{outage.reference}").text
    stand_down(outage, by=agent)
    assert open_incidents(member, desk=False) == []
    declare(outage, WORDS, by=agent)
    resolve(outage, Resolution.FIXED, "A new switch", by=agent)
    assert open_incidents(member, desk=False) == []


def test_a_confidential_ticket_is_never_announced(make_ticket, desk, manager):
    desk["helpdesk"].cleared.append(manager)
    with pytest.raises(Confidential):
        declare(make_ticket(confidential=True), WORDS, by=manager)


def test_what_becomes_confidential_is_silent_to_the_tickets_below_it(
    outage, reports, desk, member, manager, outbox, browser
):
    desk["helpdesk"].cleared.append(manager)
    attach(outage, reports[:2], by=manager)
    amend(outage, by=manager, confidential=True)
    here, client = f"/tickets/{outage.reference}", browser(member)
    for page in ("/", f"/tickets/{reports[0].reference}"):
        assert WORDS not in client.get(page).text
    with pytest.raises(NobodyTold):
        tell_all(outage, "It was the monitoring officer", by=manager)
    desk_page = browser(manager)
    assert "nobody reads these words any more" in desk_page.get(f"{here}/major").text
    assert "No network" not in desk_page.get(f"{here}/resolution").text
    amend(outage, by=manager, confidential=False)
    assert WORDS in client.get(f"/tickets/{reports[0].reference}").text


def test_a_confidential_child_is_neither_shown_nor_told_by_those_not_cleared(
    outage, make_ticket, desk, agent, manager
):
    desk["helpdesk"].cleared.append(manager)
    secret = make_ticket(confidential=True)
    link(outage, LinkKind.PARENT, secret, by=manager)
    assert children_of(outage, agent) == []
    assert children_of(outage, manager) == [secret]


def test_it_is_run_from_its_page(outage, reports, agent, browser):
    client, here = browser(agent), f"/tickets/{outage.reference}/major"
    page = client.get(f"{here}/children?q=network").text
    assert page.count("checked") == 2
    client.post(f"{here}/children?q=network", data={"tickets": [str(each.id) for each in reports[:2]]})
    assert children_of(outage, agent) == reports[:2]
    assert client.post(f"{here}/update", data={"body": " "}).status_code == 422
    client.post(f"{here}/update", data={"body": "Parts have arrived"})
    assert [len(each.messages) for each in reports] == [1, 1, 0]
    assert reports[0].subject in client.get(f"{here}/resolution").text
    client.post(
        f"{here}/resolution",
        data={
            "children": [str(each.id) for each in reports[:2]],
            "resolution": "fixed",
            "notes": "A new switch",
        },
    )
    assert reports[0].status is Status.RESOLVED
    client.post(f"{here}/end")
    assert "Declare a major incident" in client.get(here).text


def test_a_report_that_waits_with_it_stays_on_hold_when_all_are_told(outage, reports, agent):
    hold(reports[0], HoldReason.PROBLEM, by=agent)
    attach(outage, reports[:1], by=agent)
    tell_all(outage, "Parts have arrived", by=agent)
    assert reports[0].hold_reason is HoldReason.PROBLEM


def test_what_a_list_holds_is_attached_after_a_look_that_says_what_is_refused(
    outage, reports, make_ticket, desk, manager, agent, browser
):
    other = make_ticket(subject="Another trouble")
    link(other, LinkKind.PARENT, reports[0], by=agent)
    client, here = browser(agent), f"/tickets/{outage.reference}/major/children"
    page = client.get(f"{here}?view=open&q=network").text
    assert "Go on with 2 tickets" in page
    href = html.unescape(page.split('<a href="/tickets/bulk?')[1].split('"')[0])
    page = client.get(f"/tickets/bulk?{href}").text
    assert f'value="{outage.reference}"' in page
    chosen = " ".join(f"{each.id}.{each.version}" for each in (outage, *reports))
    data = {"act": "attach", "chosen": chosen, "to": outage.reference.lower()}
    page = client.post("/tickets/bulk", data=data).text
    assert "2 tickets</button>" in page
    assert f"{reports[0].reference} is a child of {other.reference} already" in page
    assert children_of(outage, agent) == []
    page = client.post("/tickets/bulk", data=data | {"step": "do", "leave": str(reports[2].id)})
    assert children_of(outage, agent) == [reports[1]]
    assert f'/tickets/{outage.reference}/major">Go to {outage.reference}' in client.get(page.location).text
    chosen = f"{reports[2].id}.{reports[2].version}"
    page = client.post("/tickets/bulk", data=data | {"step": "do", "chosen": chosen})
    assert page.location.endswith(f"/tickets/{outage.reference}/major")
    assert "1 ticket is changed" in client.get(page.location).text


def test_nothing_confidential_is_attached_to_what_is_not(outage, make_ticket, desk, manager):
    desk["helpdesk"].cleared.append(manager)
    secret = make_ticket(confidential=True)
    fields = {"to": [outage.reference]}
    run = begin(act_called("attach"), fields, [(secret.id, secret.version)], by=manager)
    assert [(state, "not told of together" in why) for _id, state, why in run.outcomes] == [("refused", True)]
