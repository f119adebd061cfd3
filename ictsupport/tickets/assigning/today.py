"""What an agent should know on coming in: what happened since they were last here, and what to do first, with reasons."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any

from sqlalchemy import Select, and_, exists, func, literal, or_, select, union_all
from sqlalchemy.orm import aliased

from ... import clock
from ...config import settings
from ...database import FAR_FUTURE, db
from ...pages.filters import clock_time, near_moment, plain_date
from ...people.models import Membership, Person
from ..access import workable
from ..models import ClockKind, Message, MessageKind, Queue, Status, Ticket, TicketPeriod

FIRST = 10
LOOKED_AT = 300
SHOWN = 5
MOST = 99
SOON = timedelta(hours=2)

HEADINGS = {
    "assigned": "Given to you",
    "answered": "Answered by their requester",
    "breached": "Ran past a target",
    "raised": "Came in",
}


@dataclass(frozen=True)
class Happened:
    """One kind of news: how many, and the newest of them."""

    key: str
    heading: str
    count: str
    rows: Sequence[Any]


@dataclass(frozen=True)
class Todo:
    """A ticket to do first, with every reason why; `rank` and `moment` put the list in order."""

    reference: str
    subject: str
    requester: str
    is_mine: bool
    reasons: tuple[str, ...]
    rank: int
    moment: datetime


def last_here(person: Person) -> datetime:
    """When the person was here before this visit; for somebody who never was, the day before."""
    return person.left_off_at or clock.now() - timedelta(days=1)


def news_for(person: Person) -> list[Happened]:
    """What happened since the person was last here, in one statement; nothing they may not open."""
    since = last_here(person)
    mine, teams = Ticket.assignee_id == person.id, Ticket.queue_id.in_(_queues_of(person))
    old, new = aliased(TicketPeriod), aliased(TicketPeriod)
    had_it = exists().where(
        old.ticket_id == new.ticket_id, old.ends_at == new.starts_at, old.assignee_id == person.id
    )
    kinds = [
        _news("assigned", new.starts_at, person, mine)
        .join(new, new.ticket_id == Ticket.id)
        .where(new.ends_at.is_(None), new.assignee_id == person.id, new.starts_at > since, ~had_it),
        _news("answered", func.max(Message.at), person, mine)
        .join(Message, Message.ticket_id == Ticket.id)
        .where(Message.from_requester, Message.at > since)
        .group_by(Ticket.id, Ticket.reference, Ticket.subject),
        _news(
            "breached", Ticket.past_target_at, person, or_(mine, and_(Ticket.assignee_id.is_(None), teams))
        ).where(Ticket.past_target_at > since),
        _news("raised", Ticket.opened_at, person, teams).where(Ticket.opened_at > since),
    ]
    limited = [
        select(kind.order_by(kind.selected_columns.at.desc()).limit(MOST + 1).subquery()) for kind in kinds
    ]
    found: dict[str, list[Any]] = {key: [] for key in HEADINGS}
    for row in db.session.execute(union_all(*limited)):
        found[row.kind].append(row)
    return [
        Happened(key, HEADINGS[key], f"{MOST}+" if len(rows) > MOST else str(len(rows)), rows[:SHOWN])
        for key, rows in found.items()
    ]


def _news(kind: str, at: Any, person: Person, whose: Any) -> Select[Any]:
    return (
        select(
            literal(kind).label("kind"),
            Ticket.id.label("id"),
            Ticket.reference.label("reference"),
            Ticket.subject.label("subject"),
            at.label("at"),
        )
        .where(Ticket.OPEN, whose, workable(person))
        .select_from(Ticket)
    )


def _queues_of(person: Person) -> Select[int]:
    """SQL: the queues of the person's teams."""
    today = clock.today(settings().zone)
    teams = select(Membership.team_id).where(
        Membership.person_id == person.id,
        Membership.starts_on <= today,
        or_(Membership.ends_on.is_(None), Membership.ends_on >= today),
    )
    return select(Queue.id).where(Queue.team_id.in_(teams))


def first_things(person: Person) -> list[Todo]:
    """The ten things to do first: of the person's own, and of what nobody on their queues has and somebody needs."""
    return sorted(_todos(_candidates(person), person), key=lambda one: (one.rank, one.moment))[:FIRST]


def _candidates(person: Person) -> Iterable[Any]:
    """Everything that might be urgent, with when who last wrote and what was promised; in one statement."""
    now = clock.now()
    tomorrow = datetime.combine(clock.today(settings().zone) + timedelta(1), time(), settings().zone)
    said = Message.ticket_id == Ticket.id
    spoke = or_(Message.kind == MessageKind.CALL, Message.kind == MessageKind.REPLY)

    def last(*where: Any, what: Any = Message.at) -> Any:
        return select(func.max(what)).where(said, *where).correlate(Ticket).scalar_subquery()

    urgent = or_(Ticket.needed_by < tomorrow, Ticket.due_sort < now + SOON)
    left_over = and_(Ticket.assignee_id.is_(None), Ticket.queue_id.in_(_queues_of(person)), urgent)
    return db.session.execute(
        select(
            Ticket.id,
            Ticket.reference,
            Ticket.subject,
            Person.name.label("requester"),
            Ticket.assignee_id,
            Ticket.status,
            Ticket.hold_until,
            Ticket.needed_by,
            Ticket.needed_for,
            Ticket.due_sort,
            Ticket.due_kind,
            Ticket.past_target_at,
            last(Message.from_requester).label("answered_at"),
            last(Message.from_requester.is_(False), spoke).label("spoke_at"),
            last(Message.promised_at.is_not(None), what=Message.promised_at).label("promised_at"),
            last(Message.promised_at.is_not(None)).label("promise_made_at"),
        )
        .join(Person, Person.id == Ticket.requester_id)
        .where(Ticket.OPEN, workable(person), or_(Ticket.assignee_id == person.id, left_over))
        .order_by(Ticket.due_sort, Ticket.id)
        .limit(LOOKED_AT)
    )


def _todos(rows: Iterable[Any], person: Person) -> Iterable[Todo]:
    now = clock.now()
    for row in rows:
        reasons = sorted(_reasons(row, now), key=lambda one: one[:2])
        if reasons:
            rank, at, _ = reasons[0]
            words = tuple(words for _, _, words in reasons)
            mine = row.assignee_id == person.id
            yield Todo(row.reference, row.subject, row.requester, mine, words, rank, at)


def _reasons(row: Any, now: datetime) -> Iterable[tuple[int, datetime, str]]:
    """Why a ticket comes first: how pressing (0 is most), when, and in words."""
    zone = settings().zone
    today = now.astimezone(zone).date()
    if row.promised_at is not None and not (row.spoke_at and row.spoke_at > row.promise_made_at):
        if row.promised_at <= now:
            yield 0, row.promised_at, f"You promised to ring back by {near_moment(row.promised_at)}"
        elif row.promised_at.astimezone(zone).date() == today:
            yield 2, row.promised_at, f"Ring back at {clock_time(row.promised_at)} today, as promised"
    if row.needed_by is not None and row.needed_by.astimezone(zone).date() <= today:
        what = f" for {row.needed_for}" if row.needed_for else ""
        passed = row.needed_by <= now
        words = "Was needed by" if passed else "Needed by"
        yield 1, row.needed_by, f"{words} {near_moment(row.needed_by)}{what}"
    if row.status is not Status.ON_HOLD or row.due_sort < FAR_FUTURE:
        if row.past_target_at is not None:
            yield 4, row.past_target_at, f"Past its target since {near_moment(row.past_target_at)}"
        elif row.due_sort < now + SOON and row.due_kind is not ClockKind.NEEDED_BY:
            yield 2, row.due_sort, f"Its target runs out at {near_moment(row.due_sort)}"
    if row.answered_at is not None and (row.spoke_at is None or row.answered_at > row.spoke_at):
        yield 3, row.answered_at, f"Its requester wrote at {near_moment(row.answered_at)}"
    if row.hold_until is not None and row.hold_until <= today:
        at = datetime.combine(row.hold_until, time(), zone)
        yield 3, at, f"On hold until {plain_date(row.hold_until)}, which has come"
