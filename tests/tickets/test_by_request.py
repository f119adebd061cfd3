"""Somebody who cannot sign in is called, and nobody takes their word for who they are."""

from sqlalchemy import select

from ictsupport.database import db
from ictsupport.people.models import Person
from ictsupport.tickets.asking.by_request import UNVERIFIED
from ictsupport.tickets.models import ContactBy, Ticket

DETAILS = {"name": "Pat Ashcroft", "number": "07700 900123", "meeting": "Planning at 6:30pm"}


def asked(browser, **details: str) -> list[Ticket]:
    browser().post("/sign-in/help", data=DETAILS | details)
    return list(db.session.scalars(select(Ticket).order_by(Ticket.id)))


def test_a_ticket_tells_the_desk_whom_to_call(desk, member, browser, outbox):
    (ticket,) = asked(browser)
    assert ticket.subject == "Call Pat Ashcroft, who cannot sign in"
    assert (ticket.contact_by, ticket.contact_number) == (ContactBy.PHONE, "07700 900123")
    assert "Planning at 6:30pm" in ticket.description
    assert "verify them" in ticket.description
    assert ticket.requester.name == UNVERIFIED
    assert ticket.is_shared
    assert ticket.queue is desk["helpdesk"]
    assert member.email not in [address for address, _ in outbox()]


def test_a_meeting_makes_it_sooner(desk, browser):
    (with_meeting,) = asked(browser)
    without = asked(browser, meeting="")[-1]
    assert with_meeting.priority < without.priority


def test_all_of_them_have_one_requester_who_cannot_sign_in(desk, browser):
    asked(browser)
    first, second = asked(browser, name="Robin Vale")
    assert first.requester is second.requester
    assert first.requester.email is None
    assert len(db.session.scalars(select(Person).where(Person.name == UNVERIFIED)).all()) == 1


def test_where_no_desk_is_set_up_nothing_is_half_done(context, browser):
    page = browser().post("/sign-in/help", data=DETAILS)
    assert page.status_code == 200
    assert "There is a problem" in page.text
    assert db.session.scalars(select(Person)).all() == []
