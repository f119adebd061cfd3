"""A place given back is free at once, and nobody stands before a locked door when a clinic is called off."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from ictsupport import clock
from ictsupport.clinics.booking import book_slot
from ictsupport.clinics.calling_off import (
    ClinicHeld,
    NothingToCancel,
    ReasonNeeded,
    TooLateToCancel,
    call_off_clinic,
    cancel_booking,
)
from ictsupport.clinics.models import BookedTick, BookingState
from ictsupport.clinics.planning import CutOffs
from ictsupport.database import db


def test_a_cancelled_place_is_free_at_once(clinic, member, rival, outbox):
    booking = book_slot(clinic.slots[0], member, by=member)
    cancel_booking(booking, by=member)
    assert (booking.state, booking.sequence) == (BookingState.CANCELLED, 1)
    assert booking.cancelled_at == clock.now()
    assert db.session.scalar(sa.select(sa.func.count()).select_from(BookedTick)) == 0
    assert book_slot(clinic.slots[0], rival, by=rival).place == 1
    assert outbox()[1] == (member.email, "Your iPad clinic on 20 November 2026 is cancelled")


def test_cancelling_twice_is_refused_in_words(clinic, member):
    booking = book_slot(clinic.slots[0], member, by=member)
    cancel_booking(booking, by=member)
    with pytest.raises(NothingToCancel):
        cancel_booking(booking, by=member)


def test_after_the_cut_off_only_the_desk_may_cancel(make_clinic, member, host):
    clinic = make_clinic(cut_offs=CutOffs(cancel=120))
    booking = book_slot(clinic.slots[0], member, by=member)
    with clock.at(clinic.slots[0].starts_at - timedelta(minutes=119)):
        with pytest.raises(TooLateToCancel, match="2 hours"):
            cancel_booking(booking, by=member)
        cancel_booking(booking, by=host)


def test_a_member_cannot_cancel_what_has_begun(clinic, member):
    booking = book_slot(clinic.slots[0], member, by=member)
    with clock.at(clinic.slots[0].starts_at), pytest.raises(NothingToCancel):
        cancel_booking(booking, by=member)


def test_calling_off_needs_a_reason_and_a_clinic_to_come(clinic, host):
    with pytest.raises(ReasonNeeded):
        call_off_clinic(clinic, reason="  ", by=host)
    with clock.at(clinic.ends_at), pytest.raises(ClinicHeld):
        call_off_clinic(clinic, reason="Too late", by=host)
