"""What stands in the way of a clinic: a host who is elsewhere or away, a room that is taken, a day that is closed."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import joinedload, selectinload

from ..database import db
from ..errors import Refusal
from ..hours import OutOfReach
from ..people.calendars import NoCalendar, calendar_for
from ..people.models import Person, Role, Site
from ..people.rota.models import Absence
from .models import Clinic

DESK = (Role.AGENT, Role.MANAGER)
"""Who may plan a clinic although something stands in the way, with a reason."""


class Clash(Refusal):
    """Something stands in the way. The desk may go on with a reason, which is kept."""


class HostBusy(Clash):
    reason = "{host} already hosts a clinic at {site} at that time. Choose another host or another time."


class HostAway(Clash):
    reason = "{host} is away at that time. Choose another host or another time."


class RoomTaken(Clash):
    reason = "There is already a clinic in {room} at that time. Choose another room or another time."


class DayClosed(Clash):
    reason = "{council} is closed that day: {why}. Choose another day."


@dataclass(frozen=True)
class Diary:
    """What the hosts and the room have between two moments, read once for as many dates as there are."""

    site: Site
    room: str
    hosts: Sequence[Person]
    clinics: Sequence[Clinic]
    absences: Sequence[Absence]

    def clash(self, day: date, starts_at: datetime, ends_at: datetime) -> Clash | None:
        """The first thing that stands in the way of a clinic at that time."""
        if (shut := self.closed(day)) is not None:
            return shut
        during = [each for each in self.absences if each.starts_at < ends_at and each.ends_at > starts_at]
        if all_away([host.id for host in self.hosts], during):
            return HostAway(host=self.hosts[0].name)
        mine = {host.id for host in self.hosts}
        for clinic in self.clinics:
            if clinic.starts_at < ends_at and clinic.ends_at > starts_at:
                busy = next((host for host in clinic.hosts if host.id in mine), None)
                if busy is not None:
                    return HostBusy(host=busy.name, site=clinic.site.name)
                if self.room and clinic.room == self.room and clinic.site_id == self.site.id:
                    return RoomTaken(room=self.room)
        return None

    def closed(self, day: date) -> DayClosed | None:
        why = closed(self.site, day)
        return DayClosed(council=self.site.council.short_name, why=why) if why else None


def diary(
    site: Site,
    room: str,
    hosts: Sequence[Person],
    first: datetime,
    last: datetime,
    apart_from: Collection[int] = (),
) -> Diary:
    """What stands between two moments. Four statements, however many dates are asked about."""
    await_hosts(hosts)
    clinics = (
        select(Clinic)
        .where(
            Clinic.starts_at < last,
            Clinic.ends_at > first,
            Clinic.called_off_at.is_(None),
            Clinic.id.not_in(list(apart_from)),
        )
        .options(joinedload(Clinic.site), selectinload(Clinic.hosts))
        .order_by(Clinic.starts_at)
    )
    return Diary(
        site,
        room,
        hosts,
        db.session.scalars(clinics).all(),
        absences_of([host.id for host in hosts], first, last),
    )


def await_hosts(hosts: Sequence[Person]) -> None:
    """Wait for whoever enters an absence of theirs; whoever does so later waits for us, and finds the clinic.

    Before a clinic is locked: entering an absence locks the person first, too.
    """
    ids = sorted(host.id for host in hosts)
    theirs = select(Person.id).where(Person.id.in_(ids)).order_by(Person.id)
    db.session.execute(theirs.with_for_update(read=True, key_share=True))


def absences_of(people: Collection[int], first: datetime, last: datetime) -> Sequence[Absence]:
    """When these people are away between two moments. One statement."""
    return db.session.scalars(
        select(Absence).where(
            Absence.person_id.in_(list(people)),
            Absence.called_off_at.is_(None),
            Absence.starts_at < last,
            Absence.ends_at > first,
        )
    ).all()


def all_away(people: Collection[int], absences: Iterable[Absence]) -> bool:
    """Whether every one of them has one of these absences: nobody is left to hold a clinic."""
    return bool(people) and set(people) <= {each.person_id for each in absences}


def closed(site: Site, day: date) -> str:
    """Why the council of the site is closed on a day out of its week's order (a bank holiday, a closure); or nothing."""
    try:
        found = calendar_for(site.council_id).day(day)
    except (NoCalendar, OutOfReach):
        return ""
    return found.why if found.is_exception and not found.is_open else ""


def may_override(person: Person) -> bool:
    return person.has_role(*DESK)
