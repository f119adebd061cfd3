"""Problems: opened from what they cause, known by a workaround, read by those it concerns, solved with their tickets."""

import pytest

from ictsupport.database import db
from ictsupport.people.models import Role
from ictsupport.tickets.asking.suggestions import Asking
from ictsupport.tickets.models import Resolution, Status, TicketType
from ictsupport.tickets.outages.suggesting import known_of_system
from ictsupport.tickets.problems.access import may_publish, visible_problems
from ictsupport.tickets.problems.keeping import (
    DescribedMeanwhile,
    NothingHelps,
    NotYoursToPublish,
    describe,
    open_problem,
    publish,
)
from ictsupport.tickets.problems.models import ProblemState
from ictsupport.tickets.related.major import children_of
from ictsupport.tickets.related.merging import IsAProblem, merge
from ictsupport.tickets.resolving import reopen, resolve

HELPS = "Take the battery out for a minute, then switch it on again."
WORDS = "Some telephones fall silent. Take the battery out for a minute."


@pytest.fixture
def lead(make_person, council):
    return make_person("Ruth Lead", council, roles=(Role.SYSTEMS_LEAD,))


@pytest.fixture
def reports(make_ticket, telephony, member):
    return [make_ticket(systems=[telephony]), make_ticket(systems=[telephony], requester=member)]


@pytest.fixture
def problem(desk, telephony, council, agent, reports):
    made, left = open_problem(
        subject="Telephones fall silent",
        description="",
        systems=[telephony],
        council=council,
        by=agent,
        tickets=reports,
    )
    assert left == []
    return made


def test_a_problem_is_the_desks_own_ticket_without_targets_or_mail(problem, agent, outbox, browser):
    ticket = problem.ticket
    assert (ticket.ticket_type, ticket.assignee, ticket.clocks) == (TicketType.PROBLEM, agent, [])
    assert outbox() == [] or all(ticket.reference not in subject for _to, subject in outbox())
    page = browser(agent).get(f"/tickets/{ticket.reference}").text
    assert "Cause, workaround, and the tickets it causes" in page
    assert "Reply to the requester" not in page
    assert ticket.reference not in browser(agent).get("/requests").text
    before = len(outbox())
    resolve(ticket, Resolution.FIXED, "New firmware", by=agent)
    reopen(ticket, by=agent)
    assert (len(outbox()), ticket.clocks) == (before, [])


def test_it_is_a_known_error_while_there_is_a_workaround_and_solved_with_its_ticket(problem, agent):
    assert problem.state is ProblemState.OPEN
    describe(problem, cause="", workaround=HELPS, by=agent, seen=1)
    assert problem.state is ProblemState.KNOWN
    with pytest.raises(DescribedMeanwhile):
        describe(problem, cause="The firmware", workaround="", by=agent, seen=1)
    resolve(problem.ticket, Resolution.FIXED, "New firmware", by=agent)
    assert problem.state is ProblemState.SOLVED


def test_agents_find_the_workaround_beside_tickets_of_the_system_and_put_it_into_the_reply(
    problem, make_ticket, telephony, agent, browser
):
    describe(problem, cause="", workaround=HELPS, by=agent)
    another, unlike = make_ticket(systems=[telephony]), make_ticket()
    client = browser(agent)
    assert HELPS in client.get(f"/tickets/{another.reference}/beside").text
    assert HELPS not in client.get(f"/tickets/{unlike.reference}/beside").text
    data = {"problem": problem.ticket.reference, "kind": "reply"}
    page = client.post(f"/tickets/{another.reference}/workaround", data=data).text
    assert f"\n{HELPS}</textarea>" in page
    assert another.messages == []
    answer = client.post(f"/tickets/{unlike.reference}/problem", data={"other": another.reference})
    assert (answer.status_code, "is not a problem" in answer.text) == (422, True)
    client.post(f"/tickets/{unlike.reference}/problem", data=data)
    assert unlike in children_of(problem.ticket, agent)
    assert HELPS in client.get(f"/tickets/{unlike.reference}/beside").text


def test_what_is_published_is_read_by_those_it_concerns_until_it_is_solved(
    problem, telephony, agent, manager, member, other_staff, browser, make_person, council
):
    with pytest.raises(NothingHelps):
        publish(problem, WORDS, by=agent)
    describe(problem, cause="", workaround=HELPS, by=agent)
    colleague = make_person("Sam Colleague", council, roles=(Role.AGENT,))
    with pytest.raises(NotYoursToPublish):
        publish(problem, WORDS, by=colleague)
    publish(problem, WORDS, by=manager)

    def told():
        asking = Asking("", telephony.id, council.id, member.id)
        return [each.text for each in known_of_system(asking, member)] == [WORDS]

    assert WORDS in browser(member).get("/").text
    assert WORDS not in browser(other_staff).get("/").text
    assert told()
    resolve(problem.ticket, Resolution.FIXED, "New firmware", by=agent)
    assert WORDS not in browser(member).get("/").text
    assert not told()


def test_solving_it_asks_which_of_its_tickets_follow_and_all_who_asked_are_told(
    problem, reports, agent, browser, outbox, staff, member
):
    client, ticket = browser(agent), problem.ticket
    before = len(outbox())
    client.post(f"/problems/{ticket.reference}/update", data={"body": "The maker knows"})
    assert sorted(to for to, _ in outbox()[before:]) == sorted([staff.email, member.email])
    assert client.get(f"/tickets/{ticket.reference}/resolution").text.count("checked") == 2
    client.post(
        f"/tickets/{ticket.reference}/resolution",
        data={"resolution": "fixed", "notes": "New firmware", "children": str(reports[0].id)},
    )
    assert [each.status for each in (ticket, *reports)] == [
        Status.RESOLVED,
        Status.RESOLVED,
        Status.IN_PROGRESS,
    ]


def test_one_of_a_confidential_ticket_is_confidential_and_no_lead_learns_of_it(
    make_ticket, desk, telephony, council, manager, agent, lead
):
    desk["helpdesk"].cleared.append(manager)
    secret = make_ticket(confidential=True, systems=[telephony])
    made, _left = open_problem(
        subject="Mail read by others",
        description="",
        systems=[telephony],
        council=council,
        by=manager,
        tickets=[secret],
    )
    assert (made.ticket.confidential, made.ticket.queue) == (True, secret.queue)
    assert db.session.scalars(visible_problems(manager)).all() == [made]
    assert db.session.scalars(visible_problems(agent)).all() == []
    assert db.session.scalars(visible_problems(lead)).all() == []
    assert not may_publish(manager, made.ticket)


def test_a_systems_lead_opens_and_keeps_problems_without_seeing_their_tickets(
    problem, reports, lead, telephony, council, browser
):
    client, here = browser(lead), f"/problems/{problem.ticket.reference}"
    page = client.get(here).text
    assert "2 tickets, which the helpdesk works on" in page
    assert reports[0].reference not in page
    client.post(f"{here}/known", data={"cause": "The firmware", "workaround": HELPS, "version": "1"})
    assert problem.workaround == HELPS
    data = {"subject": "Slow line", "systems": str(telephony.id), "council": str(council.id)}
    client.post("/problems/new", data=data)
    page = client.get("/problems").text
    assert "Slow line" in page
    assert client.post("/problems/new", data=data | {"systems": ""}).status_code == 422


def test_problems_are_not_merged(problem, ticket, agent):
    with pytest.raises(IsAProblem):
        merge(problem.ticket, [ticket], by=agent)


@pytest.mark.parametrize("many", [1, 12])
def test_the_list_costs_the_same_however_long(many, problem, desk, telephony, agent, browser, count_queries):
    for number in range(many - 1):
        open_problem(subject=f"Another {number}", description="", systems=[telephony], council=None, by=agent)
    client = browser(agent)
    client.get("/problems")
    with count_queries() as queries:
        page = client.get(f"/problems?state=open&system={telephony.id}").text
    assert page.count('data-label="Reference"') == many
    assert len(queries) <= 8
