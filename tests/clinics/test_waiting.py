"""Whoever waits is offered what comes free, in an order that can be explained, and has working hours to answer."""

from datetime import UTC, datetime, time, timedelta

import pytest
import sqlalchemy as sa

from ictsupport import clock
from ictsupport.clinics.attending import check_in
from ictsupport.clinics.booking import book_slot, move_booking
from ictsupport.clinics.calling_off import cancel_booking
from ictsupport.clinics.models import Booking, BookingState
from ictsupport.clinics.planning import CutOffs, change_clinic
from ictsupport.clinics.waiting.joining import (
    NobodyWaits,
    StillFree,
    WaitingAlready,
    WaitingForTooMany,
    join,
    withdraw,
)
from ictsupport.clinics.waiting.models import WaitingState
from ictsupport.clinics.waiting.offer_clock import offered_until
from ictsupport.clinics.waiting.offering import OfferGone, accept, decline, keep_waiting_lists
from ictsupport.clinics.waiting.queries import turns_of
from ictsupport.database import db

THURSDAY = datetime(2026, 11, 19, 10, tzinfo=UTC)


@pytest.fixture(autouse=True)
def day_before(calendars):
    """Thursday 10am: the clinic is tomorrow at 2pm, and the council opens from 8:30am to 5pm."""
    with clock.at(THURSDAY):
        yield


@pytest.fixture
def crowd(make_person, council):
    return [make_person(f"Cllr Wait {n}", council, ward="Mill") for n in range(6)]


@pytest.fixture
def full(make_clinic, crowd):
    """A clinic of one time at 2pm, taken by the last of the crowd."""
    clinic = make_clinic(closes=time(14, 20))
    book_slot(clinic.slots[0], crowd[-1], by=crowd[-1])
    return clinic


@pytest.fixture
def taken(full):
    return db.session.scalars(sa.select(Booking).where(Booking.slot_id == full.slots[0].id)).one()


def wait(clinic, *people):
    return [join([clinic], person, by=person) for person in people]


def test_a_freed_place_is_held_for_the_first_in_line_and_they_are_written_to(full, taken, crowd, outbox):
    first, second = wait(full, crowd[0], crowd[1])
    cancel_booking(taken, by=taken.person)
    assert (first.state, second.state) == (WaitingState.OFFERED, WaitingState.WAITING)
    assert (first.booking.state, first.booking.offered_until) == (
        BookingState.OFFERED,
        THURSDAY + timedelta(hours=4),
    )
    assert (crowd[0].email, "A time for you at the iPad clinic on 20 November 2026") in outbox()
    with pytest.raises(Exception, match="last place"):
        book_slot(full.slots[0], crowd[2], by=crowd[2])


def test_the_turn_is_known_and_moves_up(full, taken, crowd):
    entries = wait(full, *crowd[:3])
    assert [turns_of([entry])[entry.id][0].number for entry in entries] == [1, 2, 3]
    withdraw(entries[0], by=crowd[0])
    assert turns_of([entries[2]])[entries[2].id][0].number == 2
    with pytest.raises(NobodyWaits):
        withdraw(entries[0], by=crowd[0])


def test_an_accepted_offer_is_a_booking_with_an_invitation(full, taken, crowd, outbox):
    (entry,) = wait(full, crowd[0])
    cancel_booking(taken, by=taken.person)
    booking = accept(entry, by=crowd[0])
    assert (booking.state, booking.offered_until, entry.state) == (
        BookingState.CONFIRMED,
        None,
        WaitingState.ACCEPTED,
    )
    assert outbox()[-1] == (crowd[0].email, "Your iPad clinic on 20 November 2026 at 2pm")
    with pytest.raises(OfferGone):
        accept(entry, by=crowd[0])
    with pytest.raises(OfferGone):
        decline(entry, by=crowd[0])


def test_accept_then_cancel_frees_the_place_at_once(full, taken, crowd):
    first, second = wait(full, crowd[0], crowd[1])
    cancel_booking(taken, by=taken.person)
    cancel_booking(accept(first, by=crowd[0]), by=crowd[0])
    assert second.state is WaitingState.OFFERED
    assert second.booking.slot_id == full.slots[0].id


@pytest.mark.parametrize("answer", ["decline", "withdraw", "cancel the offered booking"])
def test_a_declined_offer_goes_to_the_next(full, taken, crowd, answer):
    first, second = wait(full, crowd[0], crowd[1])
    cancel_booking(taken, by=taken.person)
    if answer == "decline":
        decline(first, by=crowd[0])
    elif answer == "withdraw":
        withdraw(first, by=crowd[0])
    else:
        cancel_booking(first.booking, by=crowd[0])
    assert (first.state, second.state) == (WaitingState.DECLINED, WaitingState.OFFERED)
    assert first.booking.state is BookingState.CANCELLED


def test_an_offer_lapses_by_the_timetable_even_after_downtime(full, taken, crowd, outbox):
    first, second = wait(full, crowd[0], crowd[1])
    cancel_booking(taken, by=taken.person)
    with clock.at(THURSDAY + timedelta(hours=3, minutes=59)):
        keep_waiting_lists({})
        assert first.state is WaitingState.OFFERED
    with clock.at(THURSDAY + timedelta(hours=23)):
        keep_waiting_lists({})
        keep_waiting_lists({})
        assert (first.state, second.state) == (WaitingState.EXPIRED, WaitingState.OFFERED)
        assert second.booking.offered_until == full.slots[0].starts_at - timedelta(hours=1)
        with pytest.raises(OfferGone):
            accept(first, by=crowd[0])
    assert [to for to, subject in outbox() if "passed on" in subject] == [crowd[0].email]


def test_an_offer_whose_time_is_up_cannot_be_taken_although_nobody_swept(full, taken, crowd):
    (entry,) = wait(full, crowd[0])
    cancel_booking(taken, by=taken.person)
    with clock.at(entry.booking.offered_until), pytest.raises(OfferGone):
        accept(entry, by=crowd[0])


def test_a_moved_booking_frees_its_old_place(full, taken, crowd, make_clinic):
    (entry,) = wait(full, crowd[0])
    later = make_clinic(opens=time(16), closes=time(17))
    move_booking(taken, later.slots[0], by=taken.person)
    assert entry.state is WaitingState.OFFERED


def test_whoever_is_offered_a_time_may_choose_another_one(full, taken, crowd, make_clinic):
    first, second = wait(full, crowd[0], crowd[1])
    later = make_clinic(opens=time(16), closes=time(17))
    cancel_booking(taken, by=taken.person)
    booking = move_booking(first.booking, later.slots[0], by=crowd[0])
    assert (booking.state, first.state) == (BookingState.CONFIRMED, WaitingState.ACCEPTED)
    assert second.state is WaitingState.OFFERED


def test_times_that_are_added_are_offered(full, make_clinic, make_plan, crowd, host):
    entries = wait(full, *crowd[:2])
    added = make_clinic(opens=time(16), closes=time(16, 20))
    book_slot(added.slots[0], crowd[3], by=crowd[3])
    (other,) = wait(added, crowd[4])
    cancel_booking(db.session.scalars(sa.select(Booking).order_by(Booking.id.desc())).first(), by=crowd[3])
    change_clinic(full, make_plan(closes=time(14, 20), cut_offs=CutOffs(book=0)), by=host)
    assert other.state is WaitingState.OFFERED
    assert [entry.state for entry in entries] == [WaitingState.WAITING] * 2


def test_an_entry_may_name_several_clinics_and_ends_with_the_first_place(full, taken, crowd, make_clinic):
    other = make_clinic(opens=time(16), closes=time(16, 20))
    theirs = book_slot(other.slots[0], crowd[4], by=crowd[4])
    entry = join([full, other], crowd[0], by=crowd[0])
    (behind,) = wait(full, crowd[1])
    assert [turn.number for turn in turns_of([entry])[entry.id]] == [1, 1]
    cancel_booking(theirs, by=crowd[4])
    accept(entry, by=crowd[0])
    assert turns_of([behind])[behind.id][0].number == 1


def test_nobody_is_offered_a_time_at_which_they_are_elsewhere(full, taken, crowd, make_clinic, site, host):
    first, second = wait(full, crowd[0], crowd[1])
    site.rooms = ["A"]
    elsewhere = make_clinic(room="A", hosts=[crowd[5]], opens=time(14), closes=time(14, 20))
    book_slot(elsewhere.slots[0], crowd[0], by=crowd[0])
    cancel_booking(taken, by=taken.person)
    assert (first.state, second.state) == (WaitingState.WAITING, WaitingState.OFFERED)


def test_whoever_books_there_after_all_waits_no_longer(full, taken, crowd, host):
    """Too late for an offer, but not for a host."""
    (entry,) = wait(full, crowd[0])
    with clock.at(full.starts_at - timedelta(minutes=65)):
        cancel_booking(taken, by=taken.person)
        assert entry.state is WaitingState.WAITING
        book_slot(full.slots[0], crowd[0], by=host)
    assert entry.state is WaitingState.WITHDRAWN


def test_joining_is_refused_in_words(make_clinic, full, crowd):
    free = make_clinic(opens=time(16), closes=time(17))
    with pytest.raises(StillFree, match="Friday 20 November"):
        join([free], crowd[0], by=crowd[0])
    wait(full, crowd[0])
    with pytest.raises(WaitingAlready):
        join([full], crowd[0], by=crowd[0])


def test_nobody_waits_on_more_lists_than_they_may_hold_bookings(make_clinic, crowd):
    for hour in range(9, 13):
        clinic = make_clinic(opens=time(hour), closes=time(hour, 20))
        book_slot(clinic.slots[0], crowd[hour - 9], by=crowd[hour - 9])
        if hour < 12:
            wait(clinic, crowd[5])
    with pytest.raises(WaitingForTooMany):
        join([clinic], crowd[5], by=crowd[5])


def test_whoever_waits_in_vain_hears_once(full, crowd, outbox):
    (entry,) = wait(full, crowd[0])
    with clock.at(full.ends_at):
        keep_waiting_lists({})
        keep_waiting_lists({})
    assert entry.state is WaitingState.EXPIRED
    assert outbox()[-1] == (crowd[0].email, "No time came free at the iPad clinic")
    assert len([1 for _to, subject in outbox() if subject.startswith("No time")]) == 1


def test_an_offer_taken_by_coming_is_taken(full, taken, crowd, host):
    (entry,) = wait(full, crowd[0])
    with clock.at(full.starts_at - timedelta(hours=2)):
        cancel_booking(taken, by=taken.person)
        check_in(entry.booking, by=host)
    assert entry.state is WaitingState.ACCEPTED


@pytest.mark.parametrize(
    ("now", "until"),
    [
        (datetime(2026, 11, 18, 10, tzinfo=UTC), datetime(2026, 11, 18, 14, tzinfo=UTC)),
        (datetime(2026, 11, 18, 16, tzinfo=UTC), datetime(2026, 11, 19, 11, 30, tzinfo=UTC)),
        (datetime(2026, 11, 18, 22, tzinfo=UTC), datetime(2026, 11, 19, 12, 30, tzinfo=UTC)),
        (datetime(2026, 11, 20, 11, tzinfo=UTC), datetime(2026, 11, 20, 13, tzinfo=UTC)),
        (datetime(2026, 11, 20, 12, 51, tzinfo=UTC), None),
    ],
)
def test_the_offer_runs_in_working_hours_and_never_past_the_cut_off(clinic, now, until):
    """The clinic's first time is 2pm on Friday, and booking closes at 1pm."""
    with clock.at(now):
        assert offered_until(clinic.slots[0], clinic) == until


def test_with_no_working_minute_left_the_offer_stands_until_booking_closes(make_clinic):
    early = make_clinic(opens=time(9), closes=time(10), cut_offs=CutOffs(book=60))
    with clock.at(datetime(2026, 11, 19, 22, tzinfo=UTC)):
        assert offered_until(early.slots[0], early) == datetime(2026, 11, 20, 8, tzinfo=UTC)


def test_the_sweep_offers_what_nobody_offered(full, taken, crowd):
    (entry,) = wait(full, crowd[0])
    taken.state, taken.cancelled_at = BookingState.CANCELLED, clock.now()
    db.session.flush()
    keep_waiting_lists({})
    assert entry.state is WaitingState.OFFERED
