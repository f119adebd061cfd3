"""Those of the desk with all that decides who can be given a ticket, read in one statement however many they are.

Whoever asks learns no more than they may: of the tickets somebody has, only
those are counted aloud that the asker may work on. The cap looks at all.
"""

import json
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import reduce
from types import SimpleNamespace
from typing import Any

from sqlalchemy import (
    Integer,
    Select,
    String,
    and_,
    case,
    cast,
    func,
    literal,
    null,
    or_,
    select,
    union_all,
)

from ... import clock
from ...config import settings
from ...database import UTCDateTime, db
from ...hours import Calendar
from ...people.access import DESK
from ...people.calendars import built_from
from ...people.models import Calendar as CalendarRow
from ...people.models import CalendarVersion, Closure, Grant, Membership, Person
from ...people.rota.models import Absence, WorkingPattern
from ...people.rota.presence import FURTHEST, Hours, Presence, presence
from ...systems.models import Skill, System
from ..access import workable
from ..models import HoldReason, Ticket, queue_clearance, ticket_systems
from .models import Cap, SkilledQueue


@dataclass
class Hand:
    """One of the desk, as dealing out sees them."""

    id: int
    name: str
    cap: int
    sort_name: str = ""
    reaches_all: bool = False
    councils: set[int] = field(default_factory=set)
    teams: set[int] = field(default_factory=set)
    cleared: set[int] = field(default_factory=set)
    skills: set[int] = field(default_factory=set)
    patterns: list[tuple[date, dict[str, Any]]] = field(default_factory=list)
    absences: list[tuple[datetime, datetime]] = field(default_factory=list)
    load: int = 0
    shown: int = 0
    presence: Presence = field(default=Presence(True, None))
    away_next: datetime | None = None

    @property
    def is_full(self) -> bool:
        return self.load >= self.cap


@dataclass
class Crew:
    """Everybody who works tickets, the systems that some tickets are about, and the queues that ask for skill."""

    hands: dict[int, Hand] = field(default_factory=dict)
    systems: dict[int, list[tuple[int, str]]] = field(default_factory=lambda: defaultdict(list))
    skilled: set[int] = field(default_factory=set)
    service: Calendar | None = None

    def in_order(self) -> list[Hand]:
        return sorted(self.hands.values(), key=lambda hand: (hand.sort_name, hand.id))


def crew_for(asker: Person | None, ticket_ids: Sequence[int] = ()) -> Crew:
    """The crew as it stands now. `asker` is who will be told; nobody for background work, which tells no numbers."""
    crew, opening = Crew(), _Opening()
    for row in db.session.execute(_all_facts(asker, ticket_ids)):
        if not opening.take(row):
            _take(crew, row)
    crew.service = opening.calendar()
    now, zone = clock.now(), settings().zone
    for hand in crew.hands.values():
        hand.patterns.sort(key=lambda pattern: pattern[0])
        hand.absences.sort()
        hand.presence = presence(Hours(hand.patterns, hand.absences), crew.service, now, zone)
        hand.away_next = next((start for start, _end in hand.absences if start > now), None)
    return crew


@dataclass
class _Opening:
    """The rows of the service's own opening hours, as they come in."""

    calendars: list[tuple[int, Any]] = field(default_factory=list)
    weeks: list[tuple[int, Any]] = field(default_factory=list)
    closures: list[tuple[int, Any]] = field(default_factory=list)

    def take(self, row: Any) -> bool:
        """Keep the row if it is about opening hours."""
        if row.kind == "calendar":
            zone, holidays, name = row.words.split("|", 2)
            kept = SimpleNamespace(name=name, zone=zone, bank_holidays=holidays or None)
            self.calendars.append((row.key, kept))
        elif row.kind == "week":
            day, week = _dated(row.words)
            self.weeks.append((row.key, SimpleNamespace(effective_from=day, week=week)))
        elif row.kind == "closure":
            first, last, windows, name = row.words.split("|", 3)
            days = {"starts_on": date.fromisoformat(first), "ends_on": date.fromisoformat(last)}
            kept = SimpleNamespace(
                **days, name=name, windows=json.loads(windows), although_holiday=bool(row.number)
            )
            self.closures.append((row.key, kept))
        else:
            return False
        return True

    def calendar(self) -> Calendar | None:
        if not self.calendars:
            return None
        key, calendar = min(self.calendars, key=lambda one: one[0])
        weeks = [week for whose, week in self.weeks if whose == key]
        closures = [closure for whose, closure in self.closures if whose == key]
        return built_from(calendar, weeks, closures) if weeks else None


def _dated(words: str) -> tuple[date, dict[str, Any]]:
    day, _, week = words.partition("|")
    return date.fromisoformat(day), json.loads(week)


def _take(crew: Crew, row: Any) -> None:
    """Put one fact where it belongs. Facts about somebody who does not work tickets (any more) are passed over."""
    if row.kind == "system":
        crew.systems[row.key].append((row.number, row.words))
    elif row.kind == "skilled":
        crew.skilled.add(row.key)
    elif row.kind == "agent":
        name, _, sort_name = row.words.partition("\n")
        cap = row.number if row.number is not None else settings().tickets_each
        crew.hands[row.key] = Hand(row.key, name, cap, sort_name)
    elif (hand := crew.hands.get(row.key)) is not None:
        _tell(hand, row)


def _tell(hand: Hand, row: Any) -> None:
    match row.kind:
        case "grant" if row.number is None:
            hand.reaches_all = True
        case "grant":
            hand.councils.add(row.number)
        case "team":
            hand.teams.add(row.number)
        case "cleared":
            hand.cleared.add(row.number)
        case "skill":
            hand.skills.add(row.number)
        case "pattern":
            hand.patterns.append(_dated(row.words))
        case "absence":
            hand.absences.append((row.starts_at, row.ends_at))
        case "load":
            hand.load, hand.shown = row.number, row.shown


def _all_facts(asker: Person | None, ticket_ids: Sequence[int]) -> Select[Any]:
    """All of it as rows of one shape. Those who work tickets come first, since the rest is about them."""
    now = clock.now()
    today = now.astimezone(settings().zone).date()
    desk = select(Grant.person_id).where(Grant.role.in_(DESK), Grant.ended_at.is_(None))
    works = and_(
        Person.id.in_(desk), Person.gone_at.is_(None), or_(Person.left_on.is_(None), Person.left_on >= today)
    )
    names = Person.name + literal("\n") + Person.sort_name
    patterns = _joined(WorkingPattern.effective_from, WorkingPattern.week)
    facts = union_all(
        _fact(1, "agent", Person.id, Cap.most, words=names)
        .outerjoin(Cap, Cap.person_id == Person.id)
        .where(works),
        _fact(2, "grant", Grant.person_id, Grant.council_id).where(
            Grant.role.in_(DESK), Grant.ended_at.is_(None)
        ),
        _fact(2, "team", Membership.person_id, Membership.team_id).where(
            Membership.starts_on <= today, or_(Membership.ends_on.is_(None), Membership.ends_on >= today)
        ),
        _fact(2, "cleared", queue_clearance.c.person_id, queue_clearance.c.queue_id),
        _fact(2, "skill", Skill.person_id, Skill.system_id),
        _fact(2, "pattern", WorkingPattern.person_id, words=patterns),
        _fact(2, "absence", Absence.person_id, starts_at=Absence.starts_at, ends_at=Absence.ends_at).where(
            Absence.called_off_at.is_(None),
            Absence.ends_at > now,
            Absence.starts_at < now + timedelta(days=FURTHEST),
        ),
        _loads(asker),
        _fact(2, "skilled", SkilledQueue.queue_id),
        _fact(2, "system", ticket_systems.c.ticket_id, System.id, words=System.name)
        .join(System, System.id == ticket_systems.c.system_id)
        .where(ticket_systems.c.ticket_id.in_(ticket_ids)),
        *_opening_hours(),
    ).subquery()
    return select(facts).order_by(facts.c.turn)


def _opening_hours() -> list[Select[Any]]:
    """The service's own calendar, read with the rest: two statements fewer on every page that asks who is here."""
    own = select(CalendarRow.id).where(CalendarRow.council_id.is_(None))
    of_calendar = _joined(
        CalendarRow.zone, func.coalesce(CalendarRow.bank_holidays, literal("")), CalendarRow.name
    )
    of_closure = _joined(Closure.starts_on, Closure.ends_on, Closure.windows, Closure.name)
    although = case((Closure.although_holiday, 1), else_=0)
    return [
        _fact(2, "calendar", CalendarRow.id, words=of_calendar).where(CalendarRow.council_id.is_(None)),
        _fact(
            2,
            "week",
            CalendarVersion.calendar_id,
            words=_joined(CalendarVersion.effective_from, CalendarVersion.week),
        ).where(CalendarVersion.calendar_id.in_(own)),
        _fact(2, "closure", Closure.calendar_id, although, words=of_closure).where(
            Closure.calendar_id.in_(own)
        ),
    ]


def _joined(*columns: Any) -> Any:
    """SQL: the columns as text, with strokes between."""
    texts: list[Any] = [cast(column, String) for column in columns]
    return reduce(lambda all_before, text: all_before + literal("|") + text, texts[1:], texts[0])


def _fact(
    turn: int,
    kind: str,
    key: Any,
    number: Any = None,
    *,
    shown: Any = None,
    words: Any = None,
    starts_at: Any = None,
    ends_at: Any = None,
) -> Select[Any]:
    def or_nothing(value: Any, as_type: Any) -> Any:
        return cast(null(), as_type) if value is None else value

    return select(
        literal(turn).label("turn"),
        literal(kind).label("kind"),
        key.label("key"),
        or_nothing(number, Integer).label("number"),
        or_nothing(shown, Integer).label("shown"),
        or_nothing(words, String).label("words"),
        or_nothing(starts_at, UTCDateTime()).label("starts_at"),
        or_nothing(ends_at, UTCDateTime()).label("ends_at"),
    )


def _loads(asker: Person | None) -> Select[Any]:
    """How many tickets each has whose clocks run, and how many of these the asker may work on."""
    seen = cast(func.sum(case((workable(asker), 1), else_=0)), Integer) if asker is not None else None
    return (
        _fact(2, "load", Ticket.assignee_id, cast(func.count(), Integer), shown=seen)
        .where(
            Ticket.OPEN,
            Ticket.assignee_id.is_not(None),
            or_(Ticket.hold_reason.is_(None), Ticket.hold_reason != HoldReason.REQUESTER),
        )
        .group_by(Ticket.assignee_id)
    )
