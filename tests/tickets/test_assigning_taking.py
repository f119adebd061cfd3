"""Next for me: the most urgent ticket somebody can take, and never the same for two."""

import threading
from datetime import date, timedelta

import pytest
from sqlalchemy import select

from ictsupport.database import READONLY, db
from ictsupport.people.models import Membership, Person
from ictsupport.systems.skills import set_skills
from ictsupport.tickets.assigning.capping import ask_for_skill, set_cap
from ictsupport.tickets.assigning.taking import HasEnough, NothingLeft, take_next
from ictsupport.tickets.holding import hold
from ictsupport.tickets.models import Channel, HoldReason, Queue, Status, Ticket
from ictsupport.tickets.raising import raise_ticket
from ictsupport.tickets.triage import assign, move

from ..conftest import NOW
from .test_races import at_once, house  # noqa: F401  (a fixture)


def test_what_is_needed_today_comes_before_what_is_due_first(make_ticket, agent):
    make_ticket(impact=1, urgency=1)
    tonight = make_ticket(needed_by=NOW + timedelta(hours=8))
    assert take_next(agent) is tonight
    assert (tonight.assignee, tonight.status) == (agent, Status.IN_PROGRESS)


def test_then_what_is_due_first(make_ticket, agent):
    make_ticket()
    urgent = make_ticket(impact=1, urgency=1)
    assert take_next(agent) is urgent


def test_what_others_have_waits_or_lies_elsewhere_is_passed_over(
    make_ticket, agent, manager, desk, make_person
):
    taken, waiting, elsewhere = make_ticket(), make_ticket(), make_ticket()
    assign(taken, manager, by=manager)
    hold(waiting, HoldReason.SUPPLIER, by=manager)
    move(elsewhere, desk["business"], by=manager)
    row = db.session.scalars(
        select(Membership).where(
            Membership.person_id == agent.id, Membership.team_id == desk["business"].team_id
        )
    ).one()
    row.ends_on = date(2026, 11, 1)
    db.session.flush()
    with pytest.raises(NothingLeft):
        take_next(agent)


def test_a_confidential_ticket_is_not_given_to_one_who_may_not_open_it(make_ticket, agent):
    make_ticket(confidential=True)
    with pytest.raises(NothingLeft):
        take_next(agent)


def test_where_the_queue_asks_for_skill_only_what_one_knows(make_ticket, telephony, agent, manager, desk):
    ticket = make_ticket(systems=[telephony])
    ask_for_skill(desk["helpdesk"], True, by=manager)
    with pytest.raises(NothingLeft):
        take_next(agent)
    set_skills(agent, [telephony], by=manager)
    assert take_next(agent) is ticket


def test_whoever_has_enough_is_told_so(make_ticket, agent, manager):
    make_ticket(), make_ticket()
    set_cap(agent, 1, by=manager)
    take_next(agent)
    with pytest.raises(HasEnough, match="You have 1 ticket, and 1 is the most"):
        take_next(agent)


def test_pressing_it_on_the_queue_leads_to_the_ticket(ticket, agent, browser):
    client = browser(agent)
    assert "Next for me" in client.get("/tickets").text
    answer = client.post("/next-ticket")
    assert answer.headers["Location"].endswith(f"/tickets/{ticket.reference}")
    nothing = client.post("/next-ticket")
    assert nothing.headers["Location"].endswith("/tickets")
    assert "nothing left for you to take" in client.get("/tickets").text


# Two at once, each over a connection of their own


@pytest.fixture
def two_tickets(real_app, house):  # noqa: F811
    with real_app.app_context():
        team = db.session.scalars(select(Queue)).one().team
        ann = db.session.get_one(Person, house["ann"])
        for who in ("asha", "morgan"):
            db.session.add(Membership(team=team, person_id=house[who], starts_on=date(2020, 1, 1)))
        raise_ticket(requester=ann, subject="No light", description="", by=ann, channel=Channel.SELF_SERVICE)
        db.session.commit()
    return house


def holders(app):
    with app.app_context():
        return sorted(row or 0 for row in db.session.scalars(select(Ticket.assignee_id).order_by(Ticket.id)))


def test_two_who_press_at_once_get_two_different_tickets(real_app, two_tickets):
    def press(who):
        return lambda: take_next(db.session.get_one(Person, two_tickets[who]))

    assert at_once(real_app, press("asha"), press("morgan")) == []
    assert holders(real_app) == sorted([two_tickets["asha"], two_tickets["morgan"]])


def test_one_who_presses_in_two_windows_is_held_to_the_cap(real_app, two_tickets):
    with real_app.app_context():
        from ictsupport.tickets.assigning.models import Cap

        db.session.add(Cap(person_id=two_tickets["asha"], most=1))
        db.session.commit()

    def press():
        take_next(db.session.get_one(Person, two_tickets["asha"]))

    (trouble,) = at_once(real_app, press, press)
    assert isinstance(trouble, HasEnough)
    assert holders(real_app) == [0, two_tickets["asha"]]


def test_looking_first_and_taking_after_would_give_both_the_same(real_app, two_tickets):
    """The control: without the locks of take_next, the second takes what the first has just taken."""
    looked = threading.Barrier(2)

    def press(who):
        def act():
            before = READONLY.set(True)
            first = db.session.scalars(
                select(Ticket.id).where(Ticket.assignee_id.is_(None)).order_by(Ticket.id).limit(1)
            ).one()
            db.session.rollback()
            READONLY.reset(before)
            looked.wait(timeout=30)
            person = db.session.get_one(Person, two_tickets[who])
            assign(db.session.get_one(Ticket, first), person, by=person)

        return act

    assert at_once(real_app, press("asha"), press("morgan")) == []
    assert holders(real_app)[0] == 0
