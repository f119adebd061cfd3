"""Joining the waiting list of clinics that are full, and leaving it."""

from collections.abc import Sequence

from sqlalchemy import func, select, update

from ... import clock
from ...config import settings
from ...database import db, lock_timeout
from ...devices.models import Device
from ...errors import Refusal
from ...journal import announce
from ...people.models import Person
from ...tickets.texts import line, prose
from .. import access
from ..booking import (
    LONGEST_DETAILS,
    PATIENCE,
    ClinicCalledOff,
    NobodyThere,
    NotForThem,
    SlotPassed,
    TopicNotOffered,
)
from ..models import Clinic, ClinicTopic
from .events import WaitingEnded, WaitingListJoined
from .models import WaitingEntry, WaitingPlace, WaitingState
from .offer_clock import cut_off
from .offering import decline, free_slots, offer_or_later


class StillFree(Refusal):
    reason = (
        "There are still free times on {day:%A} {day.day} {day:%B}. Book one of them: it is yours at once."
    )


class WaitingAlready(Refusal):
    reason = "{who} on the waiting list of that clinic already."


class WaitingForTooMany(Refusal):
    reason = "{who} on {count} waiting lists already, the most there may be. Leave one of them first."


class NobodyWaits(Refusal):
    reason = "This is no longer on the waiting list. There is nothing left to do."


class NoClinicChosen(Refusal):
    reason = "Choose at least one clinic."


def join(
    clinics: Sequence[Clinic],
    person: Person,
    *,
    by: Person,
    topic: ClinicTopic | None = None,
    details: str = "",
    device: Device | None = None,
    access_needs: str = "",
) -> WaitingEntry:
    """Wait for the first free place at any of the clinics. All of them must be full."""
    if not clinics:
        raise NoClinicChosen
    lock_timeout(PATIENCE)
    for clinic in sorted(clinics, key=lambda each: each.id):
        db.session.refresh(clinic, ["called_off_at", "unhosted", "version"], with_for_update={"read": True})
    db.session.scalar(select(Person.id).where(Person.id == person.id).with_for_update(key_share=True))
    who = "You are" if person.id == by.id else f"{person.name} is"
    for clinic in clinics:
        _check(clinic, person, by)
    if topic is not None and not any(topic in clinic.topics for clinic in clinics):
        raise TopicNotOffered
    _check_lists(clinics, person, who)
    entry = WaitingEntry(
        person=person,
        joined_by=by,
        topic=topic,
        details=prose(details, what="What you wrote", limit=LONGEST_DETAILS),
        device=device,
        access_needs=line(access_needs, what="Access needs", limit=500),
        places=[WaitingPlace(clinic_id=clinic.id) for clinic in clinics],
    )
    db.session.add(entry)
    db.session.flush()
    announce(
        WaitingListJoined(about=entry, person=person, by=by, for_whom=person if person.id != by.id else None)
    )
    return entry


def withdraw(entry: WaitingEntry, *, by: Person) -> None:
    """Wait no longer; an offer that is open is given back."""
    withdrawn = db.session.execute(
        update(WaitingEntry)
        .where(WaitingEntry.id == entry.id, WaitingEntry.state == WaitingState.WAITING)
        .values(state=WaitingState.WITHDRAWN, ended_at=clock.now())
        .execution_options(synchronize_session=False)
    )
    db.session.refresh(entry, ["state", "ended_at", "booking_id"])
    if entry.state is WaitingState.OFFERED:
        decline(entry, by=by)
        return
    if withdrawn.rowcount != 1:  # type: ignore[attr-defined]
        raise NobodyWaits
    for_whom = entry.person if entry.person_id != by.id else None
    announce(WaitingEnded(about=entry, person=entry.person, by=by, for_whom=for_whom))


def _check(clinic: Clinic, person: Person, by: Person) -> None:
    if clinic.is_called_off:
        raise ClinicCalledOff
    if clinic.unhosted:
        raise NobodyThere
    if not access.may_come(person, clinic):
        raise NotForThem(name="you" if person.id == by.id else person.name)
    if all(cut_off(slot, clinic) <= clock.now() for slot in clinic.slots):
        raise SlotPassed
    offer_or_later(clinic)
    if any(cut_off(slot, clinic) > clock.now() for slot in free_slots(clinic, person)):
        raise StillFree(day=clinic.day)


def _check_lists(clinics: Sequence[Clinic], person: Person, who: str) -> None:
    live = (
        WaitingEntry.person_id == person.id,
        WaitingEntry.state.in_((WaitingState.WAITING, WaitingState.OFFERED)),
    )
    named = select(WaitingPlace.clinic_id).join(WaitingPlace.entry).where(*live)
    if {clinic.id for clinic in clinics} & set(db.session.scalars(named)):
        raise WaitingAlready(who=who)
    count = db.session.scalar(select(func.count()).select_from(WaitingEntry).where(*live)) or 0
    if count >= settings().clinic_bookings_each:
        raise WaitingForTooMany(who=who, count=count)
