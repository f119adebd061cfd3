"""Who can be given a ticket, and who should: every no has its words."""

from datetime import UTC, date, datetime, timedelta

import pytest

from ictsupport import clock
from ictsupport.database import db
from ictsupport.people.models import Grant, Membership, Role
from ictsupport.people.rota.absences import enter_absence
from ictsupport.people.rota.models import AbsenceKind
from ictsupport.people.rota.patterns import set_pattern
from ictsupport.people.scopes import scoped_to
from ictsupport.systems.skills import set_skills
from ictsupport.tickets.assigning.capping import NotYourQueue, ask_for_skill, set_cap
from ictsupport.tickets.assigning.crew import crew_for
from ictsupport.tickets.assigning.eligible import best, needs_of, nobody_because, reasons_against
from ictsupport.tickets.holding import hold
from ictsupport.tickets.models import HoldReason
from ictsupport.tickets.triage import assign

from ..conftest import NOW


@pytest.fixture
def against(manager):
    """against(person, ticket): why they cannot be given it."""

    def ask(person, ticket):
        crew = crew_for(manager, [ticket.id])
        return reasons_against(crew.hands[person.id], needs_of(ticket, crew))

    return ask


def suggested(ticket, asker):
    crew = crew_for(asker, [ticket.id])
    return best(crew, needs_of(ticket, crew))


@pytest.fixture
def ben(make_person, council, desk):
    """Another agent of both teams."""
    person = make_person("Ben Colley", council, roles=(Role.AGENT,))
    for queue in desk.values():
        db.session.add(Membership(team=queue.team, person=person, starts_on=date(2020, 1, 1)))
    db.session.flush()
    return person


def test_nothing_stands_against_one_of_the_team_who_is_here(ticket, agent, against):
    assert against(agent, ticket) == []


def test_one_whose_role_does_not_reach_it(ticket, make_person, other_council, desk, against):
    far = make_person("Fay Rowe", other_council)
    far.grants.append(Grant(role=Role.AGENT, **scoped_to(other_council)))
    db.session.add(Membership(team=desk["helpdesk"].team, person=far, starts_on=date(2020, 1, 1)))
    assert against(far, ticket) == ["does not work tickets of Northbrook"]


def test_one_who_is_not_cleared_for_what_is_confidential(make_ticket, agent, desk, against):
    ticket = make_ticket(confidential=True)
    assert against(agent, ticket) == ["may not open confidential tickets of Helpdesk"]
    desk["helpdesk"].cleared.append(agent)
    assert against(agent, ticket) == []


def test_one_of_another_team(ticket, make_person, council, against):
    outsider = make_person("Olu Out", council, roles=(Role.AGENT,))
    assert against(outsider, ticket) == ["is not in the team of Helpdesk"]


def test_one_who_is_away(ticket, agent, against):
    enter_absence(agent, NOW, NOW + timedelta(days=2), AbsenceKind.LEAVE, by=agent)
    assert against(agent, ticket) == ["is away until 10am on Friday 20 November"]


def test_one_who_does_not_work_at_this_hour(ticket, agent, manager, against):
    set_pattern(agent, {3: "09:00-12:00"}, effective_from=NOW.date(), by=manager)
    assert against(agent, ticket) == ["is not at work until 9am tomorrow"]


def test_one_who_does_not_know_the_system_where_the_queue_asks_for_it(
    make_ticket, telephony, agent, manager, desk, against
):
    ticket = make_ticket(systems=[telephony])
    ask_for_skill(desk["helpdesk"], True, by=manager)
    assert against(agent, ticket) == ["does not know Telephony"]
    assert against(agent, make_ticket()) == []
    set_skills(agent, [telephony], by=manager)
    assert against(agent, ticket) == []


def test_one_who_has_all_they_are_given(make_ticket, agent, manager, against):
    assign(make_ticket(), agent, by=manager)
    set_cap(agent, 1, by=manager)
    assert against(agent, make_ticket()) == ["has the one ticket they are given at most"]


def test_what_waits_for_its_requester_is_no_load(make_ticket, agent, manager, against):
    waiting = make_ticket()
    assign(waiting, agent, by=manager)
    set_cap(agent, 1, by=manager)
    hold(waiting, HoldReason.REQUESTER, by=agent, message="Which telephone?")
    assert against(agent, make_ticket()) == []


def test_the_least_loaded_is_suggested_with_the_reason(make_ticket, telephony, agent, manager, ben):
    set_cap(ben, 12, by=manager)
    set_skills(ben, [telephony], by=manager)
    for person in (agent, agent, manager, manager, ben):
        assign(make_ticket(), person, by=manager)
    found = suggested(make_ticket(systems=[telephony]), manager)
    assert (found.person_id, found.because) == (ben.id, "has 1 of 12, knows Telephony, here until 5pm")


def test_of_two_with_the_same_load_the_one_who_knows_the_system(make_ticket, telephony, agent, manager, ben):
    set_skills(manager, [telephony], by=manager)
    assert suggested(make_ticket(systems=[telephony]), manager).person_id == manager.id


def test_nobody_is_suggested_at_night_and_it_is_said_why(ticket, manager):
    with clock.at(datetime(2026, 11, 18, 22, tzinfo=UTC)):
        assert suggested(ticket, manager) is None
        crew = crew_for(manager, [ticket.id])
        assert "are not here" in nobody_because(crew, needs_of(ticket, crew))


def test_what_one_may_not_open_is_not_counted_aloud(make_ticket, agent, manager, desk):
    desk["helpdesk"].cleared.append(manager)
    assign(make_ticket(confidential=True), manager, by=manager)
    assign(make_ticket(), manager, by=manager)
    assert (crew_for(agent).hands[manager.id].shown, crew_for(agent).hands[manager.id].load) == (1, 2)
    assert crew_for(manager).hands[manager.id].shown == 2


def test_whoever_has_left_is_of_no_crew(agent, manager, desk):
    agent.left_on = date(2026, 11, 1)
    db.session.flush()
    assert agent.id not in crew_for(manager).hands


def test_an_agent_does_not_say_what_a_queue_asks_for(desk, agent):
    with pytest.raises(NotYourQueue):
        ask_for_skill(desk["helpdesk"], True, by=agent)


@pytest.mark.parametrize("tickets", [1, 25])
def test_the_crew_costs_one_statement(tickets, make_ticket, agent, manager, count_queries):
    made = [make_ticket() for _ in range(tickets)]
    crew_for(manager)  # the calendar is kept until it changes
    with count_queries() as queries:
        crew_for(manager, [ticket.id for ticket in made])
    assert len(queries) == 1


def test_the_page_of_a_ticket_offers_it_in_one_press(ticket, agent, manager, ben, browser, count_queries):
    assign_first = browser(manager)
    with count_queries() as queries:
        page = assign_first.get(f"/tickets/{ticket.reference}").text
    assert len(queries) <= 10, "\n".join(q[:60] + " ... " + q[q.find("FROM") :][:60] for q in queries)
    assert "<b>Ben Colley</b> could: has 0 of 25, here until 5pm." in page
    answer = assign_first.post(
        f"/tickets/{ticket.reference}/assignment", data={"assignee": ben.id, "version": ticket.version}
    )
    assert answer.status_code == 303
    assert ticket.assignee_id == ben.id
    assert "Who could have it" not in assign_first.get(f"/tickets/{ticket.reference}").text
