"""An open ticket is brought to a clinic: it waits for that day, and goes on whatever becomes of the booking."""

from datetime import date, time, timedelta

import pytest
import sqlalchemy as sa

from ictsupport import clock
from ictsupport.clinics.attending import record_no_show, record_outcome
from ictsupport.clinics.booking import book_slot, move_booking
from ictsupport.clinics.calling_off import call_off_clinic, cancel_booking
from ictsupport.clinics.day.bringing import (
    BroughtElsewhere,
    GoesOnOrResolved,
    NothingBrought,
    NotOpen,
    NotTheirs,
    bring,
    leave_at_home,
)
from ictsupport.clinics.day.models import BroughtTicket
from ictsupport.clinics.models import Booking, Outcome, Slot
from ictsupport.clinics.waiting.joining import withdraw
from ictsupport.clinics.waiting.models import WaitingEntry
from ictsupport.clinics.waiting.offering import accept, decline
from ictsupport.clinics.waiting.replacing import place_everybody_anew
from ictsupport.database import db
from ictsupport.people.delegating import grant_delegation
from ictsupport.people.models import DelegateScope
from ictsupport.tickets.holding import hold
from ictsupport.tickets.models import Channel, HoldReason, Message, MessageKind, Resolution, Status
from ictsupport.tickets.raising import raise_ticket
from ictsupport.tickets.related.merging import merge, unmerge
from ictsupport.tickets.resolving import resolve


@pytest.fixture
def booking(clinic, member):
    return book_slot(clinic.slots[0], member, by=member)


@pytest.fixture
def make_ticket(desk, member):
    def make(**more):
        details = {"requester": member, "subject": "No sound", "by": member, **more}
        return raise_ticket(description="", channel=Channel.SELF_SERVICE, **details)

    return make


@pytest.fixture
def ticket(make_ticket):
    return make_ticket()


def test_it_waits_for_the_day_of_the_clinic(ticket, booking, member, clinic):
    brought = bring(ticket, booking, by=member)
    assert bring(ticket, booking, by=member) is brought
    assert (ticket.status, ticket.hold_reason, ticket.hold_until) == (
        Status.ON_HOLD,
        HoldReason.BOOKED,
        clinic.day,
    )


def test_the_outcome_is_written_on_it_and_it_goes_on(ticket, booking, member, host, clinic):
    bring(ticket, booking, by=member)
    with clock.at(clinic.starts_at):
        with pytest.raises(GoesOnOrResolved, match=ticket.reference):
            record_outcome(booking, Outcome.GOES_ON, by=host, resolving=[ticket])
        record_outcome(booking, Outcome.GOES_ON, by=host, note="Needs a new speaker.")
        record_outcome(booking, Outcome.ADVICE, by=host, note="Needs a new speaker.")
    assert (ticket.status, ticket.hold_reason) == (Status.IN_PROGRESS, None)
    notes = db.session.scalars(sa.select(Message).where(Message.kind == MessageKind.NOTE)).all()
    assert [note.body for note in notes] == [
        "At the iPad clinic on Friday 20 November 2026: request goes on.\n\nNeeds a new speaker."
    ]


def test_fixed_may_resolve_it_in_the_same_step(ticket, booking, member, agent, clinic, outbox):
    bring(ticket, booking, by=member)
    with clock.at(clinic.starts_at):
        record_outcome(booking, Outcome.FIXED, by=agent, note="Sound is on.", resolving=[ticket])
    assert (ticket.status, ticket.resolution, ticket.resolution_notes) == (
        Status.RESOLVED,
        Resolution.FIXED,
        "Sound is on.",
    )
    assert "What we did" not in outbox()[-1][1]


def test_cancelled_missed_or_called_off_it_goes_on_without(
    make_ticket, clinic, member, rival, host, make_clinic
):
    cancelled, missed, called_off = (make_ticket() for _ in range(3))
    other = make_clinic(day=date(2026, 11, 27))
    for ticket, slot in zip(
        (cancelled, missed, called_off), (*clinic.slots[:2], other.slots[0]), strict=True
    ):
        bring(ticket, book_slot(slot, member, by=member), by=member)
    bookings = db.session.scalars(sa.select(Booking).order_by(Booking.id)).all()
    cancel_booking(bookings[0], by=member)
    calling_off = call_off_clinic(other, reason="The roof leaks", by=host)
    with clock.at(calling_off.due_at):
        place_everybody_anew({"calling_off": calling_off.id})
    with clock.at(clinic.ends_at):
        record_no_show(bookings[1], by=None)
    for ticket in (cancelled, missed, called_off):
        assert (ticket.status, ticket.hold_reason) == (Status.IN_PROGRESS, None), ticket


def called_off(clinic, host):
    """The clinic is called off, and everybody is placed anew."""
    calling_off = call_off_clinic(clinic, reason="The roof leaks", by=host)
    with clock.at(calling_off.due_at):
        place_everybody_anew({"calling_off": calling_off.id})
    return db.session.scalars(sa.select(WaitingEntry).order_by(WaitingEntry.id.desc())).first()


def test_called_off_it_waits_for_the_time_that_is_offered_instead(
    ticket, booking, member, host, clinic, make_clinic, browser
):
    bring(ticket, booking, by=member)
    make_clinic(day=date(2026, 11, 27))
    entry = called_off(clinic, host)
    assert (ticket.hold_reason, ticket.hold_until) == (HoldReason.BOOKED, date(2026, 11, 27))
    page = browser(member).get(f"/tickets/{ticket.reference}").text
    assert "if the time held for you is taken by" in page
    taken = accept(entry, by=member)
    assert f"/clinics/bookings/{taken.id}" in browser(member).get(f"/tickets/{ticket.reference}").text
    assert (ticket.hold_reason, ticket.hold_until) == (HoldReason.BOOKED, date(2026, 11, 27))
    with clock.at(taken.slot.starts_at):
        record_outcome(taken, Outcome.ADVICE, by=host)
    assert ticket.status is Status.IN_PROGRESS


def test_called_off_twice_it_waits_for_the_second_time_and_declined_it_goes_on(
    ticket, booking, member, host, clinic, make_clinic
):
    bring(ticket, booking, by=member)
    second = make_clinic(day=date(2026, 11, 27))
    make_clinic(day=date(2026, 12, 4))
    called_off(clinic, host)
    entry = called_off(second, host)
    assert (ticket.hold_reason, ticket.hold_until) == (HoldReason.BOOKED, date(2026, 12, 4))
    decline(entry, by=member)
    assert (ticket.status, ticket.hold_reason) == (Status.IN_PROGRESS, None)


def test_called_off_with_only_a_list_to_wait_on_it_waits_until_they_get_a_time_or_choose_one(
    make_ticket, booking, member, rival, host, clinic, make_clinic, browser
):
    ticket, other = make_ticket(), make_ticket()
    for each in (ticket, other):
        bring(each, booking, by=member)
    full = make_clinic(day=date(2026, 11, 27), closes=time(14, 20))
    held = book_slot(full.slots[0], rival, by=rival)
    entry = called_off(clinic, host)
    assert (ticket.hold_reason, ticket.hold_until) == (HoldReason.BOOKED, None)
    person = browser(member)
    assert "This waits for another time" in person.get(f"/tickets/{ticket.reference}").text
    later = make_clinic(day=date(2026, 12, 4)).slots[0].id
    page = person.get(f"/clinics/requests/{ticket.reference}").text
    assert "was called off. It waits until another time is found" in page
    assert f"/clinics/slots/{later}/booking" in page
    chosen = book_slot(db.session.get_one(Slot, later), member, by=member)
    bring(other, chosen, by=member)
    cancel_booking(held, by=rival)
    assert (ticket.hold_until, other.hold_until) == (date(2026, 11, 27), date(2026, 12, 4))
    withdraw(entry, by=member)
    assert (ticket.status, other.hold_until) == (Status.IN_PROGRESS, date(2026, 12, 4))


def test_moved_it_waits_for_the_new_day(ticket, booking, member, make_clinic):
    bring(ticket, booking, by=member)
    move_booking(booking, make_clinic(day=date(2026, 11, 27)).slots[0], by=member)
    assert ticket.hold_until == date(2026, 11, 27)


def test_left_at_home_it_goes_on_and_hears_nothing_of_the_visit(ticket, booking, member, host, clinic):
    brought = bring(ticket, booking, by=member)
    leave_at_home(brought, by=member)
    assert ticket.status is Status.IN_PROGRESS
    with clock.at(clinic.starts_at):
        with pytest.raises(NothingBrought):
            record_outcome(booking, Outcome.GOES_ON, by=host)
        record_outcome(booking, Outcome.ADVICE, by=host, note="Showed how to search.")
    assert db.session.scalars(sa.select(Message).where(Message.kind == MessageKind.NOTE)).all() == []


def test_what_waits_for_a_supplier_keeps_waiting_for_that(ticket, booking, member, agent, host, clinic):
    hold(ticket, HoldReason.SUPPLIER, by=agent)
    bring(ticket, booking, by=member)
    with clock.at(clinic.starts_at):
        record_outcome(booking, Outcome.ADVICE, by=host)
    assert (ticket.status, ticket.hold_reason) == (Status.ON_HOLD, HoldReason.SUPPLIER)


def test_only_ones_own_open_ticket_and_to_one_clinic(
    ticket, booking, member, rival, agent, clinic, make_ticket
):
    theirs = book_slot(clinic.slots[1], rival, by=rival)
    with pytest.raises(NotTheirs):
        bring(ticket, theirs, by=agent)
    with pytest.raises(NothingBrought), clock.at(clinic.starts_at):
        record_outcome(theirs, Outcome.GOES_ON, by=agent)
    bring(ticket, booking, by=member)
    with pytest.raises(BroughtElsewhere, match="2pm"):
        bring(ticket, book_slot(clinic.slots[2], member, by=member), by=member)
    done = make_ticket()
    resolve(done, Resolution.FIXED, "Done", by=agent)
    with pytest.raises(NotOpen):
        bring(done, booking, by=member)


def test_merged_meanwhile_it_is_left_as_it_is_and_goes_on_when_unmerged(
    ticket, make_ticket, booking, member, agent, host, clinic
):
    bring(ticket, booking, by=member)
    survivor = make_ticket()
    merge(survivor, [ticket], by=agent)
    with clock.at(clinic.starts_at):
        record_outcome(booking, Outcome.ADVICE, by=host, note="Look at the speaker.")
        assert ticket.hold_reason is HoldReason.BOOKED
        note = db.session.scalars(sa.select(Message).where(Message.kind == MessageKind.NOTE)).first()
        assert note.ticket_id == survivor.id
        unmerge(ticket, by=agent)
    assert (ticket.status, ticket.hold_reason) == (Status.IN_PROGRESS, None)


def test_a_member_brings_a_request_from_its_page(
    ticket, clinic, make_clinic, booking, member, agent, browser
):
    reference, key, day = ticket.reference, booking.id, clinic.day
    free = make_clinic(day=date(2026, 11, 27)).slots[0].id
    person = browser(member)
    page = person.get(f"/tickets/{reference}").text
    assert f'href="/clinics/requests/{reference}"' in page
    page = person.get(f"/clinics/requests/{reference}").text
    assert f"/clinics/slots/{free}/booking?ticket={reference}" in page
    assert "Bring it on Friday 20 November 2026 at 2pm" in page
    assert "over or cancelled" in person.post(f"/clinics/requests/{reference}", data={}).text
    assert person.post(f"/clinics/requests/{reference}", data={"booking": key}).status_code == 303
    assert "You bring this to the iPad clinic on" in person.get(f"/tickets/{reference}").text
    assert "You bring <a" in person.get(f"/clinics/bookings/{key}").text
    page = browser(agent).get(f"/tickets/{reference}").text
    assert page.count("Friday 20 November 2026 at 2pm") >= 2
    off = f"/clinics/bookings/{key}/requests/{reference}/removal"
    person.post(off)
    assert person.post(off).status_code == 303
    assert person.post(f"/clinics/requests/{reference}", data={"booking": key}).status_code == 303
    assert person.post(off).status_code == 303
    assert "You bring" not in person.get(f"/clinics/bookings/{key}").text
    page = person.get(f"/clinics/slots/{free}/booking?ticket={reference}").text
    assert f'<option value="{reference}" selected>' in page
    answer = person.post(f"/clinics/slots/{free}/booking", data={"topic": "", "ticket": reference})
    assert "Choose what you would like help with" in answer.text
    assert day == date(2026, 11, 20)


def test_what_was_raised_at_a_clinic_can_be_brought_to_another(clinic, booking, member, host, desk, browser):
    with clock.at(clinic.starts_at):
        raised = record_outcome(booking, Outcome.TICKET, by=host, subject="Still no sound").ticket
        page = browser(member).get(f"/tickets/{raised.reference}").text
    assert "Raised at the iPad clinic" in page
    assert f"/clinics/requests/{raised.reference}" in page


def test_the_desk_brings_it_and_a_host_settles_it_on_the_page(
    ticket, booking, member, agent, clinic, browser
):
    reference, key, ticket_id = ticket.reference, booking.id, ticket.id
    runner = browser(agent)
    assert f'href="/clinics/requests/{reference}"' in runner.get(f"/tickets/{reference}").text
    assert runner.post(f"/clinics/requests/{reference}", data={"booking": key}).status_code == 303
    with clock.at(clinic.starts_at):
        runner = browser(agent)
        assert f'Brings <a href="/tickets/{reference}"' in runner.get(f"/clinics/{clinic.id}/sheet").text
        page = runner.get(f"/clinics/bookings/{key}/outcome").text
        assert f"Resolve {reference}: No sound" in page
        assert "goes on at the desk" in page
        data = {"outcome": "FIXED", "note": "Sound is on.", "resolving": str(ticket_id)}
        assert runner.post(f"/clinics/bookings/{key}/outcome", data=data).status_code == 303
        assert "Brought <a" in runner.get(f"/clinics/bookings/{key}").text
    assert db.session.get_one(type(ticket), ticket_id).status is Status.RESOLVED


def test_a_confidential_request_keeps_its_words_from_the_host(
    make_ticket, booking, member, host, clinic, browser
):
    secret = make_ticket(subject="About a colleague", confidential=True)
    bring(secret, booking, by=member)
    key, reference = booking.id, secret.reference
    with clock.at(clinic.starts_at):
        runner = browser(host)
        for address in (
            f"/clinics/{clinic.id}/sheet",
            f"/clinics/bookings/{key}/outcome",
            f"/clinics/bookings/{key}",
        ):
            page = runner.get(address).text
            assert "a request" in page, address
            assert reference not in page
            assert "About a colleague" not in page
        data = {"outcome": "GOES_ON", "note": "", "resolving": str(secret.id)}
        assert runner.post(f"/clinics/bookings/{key}/outcome", data=data).status_code == 303
    assert db.session.scalars(sa.select(BroughtTicket.settled_at)).one() is not None
    assert runner.get(f"/clinics/requests/{reference}").status_code == 404


def test_a_delegate_brings_what_their_grant_reaches(ticket, make_ticket, booking, member, staff, browser):
    secret = make_ticket(confidential=True)
    scopes = [DelegateScope.BOOK, DelegateScope.VIEW, DelegateScope.RAISE]
    grant_delegation(member, staff, scopes, starts_on=date(2026, 1, 1), by=member)
    helper, key = browser(staff), booking.id
    hidden, reference = secret.reference, ticket.reference
    assert helper.get(f"/clinics/requests/{hidden}").status_code == 404
    assert helper.post(f"/clinics/requests/{reference}", data={"booking": key}).status_code == 303


def test_the_page_to_bring_it_costs_little(ticket, booking, member, browser, count_queries, make_clinic):
    for week in range(4):
        make_clinic(day=date(2026, 11, 27) + timedelta(weeks=week))
    person, address = browser(member), f"/clinics/requests/{ticket.reference}"
    with count_queries() as queries:
        assert person.get(address).status_code == 200
    assert len(queries) <= 8, "\n".join(each.partition("FROM ")[2][:90] for each in queries)
