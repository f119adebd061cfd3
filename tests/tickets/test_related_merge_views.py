"""Merging on the pages: of the desk, which sees both as one, and of whoever asked, who sees their own."""

import html
import re
from datetime import timedelta

import pytest

from ictsupport import clock
from ictsupport.database import db
from ictsupport.pages.filters import moment, plural
from ictsupport.tickets.lists.bulk import CHANGED, REFUSED, SAME, act_called, carry_out
from ictsupport.tickets.models import Resolution, Ticket
from ictsupport.tickets.related.merging import merge
from ictsupport.tickets.replying import note, reply
from ictsupport.tickets.resolving import close, resolve
from ictsupport.tickets.tasks.models import Task
from ictsupport.tickets.triage import assign


@pytest.fixture
def two(make_ticket, member):
    return make_ticket(subject="No network"), make_ticket(subject="Wi-Fi is gone", requester=member)


def merge_on_page(client, here, **answers):
    """Look at what merging would change, then merge; returns what was to be looked at."""
    looked = client.post(f"{here}/merging", data=answers).text
    shown = re.search(r'name="shown"[^>]* value="([^"]+)"', looked)
    led = client.post(f"{here}/merging", data={**answers, "shown": shown[1]})
    goes_on = here if answers["way"] == "here" else f"/tickets/{answers['other'].upper()}"
    assert led.location == goes_on, "whoever has merged sees the ticket that goes on"
    return html.unescape(looked)


@pytest.fixture
def merged(two, agent):
    merge(two[0], [two[1]], by=agent)
    return two


def test_an_agent_merges_by_reference_and_takes_it_back(two, make_ticket, agent, browser):
    survivor, other = two
    third = make_ticket()
    client = browser(agent)
    here = f"/tickets/{other.reference}"
    assert f"{here}/merging" in client.get(here).text
    merge_on_page(
        client, here, other=survivor.reference.lower(), way="there", more=f" {third.reference.lower()}, "
    )
    assert (other.merged_into_id, third.merged_into_id) == (survivor.id, survivor.id)
    page = client.get(here).text
    assert "Merged into <a" in page
    assert "Write on this ticket" not in page
    client.post(f"{here}/unmerging")
    assert (other.merged_into_id, third.merged_into_id) == (None, survivor.id)


def test_what_cannot_be_merged_is_said_and_nothing_is(two, agent, browser):
    survivor, other = two
    for one, more, words in (
        (other.reference, "ICT-999999", "No ticket that you work on is called ICT-999999"),
        (survivor.reference, "", "cannot be merged into itself"),
    ):
        answer = browser(agent).post(
            f"/tickets/{survivor.reference}/merging", data={"other": one, "way": "here", "more": more}
        )
        assert answer.status_code == 422
        assert words in answer.text
        assert more in answer.text
        assert other.merged_into_id is None


def test_what_merging_changes_is_looked_at_first(two, make_ticket, agent, manager, member, browser):
    survivor, other = two
    done = make_ticket(subject="Done long ago")
    resolve(done, Resolution.FIXED, "Done", by=agent)
    reply(other, "It is still gone", by=member)
    survivor.watchers.append(agent)
    other.watchers.append(manager)
    other.opened_at -= timedelta(days=1)
    other.needed_by = clock.now() + timedelta(days=1)
    task = Task(ticket=other, place=1, what="Ring the supplier")
    db.session.add(task)
    db.session.flush()
    client, here = browser(agent), f"/tickets/{survivor.reference}"
    answers = {"other": other.reference, "way": "here", "more": done.reference}
    looked = html.unescape(client.post(f"{here}/merging", data=answers).text)
    for words in (
        f"{survivor.reference}, “No network”, goes on",
        f"too, with {plural(1, 'message')}.",
        f"{moment(other.opened_at)}: the start of {other.reference}",
        f"{member.name} each hear its answers",
        f"{manager.name} would watch it beside {agent.name}",
        "None of them is confidential",
        f"{done.reference} is resolved. Only tickets that are still open",
        f"{other.reference} is needed by",
        "1 task not done yet leaves",
        "Nothing has been saved yet.",
    ):
        assert words in looked, words
    assert other.merged_into_id is None
    merge_on_page(client, here, **answers)
    assert (other.merged_into_id, done.merged_into_id) == (survivor.id, None)


def test_what_was_looked_at_is_what_is_done(two, agent, manager, browser):
    """Somebody else takes the survivor over meanwhile: it is shown again, and not merged yet."""
    survivor, other = two
    client, address = browser(agent), f"/tickets/{other.reference}/merging"
    answers = {"other": survivor.reference, "way": "there"}
    shown = re.search(r'name="shown"[^>]* value="([^"]+)"', client.post(address, data=answers).text)[1]
    assign(survivor, manager, by=manager)
    again = client.post(address, data={**answers, "shown": shown})
    assert f"with {manager.name}" in again.text
    assert other.merged_into_id is None


def test_the_desk_sees_both_timelines_as_one(merged, member, agent, browser):
    survivor, other = merged
    note(survivor, "The switch on floor 2", by=agent)
    reply(other, "Now it is back", by=member)
    page = browser(agent).get(f"/tickets/{survivor.reference}").text
    for words in (
        "The switch on floor 2",
        "Now it is back",
        "Merged into this",
        other.reference,
        "merged it",
    ):
        assert words in page, words


def test_the_requester_of_a_merged_ticket_stays_on_their_own_page(merged, member, agent, browser):
    survivor, other = merged
    client = browser(member)
    answer = client.post(f"/tickets/{other.reference}/replies", data={"body": "Any news?"})
    assert answer.location.endswith(other.reference)
    reply(survivor, "The switch is being replaced", by=agent)
    page = client.get(f"/tickets/{other.reference}").text
    for words in ("deal with it together", "Any news?", "The switch is being replaced"):
        assert words in page, words
    assert survivor.reference not in page
    assert "I do not need this any more" not in page
    assert client.get(f"/tickets/{survivor.reference}").status_code == 404


def test_their_list_says_how_the_survivor_stands(merged, member, agent, browser):
    survivor, other = merged
    client = browser(member)
    assert "We have it" in client.get("/tickets").text
    resolve(survivor, Resolution.FIXED, "A new switch", by=agent)
    assert "Done, we think" in client.get("/tickets").text
    page = client.get(f"/tickets/{other.reference}").text
    assert "A new switch" in page
    assert "It works now" not in page
    client.post(f"/tickets/{other.reference}/reopening", data={"wrong": "Still gone"})
    assert survivor.status.value == "in progress"
    resolve(survivor, Resolution.FIXED, "Another switch", by=agent)
    close(survivor)
    assert "Finished" in client.get("/tickets").text
    client.post(f"/tickets/{other.reference}/replies", data={"body": "Gone again"})
    assert (
        db.session.scalars(db.select(Ticket).where(Ticket.follows_id == other.id)).one().requester is member
    )


def test_a_merged_ticket_is_on_no_work_list_but_is_found(merged, agent, browser):
    _survivor, other = merged
    client = browser(agent)
    assert other.reference not in client.get("/tickets").text
    assert other.reference in client.get("/tickets?view=everything").text
    assert other.reference in client.get(f"/search?q={other.reference}", follow_redirects=True).text


def test_what_is_ticked_on_a_list_becomes_one(make_ticket, agent):
    survivor, *rest = (make_ticket() for _ in range(4))
    resolve(rest[-1], Resolution.FIXED, "Done", by=agent)
    act = act_called("merge")
    form = act.filled({"into": [f" {survivor.reference.lower()}"]}, agent)
    chosen = [(each.id, None) for each in (survivor, *rest)]
    outcomes = carry_out(act, form, chosen, by=agent, bulk=0)
    assert [each.state for each in outcomes] == [SAME, CHANGED, CHANGED, REFUSED]
    assert [each.merged_into_id for each in rest] == [survivor.id, survivor.id, None]


@pytest.mark.parametrize("busy", [1, 12])
def test_the_page_of_a_survivor_costs_the_same_however_many_it_stands_for(
    busy, make_ticket, agent, browser, count_queries
):
    survivor = make_ticket()
    merge(survivor, [make_ticket() for _ in range(busy)], by=agent)
    client = browser(agent)
    with count_queries() as queries:
        client.get(f"/tickets/{survivor.reference}")
    assert len(queries) <= 10, queries
