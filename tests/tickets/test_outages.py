"""What is known to be out of order: told before somebody asks, joined in one press, and ended for everybody."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from ictsupport import clock
from ictsupport.database import db
from ictsupport.people.models import Role
from ictsupport.systems.outages.declaring import (
    AlreadyOver,
    NotYetBegun,
    WindowBackward,
    WindowMissing,
    WindowPast,
    declare,
    end,
    tell,
)
from ictsupport.systems.outages.models import OutageKind
from ictsupport.systems.outages.queries import known_now
from ictsupport.tickets.models import HoldReason, Message, Request, Status, Ticket
from ictsupport.tickets.outages.reporting import Over, me_too, reports_of, ticket_of
from ictsupport.tickets.related.linking import parent_id_of

from ..conftest import NOW

ABOUT = {"for_whom": "0", "kind": "incident", "subject": "No calls"}


@pytest.fixture
def lead(make_person, council):
    return make_person("Ruth Hale", council, roles=(Role.SYSTEMS_LEAD,))


@pytest.fixture
def outage(desk, telephony, lead):
    return declare(telephony, "Calls are cut off", by=lead, advice="Use a mobile telephone")


def test_a_declared_outage_has_a_ticket_on_which_it_is_worked(outage, lead, telephony):
    ticket = ticket_of(outage)
    assert (ticket.subject, ticket.systems) == ("Telephony: Calls are cut off", [telephony])
    assert (ticket.impact, ticket.is_shared) == (1, True)


def test_me_too_is_a_child_of_the_outages_ticket_once(outage, member, staff):
    first = me_too(outage, member, by=member)
    assert me_too(outage, member, by=member) is first
    assert me_too(outage, staff, by=staff) is not first
    assert parent_id_of(first.id) == ticket_of(outage).id
    assert (first.status, first.hold_reason) == (Status.ON_HOLD, HoldReason.PROBLEM)


def test_those_it_hit_hear_how_it_goes_and_are_asked_at_the_end(outage, member, staff, agent, lead, outbox):
    waiting, taken_up = me_too(outage, member, by=member), me_too(outage, staff, by=staff)
    tell(outage, "The supplier is looking", by=lead)
    bodies = list(db.session.scalars(select(Message.body).order_by(Message.id)))
    assert bodies == ["The supplier is looking"] * 2
    assert waiting.status is Status.ON_HOLD
    from ictsupport.tickets.holding import release

    release(taken_up, by=agent)
    end(outage, "A new line card", by=lead)
    assert (waiting.status, waiting.resolution_notes) == (Status.RESOLVED, "A new line card")
    assert taken_up.status is not Status.RESOLVED
    assert [each.id for each in reports_of(outage)] == [waiting.id, taken_up.id]
    with pytest.raises(Over):
        me_too(outage, agent, by=agent)
    with pytest.raises(AlreadyOver):
        tell(outage, "More", by=lead)


@pytest.mark.parametrize(
    ("more", "refusal"),
    [
        ({"kind": OutageKind.MAINTENANCE}, WindowMissing),
        ({"starts_at": NOW + timedelta(hours=1)}, NotYetBegun),
        ({"expected_end": NOW - timedelta(hours=1)}, WindowBackward),
        (
            {"starts_at": NOW - timedelta(hours=3), "expected_end": NOW - timedelta(hours=1)},
            WindowPast,
        ),
    ],
)
def test_a_window_that_makes_no_sense_is_refused(more, refusal, desk, telephony, lead):
    with pytest.raises(refusal):
        declare(telephony, "It rests", by=lead, **more)


def test_maintenance_is_told_a_week_ahead_and_ends_by_itself(desk, telephony, lead, council):
    planned = declare(
        telephony,
        "New software",
        by=lead,
        kind=OutageKind.MAINTENANCE,
        starts_at=NOW + timedelta(days=3),
        expected_end=NOW + timedelta(days=3, hours=2),
    )
    assert known_now(telephony.id, council.id) == [planned]
    assert ticket_of(planned) is None
    with clock.at(NOW + timedelta(days=3, hours=3)):
        assert known_now(telephony.id, council.id) == []
        assert planned.is_over


def test_what_is_out_of_order_elsewhere_is_not_told_here(desk, telephony, lead, council, other_council):
    declare(telephony, "Only there", by=lead, council=other_council)
    assert known_now(telephony.id, council.id) == []
    assert len(known_now(telephony.id, other_council.id)) == 1


def test_whoever_asks_is_told_and_joins_in_one_press(outage, telephony, member, browser):
    client = browser(member)
    details = client.post("/tickets/new", data={**ABOUT, "system": telephony.id}).headers["Location"]
    page = client.get(details).text
    for words in ("We know about this", "Calls are cut off", "Use a mobile telephone", "Me too"):
        assert words in page, words
    draft = db.session.scalars(select(Request)).one()
    answer = client.post("/tickets/outages/reports", data={"outage": outage.id, "draft": draft.key})
    assert "We have put you down" in client.get(answer.headers["Location"]).text
    client.post("/tickets/outages/reports", data={"outage": outage.id})
    (ticket,) = db.session.scalars(select(Ticket).where(Ticket.requester_id == member.id))
    assert ticket.subject == "Calls are cut off"
    assert db.session.scalars(select(Request)).all() == []


@pytest.mark.parametrize("nonsense", ["", "x", "99999", "9" * 30])
def test_nobody_joins_what_is_not_there(nonsense, desk, member, browser):
    answer = browser(member).post("/tickets/outages/reports", data={"outage": nonsense})
    assert answer.status_code == 409
    assert "tell us what you see" in answer.text


def test_while_typing_only_what_one_may_see_is_suggested(
    outage, telephony, make_ticket, member, rival, browser
):
    make_ticket(requester=member, subject="Calls are quiet", systems=[telephony])
    secret = make_ticket(requester=rival, subject="Calls about somebody", confidential=True)
    found = browser(member).get(f"/tickets/new/known?system={telephony.id}&q=calls").text
    assert "Calls are quiet" in found
    assert "Calls are cut off" in found
    assert secret.subject not in found
    assert "You have asked already" in browser(member).get("/tickets/new/known?q=quiet").text
    nothing = browser(rival).get("/tickets/new/known?q=quiet&system=x").text
    assert "Calls are quiet" not in nothing


def test_an_outage_is_declared_from_the_ticket_that_tells_of_it(
    make_ticket, telephony, agent, member, browser
):
    ticket = make_ticket(requester=member, systems=[telephony])
    client = browser(agent)
    address = f"/tickets/{ticket.reference}/outage"
    assert "The telephone is silent" in client.get(address).text
    wrong = client.post(address, data={"kind": "maintenance", "title": "Rest", "council": "0"})
    assert "Say from when to when" in wrong.text
    client.post(address, data={"kind": "outage", "title": "Calls are cut off", "council": "0"})
    (known,) = known_now(telephony.id)
    assert ticket_of(known).id == ticket.id
    assert "names no system" in client.get(f"/tickets/{make_ticket().reference}/outage").text


def test_the_pages_of_a_system_tell_how_it_goes(outage, telephony, lead, staff, browser):
    client = browser(lead)
    address = f"/systems/telephony/outages/{outage.id}"
    assert client.post(f"{address}/update", data={"words": ""}).status_code == 422
    client.post(f"{address}/update", data={"words": "Half of it works"})
    page = browser(staff).get("/systems/telephony/outages").text
    assert "Half of it works" in page
    assert "Tell how it goes" not in page
    client.post(f"{address}/end", data={"words": "All of it works"})
    assert client.get(f"{address}/end").status_code == 404
    assert "Over" in browser(staff).get("/systems/telephony/outages").text


def test_question_pages_with_all_suggestions_cost_few_statements(
    outage, telephony, make_ticket, member, browser, count_queries
):
    make_ticket(requester=member, subject="No calls at all", systems=[telephony])
    client = browser(member)
    details = client.post("/tickets/new", data={**ABOUT, "system": telephony.id}).headers["Location"]
    for page in (details, f"/tickets/new/known?system={telephony.id}&q=calls"):
        with count_queries() as queries:
            client.get(page)
        assert len(queries) <= 10, "\n".join(queries)


def test_an_outage_stands_in_the_timeline_of_its_tickets_and_costs_others_nothing(
    outage, member, agent, lead, make_ticket, browser, count_queries
):
    report = me_too(outage, member, by=member)
    tell(outage, "The supplier is on site", by=lead)
    end(outage, "A new card", by=lead)
    client = browser(agent)
    page = client.get(f"/tickets/{ticket_of(outage).reference}?show=linked").text
    assert f'href="/systems/telephony/outages">of Telephony begins: {outage.title}' in page
    assert "told how it goes: The supplier is on site" in page
    assert "said that Telephony works again" in page
    page = client.get(f"/tickets/{report.reference}?show=linked").text
    assert "said that Telephony works again" in page
    assert "told how it goes" not in page
    other, costs = make_ticket(requester=member), []
    for reference in (other.reference, report.reference):
        client.get(f"/tickets/{reference}")
        with count_queries() as queries:
            client.get(f"/tickets/{reference}")
        costs.append(sum("FROM outage " in each for each in queries))
    assert costs == [0, 1]
