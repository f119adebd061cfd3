"""Work goes back to its queue when whoever has it goes away, and is never lost."""

from datetime import timedelta

import pytest

from ictsupport import clock, jobs
from ictsupport.people.granting import end_role
from ictsupport.people.joining import mark_left
from ictsupport.people.rota.absences import call_off, enter_absence
from ictsupport.people.rota.models import AbsenceKind
from ictsupport.tickets.assigning.handing_back import choose_handover, hand_back_absent, to_deal_out
from ictsupport.tickets.holding import hold
from ictsupport.tickets.models import HoldReason, Resolution, Status
from ictsupport.tickets.resolving import resolve
from ictsupport.tickets.triage import assign

from ..conftest import NOW

DAY = timedelta(days=1)


@pytest.fixture
def work(make_ticket, agent, manager):
    """Three tickets that Asha has: one in progress, one on hold, one resolved."""
    tickets = [make_ticket(subject=f"Number {number}") for number in range(3)]
    for ticket in tickets:
        assign(ticket, agent, by=manager)
    hold(tickets[1], HoldReason.SUPPLIER, by=agent)
    resolve(tickets[2], Resolution.FIXED, "New cable", by=agent)
    return tickets


def away(person, *, keeps_all=False, kept=(), starts=NOW + DAY, ends=NOW + 3 * DAY):
    absence = enter_absence(person, starts, ends, AbsenceKind.LEAVE, by=person)
    choose_handover(absence, keeps_all=keeps_all, kept=kept, by=person)
    return absence


def holders(tickets):
    return [ticket.assignee.name if ticket.assignee else "" for ticket in tickets]


def test_when_the_absence_begins_open_work_goes_back_and_finished_work_stays(work, agent):
    away(agent)
    assert hand_back_absent() == 0
    with clock.at(NOW + DAY):
        assert hand_back_absent() == 1
    assert holders(work) == ["", "", "Asha Iqbal"]
    assert [ticket.status for ticket in work] == [Status.IN_PROGRESS, Status.ON_HOLD, Status.RESOLVED]


def test_it_happens_once_however_often_the_timetable_looks(work, agent, manager):
    away(agent)
    with clock.at(NOW + DAY):
        hand_back_absent()
        assign(work[0], agent, by=manager)  # although they are away
        assert hand_back_absent() == 0
    assert holders(work)[0] == "Asha Iqbal"


def test_after_downtime_it_is_caught_up_while_they_are_away_and_not_once_they_are_back(work, agent):
    away(agent)
    with clock.at(NOW + 4 * DAY):
        assert hand_back_absent() == 0
    with clock.at(NOW + 2 * DAY):
        assert hand_back_absent() == 1


def test_what_is_nearly_done_is_kept_by_choice(work, agent):
    away(agent, kept=[work[0]])
    with clock.at(NOW + DAY):
        hand_back_absent()
    assert holders(work) == ["Asha Iqbal", "", "Asha Iqbal"]


def test_over_a_short_absence_everything_is_kept_by_choice(work, agent):
    away(agent, keeps_all=True)
    with clock.at(NOW + DAY):
        hand_back_absent()
    assert holders(work) == ["Asha Iqbal"] * 3


def test_one_who_rings_in_ill_hands_back_at_once(work, agent):
    away(agent, starts=NOW)
    assert holders(work)[:2] == ["", ""]


def test_called_off_before_it_begins_nothing_goes_back(work, agent):
    call_off(away(agent), by=agent)
    with clock.at(NOW + DAY):
        assert hand_back_absent() == 0


def test_the_manager_is_told_once_and_sees_the_list(work, agent, manager, outbox):
    away(agent, starts=NOW)
    assert [mail for mail in outbox() if "to deal out" in mail[1]] == [
        (manager.email, "2 tickets to deal out: Asha Iqbal")
    ]
    ((back, tickets),) = to_deal_out(manager)
    assert back.person is agent
    assert {ticket.id for ticket in tickets} == {work[0].id, work[1].id}
    assign(work[0], manager, by=manager)
    assert [len(tickets) for _, tickets in to_deal_out(manager)] == [1]


def test_a_confidential_ticket_is_on_no_list_of_one_who_may_not_open_it(make_ticket, agent, manager, desk):
    desk["helpdesk"].cleared.append(agent)
    ticket = make_ticket(confidential=True)
    assign(ticket, agent, by=agent)
    away(agent, starts=NOW)
    assert ticket.assignee is None
    assert to_deal_out(manager) == []


def test_leaving_hands_back_all_of_it(work, agent, administrator):
    mark_left(agent, NOW.date(), by=administrator, at_once=True)
    assert holders(work)[:2] == ["", ""]


def test_one_who_leaves_at_the_end_of_the_day_hands_back_by_the_timetable(work, agent, administrator):
    mark_left(agent, NOW.date(), by=administrator)
    assert holders(work)[0] == "Asha Iqbal"
    with clock.at(NOW + DAY):
        jobs.enqueue("people.end_leavers")
        jobs.run_all()
    assert holders(work)[:2] == ["", ""]


def test_without_the_role_the_work_is_given_back_too(work, agent, administrator):
    (grant,) = agent.grants
    end_role(grant, by=administrator)
    assert holders(work)[:2] == ["", ""]


def test_the_agent_ticks_what_to_keep_when_entering_the_absence(work, agent, manager, browser):
    client = browser(agent)
    page = client.get("/absences/new").text
    assert f"{work[0].reference} Number 0" in page
    data = {"kind": "leave", "work": "hands back", "kept": [str(work[0].id)]}
    for name in ("first_day", "last_day"):
        data |= {f"{name}-day": "18", f"{name}-month": "11", f"{name}-year": "2026"}
    assert client.post("/absences/new", data=data).status_code == 303
    assert holders(work)[:2] == ["Asha Iqbal", ""]
    assert "Handed back" in browser(manager).get("/hand-backs").text
    assert "1 ticket handed back by Asha Iqbal to deal out" in browser(manager).get("/tickets").text
