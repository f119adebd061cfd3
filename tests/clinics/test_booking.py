"""A place is given once, to somebody who may have it, and moved without ever being without one."""

from datetime import date, time, timedelta

import pytest
import sqlalchemy as sa

from ictsupport import clock
from ictsupport.clinics.booking import (
    ClinicCalledOff,
    NotForThem,
    NothingToMove,
    NotYetBookable,
    Overlapping,
    SameTime,
    SlotFull,
    SlotPassed,
    TooLateToBook,
    TooLateToMove,
    TooManyBookings,
    TopicNotOffered,
    book_slot,
    in_words,
    move_booking,
)
from ictsupport.clinics.calling_off import call_off_clinic, cancel_booking
from ictsupport.clinics.links import link_to_booking
from ictsupport.clinics.models import BookedTick, Booking, BookingState, SlotPlace
from ictsupport.clinics.planning import CutOffs
from ictsupport.clinics.queries import HELD, next_clinics, next_free_slot, other_times
from ictsupport.database import db
from ictsupport.journal.queries import entries_about
from ictsupport.mail import Outgoing
from ictsupport.people.models import DelegateScope, Delegation

from ..cast import keep


def ticks() -> int:
    return db.session.scalar(sa.select(sa.func.count()).select_from(BookedTick))


def test_a_member_gets_a_place_and_a_confirmation(clinic, member, topics, outbox):
    booking = book_slot(clinic.slots[0], member, by=member, topic=topics[0], details="Minutes will not open")
    assert (booking.place, booking.state, booking.sequence) == (1, BookingState.CONFIRMED, 0)
    assert booking.uid.endswith("@localhost")
    assert outbox() == [(member.email, "Your iPad clinic on 20 November 2026 at 2pm")]
    (entry,) = entries_about(booking)
    assert entry.by_id == member.id


def test_the_confirmation_says_when_where_and_how_to_change_it(clinic, member, topics):
    booking = book_slot(clinic.slots[0], member, by=member, topic=topics[0])
    letter = db.session.scalars(sa.select(Outgoing)).one()
    assert letter.text.startswith(
        "Your time at the iPad clinic is booked.\n\n"
        "When: Friday 20 November 2026 at 2pm\n"
        "Where: Committee room 2, Town Hall, 1 Market Street\n"
        "About: Reading committee papers\n\n"
    )
    assert f"{link_to_booking(booking)}\n" in letter.text


def test_places_are_filled_in_order_and_then_it_is_full(make_clinic, member, rival, make_person, council):
    slot = make_clinic(places=2).slots[0]
    third = make_person("Cllr Sam Third", council, ward="Park")
    assert [book_slot(slot, each, by=each).place for each in (member, rival)] == [1, 2]
    with pytest.raises(SlotFull):
        book_slot(slot, third, by=third)


def test_a_refusal_offers_the_nearest_other_times(clinic, make_clinic, member, rival):
    make_clinic(day=date(2026, 11, 27), opens=time(10), closes=time(11))
    full = clinic.slots[1]
    book_slot(full, rival, by=rival)
    times = [slot.starts_at for _clinic, slot in other_times(full, member)]
    assert times[:2] == [clinic.slots[0].starts_at, clinic.slots[2].starts_at]
    assert times[2].day == 27


def test_a_slot_that_has_begun_is_refused(clinic, member):
    with clock.at(clinic.slots[0].starts_at), pytest.raises(SlotPassed):
        book_slot(clinic.slots[0], member, by=member)


def test_after_the_cut_off_only_the_desk_may_book(clinic, member, host):
    with clock.at(clinic.slots[0].starts_at - timedelta(minutes=59)):
        with pytest.raises(TooLateToBook, match="closed 1 hour before"):
            book_slot(clinic.slots[0], member, by=member)
        assert book_slot(clinic.slots[0], member, by=host).booked_by_id == host.id


def test_a_clinic_opens_for_booking_when_it_says(make_clinic, member):
    clinic = make_clinic(bookable_from=clock.now() + timedelta(hours=1))
    with pytest.raises(NotYetBookable):
        book_slot(clinic.slots[0], member, by=member)
    with clock.at(clock.now() + timedelta(hours=1)):
        book_slot(clinic.slots[0], member, by=member)


def test_a_clinic_that_is_called_off_takes_nobody(clinic, member, host):
    call_off_clinic(clinic, reason="The host is ill", by=host)
    with pytest.raises(ClinicCalledOff):
        book_slot(clinic.slots[0], member, by=member)


def test_nobody_is_booked_twice_at_one_time(clinic, make_clinic, member, agent):
    book_slot(clinic.slots[1], member, by=member)
    elsewhere = make_clinic(
        room="Library", hosts=[agent], opens=time(14, 10), closes=time(15, 10), slot_minutes=30
    )
    with pytest.raises(Overlapping, match="You already have a booking"):
        book_slot(elsewhere.slots[0], member, by=member)
    assert book_slot(elsewhere.slots[1], member, by=member).state is BookingState.CONFIRMED


def test_one_booking_may_begin_when_another_ends(clinic, member):
    book_slot(clinic.slots[0], member, by=member)
    book_slot(clinic.slots[1], member, by=member)
    assert ticks() == 8


def test_nobody_holds_more_bookings_than_the_cap(make_clinic, member):
    clinic = make_clinic(closes=time(16))
    for slot in clinic.slots[:3]:
        book_slot(slot, member, by=member)
    with pytest.raises(TooManyBookings, match="You already have 3 bookings"):
        book_slot(clinic.slots[3], member, by=member)


def test_a_member_of_another_council_is_refused_unless_the_clinic_is_shared(
    clinic, make_clinic, make_person, other_council
):
    stranger = make_person("Cllr Eve Marsh", other_council, ward="Fen")
    with pytest.raises(NotForThem):
        book_slot(clinic.slots[0], stranger, by=stranger)
    shared = make_clinic(opens=time(9), closes=time(10), shared=True)
    assert book_slot(shared.slots[0], stranger, by=stranger).place == 1


def test_staff_may_book_only_where_the_clinic_says_so(clinic, make_clinic, staff):
    with pytest.raises(NotForThem):
        book_slot(clinic.slots[0], staff, by=staff)
    for_all = make_clinic(opens=time(9), closes=time(10), for_staff_too=True)
    assert book_slot(for_all.slots[0], staff, by=staff).place == 1


def test_a_topic_must_be_one_of_those_offered(make_clinic, member, topics):
    clinic = make_clinic(topics=topics[:1])
    with pytest.raises(TopicNotOffered):
        book_slot(clinic.slots[0], member, by=member, topic=topics[1])


def test_a_booking_for_a_member_names_both(clinic, member, staff, outbox):
    keep(
        Delegation(
            member=member, delegate=staff, scopes=[DelegateScope.BOOK.value], starts_on=date(2026, 1, 1)
        )
    )
    booking = book_slot(clinic.slots[0], member, by=staff)
    (entry,) = entries_about(booking)
    assert (entry.by_id, entry.for_whom_id) == (staff.id, member.id)
    assert outbox()[0][0] == member.email


def test_moving_takes_the_new_place_and_frees_the_old_with_the_same_uid(clinic, member, rival, outbox):
    booking = book_slot(clinic.slots[0], member, by=member)
    uid = booking.uid
    move_booking(booking, clinic.slots[2], by=member)
    assert booking.slot is clinic.slots[2]
    assert (booking.uid, booking.sequence) == (uid, 1)
    assert ticks() == 4
    assert book_slot(clinic.slots[0], rival, by=rival).place == 1
    assert outbox()[1] == (member.email, "Your iPad clinic has moved to 20 November 2026 at 2:40pm")


def test_a_move_to_a_full_slot_keeps_the_old_place(clinic, member, rival):
    booking = book_slot(clinic.slots[0], member, by=member)
    book_slot(clinic.slots[1], rival, by=rival)
    with pytest.raises(SlotFull):
        move_booking(booking, clinic.slots[1], by=member)
    db.session.refresh(booking)
    assert (booking.slot_id, booking.sequence) == (clinic.slots[0].id, 0)
    assert ticks() == 8


def test_a_move_to_a_time_that_overlaps_its_own_old_one_is_no_overlap(make_clinic, clinic, member, agent):
    elsewhere = make_clinic(room="Library", hosts=[agent], opens=time(14, 10), closes=time(14, 30))
    booking = book_slot(clinic.slots[0], member, by=member)
    move_booking(booking, elsewhere.slots[0], by=member)
    assert booking.slot.clinic is elsewhere


def test_moves_that_cannot_be_are_refused(clinic, make_clinic, member, host):
    later = make_clinic(day=date(2026, 11, 27))
    booking = book_slot(clinic.slots[0], member, by=member)
    with pytest.raises(SameTime):
        move_booking(booking, clinic.slots[0], by=member)
    with clock.at(clinic.slots[0].starts_at - timedelta(minutes=30)):
        with pytest.raises(TooLateToMove, match="1 hour"):
            move_booking(booking, later.slots[0], by=member)
        move_booking(booking, later.slots[0], by=host)
    cancel_booking(booking, by=member)
    with pytest.raises(NothingToMove):
        move_booking(booking, later.slots[1], by=member)


def test_the_database_refuses_a_second_booking_of_a_place(clinic, member, rival):
    first = book_slot(clinic.slots[0], member, by=member)
    second = Booking(slot_id=first.slot_id, place=1, person_id=rival.id, uid="another", booked_by_id=rival.id)
    db.session.add(second)
    with pytest.raises(sa.exc.IntegrityError):
        db.session.flush()


def test_the_database_refuses_a_place_that_the_slot_does_not_have(clinic, member):
    booking = Booking(
        slot_id=clinic.slots[0].id, place=2, person_id=member.id, uid="x", booked_by_id=member.id
    )
    db.session.add(booking)
    with pytest.raises(sa.exc.IntegrityError):
        db.session.flush()


def test_the_next_free_time_is_the_soonest_that_can_still_be_booked(clinic, member, rival):
    first, second, _ = clinic.slots
    assert next_free_slot(member)[1] is first
    book_slot(first, rival, by=rival)
    assert next_free_slot(member)[1] is second
    with clock.at(clinic.ends_at):
        assert next_free_slot(member) is None


@pytest.mark.parametrize(
    ("minutes", "words"),
    [(30, "30 minutes"), (60, "1 hour"), (120, "2 hours"), (1440, "1 day"), (90, "90 minutes")],
)
def test_a_cut_off_is_said_as_people_say_it(minutes, words):
    assert in_words(minutes) == words


def test_cut_offs_differ_for_booking_moving_and_cancelling(make_clinic, member):
    clinic = make_clinic(cut_offs=CutOffs(book=1440, move=120, cancel=0))
    booking = book_slot(clinic.slots[0], member, by=member)
    with clock.at(clinic.slots[0].starts_at - timedelta(minutes=121)):
        with pytest.raises(TooLateToBook, match="1 day"):
            move_booking(booking, clinic.slots[1], by=member)
        cancel_booking(booking, by=member)
    assert booking.state is BookingState.CANCELLED


def test_places_kept_for_drop_in_are_for_whoever_walks_in(make_clinic, member, rival, staff, host, agent):
    clinic = make_clinic(places=3, drop_in=2)
    slot = clinic.slots[0]
    (offer,) = [each for each in next_clinics(rival) if each.clinic.id == clinic.id]
    assert offer.times[0].free == 1
    assert book_slot(slot, member, by=member).place == 1
    with pytest.raises(SlotFull):
        book_slot(slot, rival, by=rival)
    assert book_slot(slot, rival, by=host, walked_in=True).place == 3
    assert book_slot(slot, agent, by=host).place == 2


def test_who_holds_a_place_is_looked_up_in_the_index_over_live_bookings(context, kind):
    """A state that is bound as a value fits no partial index: every booking there ever was would be read."""
    asked = sa.select(SlotPlace.number, Booking.id).outerjoin(Booking, HELD)
    words = str(asked.compile(db.engine))  # with whatever is bound left open, as a prepared statement is
    explain = "EXPLAIN QUERY PLAN"
    if kind == "postgresql":
        db.session.execute(sa.text("SET LOCAL enable_seqscan = off"))
        explain = "EXPLAIN"
    assert "uq_booking_place" in str(db.session.execute(sa.text(f"{explain} {words}")).all())
