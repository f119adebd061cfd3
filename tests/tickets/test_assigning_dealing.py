"""Dealing out: proposals with reasons, given out in one press, undone while nobody has begun."""

from datetime import timedelta

import pytest

from ictsupport.database import db
from ictsupport.people.rota.absences import enter_absence
from ictsupport.people.rota.models import AbsenceKind
from ictsupport.tickets.assigning.capping import set_cap
from ictsupport.tickets.assigning.dealing import (
    NothingDealt,
    NotYourDeal,
    UndoneAlready,
    deal_out,
    proposals_for,
    undo,
)
from ictsupport.tickets.assigning.models import Deal
from ictsupport.tickets.models import Status, TicketPeriod
from ictsupport.tickets.replying import note, reply
from ictsupport.tickets.triage import assign, prioritise

from ..conftest import NOW


def test_work_is_spread_over_those_who_are_here(make_ticket, agent, manager):
    for _ in range(4):
        make_ticket()
    proposed = [one.person_id for one in proposals_for(manager)]
    assert sorted(proposed) == sorted([agent.id, manager.id] * 2)
    assert proposals_for(manager)[0].why == "has 0 of 25, here until 5pm"
    assert proposals_for(manager)[3].why == "has 1 of 25, here until 5pm"


def test_the_cap_holds_within_one_dealing(make_ticket, agent, manager):
    set_cap(agent, 1, by=manager)
    set_cap(manager, 0, by=manager)
    for _ in range(2):
        make_ticket()
    first, second = proposals_for(manager)
    assert (first.person_id, second.person_id) == (agent.id, None)
    assert second.why.startswith("Nobody just now: ")


def test_whoever_is_away_can_be_chosen_by_hand_and_it_is_said(ticket, agent, manager):
    enter_absence(agent, NOW, NOW + timedelta(days=1), AbsenceKind.LEAVE, by=agent)
    (one,) = proposals_for(manager)
    assert one.person_id == manager.id
    assert dict(one.choices)[agent.id] == "Asha Iqbal (is away until 10am tomorrow)"


def test_what_one_may_not_open_is_not_proposed(make_ticket, manager):
    make_ticket(confidential=True)
    assert proposals_for(manager) == []


def test_given_out_in_one_press_with_each_refusal_in_words(make_ticket, agent, manager, member):
    free, taken, wrong = make_ticket(), make_ticket(), make_ticket()
    assign(taken, agent, by=agent)
    deal = deal_out(
        [(free, agent, free.version), (taken, manager, 1), (wrong, member, wrong.version)], by=manager
    )
    assert (free.assignee, taken.assignee, wrong.assignee) == (agent, agent, None)
    assert deal.refused == [
        [taken.reference, "Asha Iqbal has it already."],
        [
            wrong.reference,
            f"Cllr Pat Ashcroft cannot be given {wrong.reference}: "
            "they do not work tickets of this council or queue.",
        ],
    ]


def test_nothing_chosen_is_nothing_dealt(desk, manager):
    with pytest.raises(NothingDealt):
        deal_out([], by=manager)


def test_undone_everything_is_as_it_was(make_ticket, agent, manager):
    tickets = [make_ticket(), make_ticket()]
    deal = deal_out([(ticket, agent, None) for ticket in tickets], by=manager)
    assert undo(deal, by=manager) == (2, [])
    assert [(ticket.assignee, ticket.status) for ticket in tickets] == [(None, Status.NEW)] * 2
    live = db.select(TicketPeriod.status).where(
        TicketPeriod.ends_at.is_(None), TicketPeriod.ticket_id == tickets[0].id
    )
    assert db.session.scalars(live).one() is Status.NEW
    with pytest.raises(UndoneAlready):
        undo(deal, by=manager)


@pytest.mark.parametrize(
    "work",
    [
        lambda ticket, agent: note(ticket, "Looked into it", by=agent),
        lambda ticket, agent: reply(ticket, "Which telephone?", by=agent),
        lambda ticket, agent: prioritise(ticket, by=agent, urgency=1),
    ],
)
def test_what_somebody_has_worked_on_since_stays(work, make_ticket, agent, manager):
    begun, untouched = make_ticket(), make_ticket()
    deal = deal_out([(begun, agent, None), (untouched, agent, None)], by=manager)
    work(begun, agent)
    assert undo(deal, by=manager) == (1, [begun.reference])
    assert (begun.assignee, untouched.assignee) == (agent, None)


def test_a_word_from_the_requester_is_no_work(ticket, agent, manager, staff):
    deal = deal_out([(ticket, agent, None)], by=manager)
    reply(ticket, "It still is silent", by=staff)
    assert undo(deal, by=manager) == (1, [])


def test_another_agent_does_not_undo_it(ticket, agent, manager):
    deal = deal_out([(ticket, manager, None)], by=manager)
    with pytest.raises(NotYourDeal):
        undo(deal, by=agent)


def test_on_the_page_it_is_looked_over_changed_given_out_and_undone(make_ticket, agent, manager, browser):
    kept, given = make_ticket(), make_ticket()
    client = browser(manager)
    page = client.get("/deal-out").text
    assert "has 0 of 25, here until 5pm" in page
    data = {
        f"agent-{kept.id}": "",
        f"version-{kept.id}": "1",
        f"agent-{given.id}": str(agent.id),
        f"version-{given.id}": "1",
    }
    answer = client.post("/deal-out", data=data)
    assert answer.status_code == 303
    assert (kept.assignee, given.assignee) == (None, agent)
    deal = db.session.scalars(db.select(Deal)).one()
    assert f"{given.reference}</a> {given.subject}: <b>Asha Iqbal</b>" in client.get(f"/deals/{deal.id}").text
    client.post(f"/deals/{deal.id}/undoing")
    assert given.assignee is None
    assert "Undone" in client.get(f"/deals/{deal.id}").text


def test_an_empty_press_says_what_to_do_and_keeps_what_was_chosen(ticket, manager, browser):
    answer = browser(manager).post("/deal-out", data={f"agent-{ticket.id}": ""})
    assert answer.status_code == 422
    assert "Choose who gets at least one of them" in answer.text
    assert '<option value="" selected' not in answer.text
    assert f'aria-label="Who gets {ticket.reference}"' in answer.text
    assert " selected>" not in answer.text.partition("Who gets")[2].partition("</select>")[0]


@pytest.mark.parametrize("count", [1, 25])
def test_the_page_costs_the_same_however_much_there_is(count, make_ticket, manager, browser, count_queries):
    for _ in range(count):
        make_ticket()
    client = browser(manager)
    with count_queries() as queries:
        assert client.get("/deal-out").status_code == 200
    assert len(queries) == 3, queries
