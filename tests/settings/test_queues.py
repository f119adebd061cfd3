"""Teams and queues are made, changed and closed in pages; nothing that history needs is lost."""

from datetime import date

import pytest
from sqlalchemy import select

from ictsupport.database import db
from ictsupport.journal.queries import entries_about
from ictsupport.people.models import Membership, Role
from ictsupport.tickets.models import Queue, Resolution, RoutingRule, Status
from ictsupport.tickets.resolving import reopen, resolve
from ictsupport.tickets.setting_up import queues
from tests.cast import keep

DETAILS = "/settings/queues/business-systems/details"


def reread(row):
    db.session.refresh(row)
    return row


def test_a_queue_is_made_once_it_was_looked_at(sheet, manager, desk):
    form = sheet(manager, "/settings/queues/new")
    answers = {"name": "Telephones", "team_id": desk["helpdesk"].team_id}
    seen = form.look(**answers)
    assert "Nothing has been saved yet" in seen
    assert "Telephones" in seen
    assert db.session.scalar(select(Queue).filter_by(slug="telephones")) is None
    assert form.save(**answers).status_code == 303
    queue = db.session.scalars(select(Queue).filter_by(slug="telephones")).one()
    (entry,) = entries_about(queue)
    assert entry.by_id == manager.id
    assert entry.data["changes"]["name"] == [None, "Telephones"]


def test_only_what_was_looked_at_is_saved(sheet, manager, desk):
    form = sheet(manager, DETAILS)
    form.look(name="Back office", team_id=desk["business"].team_id)
    again = form.look(name="Front office", team_id=desk["business"].team_id)
    assert "Front office" in again
    assert "Nothing has been saved yet" in again
    assert reread(desk["business"]).name == "Business systems"


def test_a_change_made_meanwhile_is_noticed(sheet, manager, administrator, desk):
    mine, theirs = sheet(manager, DETAILS), sheet(administrator, DETAILS)
    assert theirs.save(name="Back office", team_id=desk["business"].team_id).status_code == 303
    assert "Somebody else changed this" in mine.look(name="Front office", team_id=desk["business"].team_id)
    assert reread(desk["business"]).name == "Back office"


def test_the_last_queue_for_triage_stays_one(sheet, manager, desk):
    form = sheet(manager, "/settings/queues/helpdesk/details")
    said = form.look(name="Helpdesk", team_id=desk["helpdesk"].team_id)
    assert "Make another queue the one for triage first" in said
    assert "Make another queue" in sheet(manager, "/settings/queues/helpdesk/closing").look(
        takes_over=desk["business"].id
    )


def test_two_queues_of_one_name_are_refused_and_what_was_typed_stays(sheet, manager, desk):
    form = sheet(manager, "/settings/queues/new")
    assert "already one of this name" in form.look(name="Helpdesk", team_id=desk["helpdesk"].team_id)
    assert 'value="Helpdesk"' in form.page


def test_closing_moves_open_tickets_and_says_so_before(sheet, manager, agent, desk, make_ticket, telephony):
    keep(RoutingRule(position=1, queue=desk["business"], system=telephony))
    open_one, hidden = make_ticket(systems=[telephony]), make_ticket(systems=[telephony], confidential=True)
    finished = make_ticket(systems=[telephony])
    resolve(finished, Resolution.FIXED, "Done", by=agent)
    form = sheet(manager, "/settings/queues/business-systems/closing")
    assert "Choose an open queue" in form.look(takes_over="")
    said = form.look(takes_over=desk["helpdesk"].id)
    assert "1 open ticket would go to Helpdesk" in said
    assert "1 routing rule sends tickets here" in said
    assert form.save(takes_over=desk["helpdesk"].id).status_code == 303
    assert reread(open_one).queue_id == reread(hidden).queue_id == desk["helpdesk"].id
    assert reread(finished).queue_id == desk["business"].id
    assert make_ticket(systems=[telephony]).queue is desk["helpdesk"]
    reopen(finished, by=agent)
    assert (finished.queue, finished.status) == (desk["helpdesk"], Status.NEW)


def test_a_closed_queue_can_be_opened_again(browser, manager, desk):
    queues.close_queue(desk["business"], None, by=manager)
    assert browser(manager).post("/settings/queues/business-systems/opening").status_code == 303
    assert reread(desk["business"]).closed_on is None


def test_somebody_is_cleared_by_somebody_else_and_every_time_it_is_kept(browser, manager, agent, desk):
    page = browser(manager).post("/settings/queues/helpdesk/clearances", data={"person": agent.name})
    assert page.status_code == 303, page.text
    assert reread(desk["helpdesk"]).cleared == [agent]
    assert entries_about(desk["helpdesk"])[-1].data["changes"] == {
        "cleared for confidential tickets": [None, agent.name]
    }
    queues.end_clearance(desk["helpdesk"], agent, by=manager)
    assert desk["helpdesk"].cleared == []
    with pytest.raises(queues.NotYourself):
        queues.clear(desk["helpdesk"], manager, by=manager)


def test_only_those_of_the_desk_are_cleared(browser, administrator, staff, desk):
    page = browser(administrator).post("/settings/queues/helpdesk/clearances", data={"person": staff.name})
    assert "does not work tickets" in page.text
    assert desk["helpdesk"].cleared == []


def test_people_come_to_a_team_and_leave_it_and_it_stays_known(browser, manager, make_person, council, desk):
    new = make_person("Nia New", council, roles=(Role.AGENT,))
    team = desk["business"].team
    day = {"join-starts_on-day": "1", "join-starts_on-month": "11", "join-starts_on-year": "2026"}
    browser(manager).post(f"/settings/teams/{team.id}/members", data={"join-person": "Nia New", **day})
    membership = db.session.scalars(select(Membership).filter_by(person_id=new.id)).one()
    assert membership.starts_on == date(2026, 11, 1)
    with pytest.raises(queues.AlreadyInTeam):
        queues.join_team(team, new, date(2026, 11, 2), by=manager)
    browser(manager).post(f"/settings/teams/{team.id}/members/{membership.id}/end")
    assert reread(membership).ends_on == date(2026, 11, 17)


def test_who_manages_one_council_sees_what_is_for_all_but_leaves_it(browser, local_manager, desk):
    page = browser(local_manager).get("/settings/queues").text
    assert "Helpdesk" in page
    assert "Make a queue" not in page
    assert browser(local_manager).get("/settings/queues/helpdesk").status_code == 200
    assert browser(local_manager).get("/settings/queues/helpdesk/details").status_code == 404
    with pytest.raises(Exception, match="Only a helpdesk manager or an administrator"):
        queues.close_queue(desk["business"], None, by=local_manager)


@pytest.mark.parametrize("more", [0, 20])
def test_the_list_of_queues_costs_the_same_however_many(browser, manager, desk, count_queries, more):
    for number in range(more):
        keep(Queue(name=f"Queue {number}", slug=f"queue-{number}", team=desk["helpdesk"].team))
    visitor = browser(manager)
    with count_queries() as queries:
        assert visitor.get("/settings/queues").status_code == 200
    assert len(queries) <= 6, queries
