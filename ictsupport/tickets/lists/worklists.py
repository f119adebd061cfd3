"""The lists the desk works from: rows with all they show, counts per view, what lists can be narrowed by."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Select,
    String,
    and_,
    bindparam,
    case,
    cast,
    func,
    literal,
    select,
    true,
    union_all,
)
from sqlalchemy.orm import aliased

from ... import clock
from ...database import FAR_FUTURE, db
from ...pages.paging import Count, count_up_to, keyset
from ...people.access import DESK
from ...people.models import Council, Grant, Person, RequesterKind
from ...statements import put_together
from ...systems.models import System
from ..access import workable
from ..desk.models import Tag
from ..models import Queue, Ticket, ticket_systems
from ..prioritising import WORDS
from ..request_types.models import RequestType
from ..search import finding as search
from ..tagging import OFFERED, known_tags
from ..together import settle
from .filtering import Wish
from .models import SavedView
from .narrowing import ME, NOBODY, SHARED, Choice, fixed_choices, is_needed_today, not_needed_today
from .standing import VIEWS, is_open

SOON = timedelta(hours=2)
PINNED = 25
NEW, CHANGED = "new since", "changed since"
REQUESTER, ASSIGNEE = aliased(Person), aliased(Person)
COLUMNS: tuple[Any, ...] = (
    Ticket.id,
    Ticket.reference,
    Ticket.version,
    Ticket.subject,
    REQUESTER.name.label("requester"),
    Ticket.requester_kind,
    Council.short_name.label("council"),
    Queue.name.label("queue"),
    Ticket.ticket_type,
    Ticket.channel,
    Ticket.opened_at,
    Ticket.updated_at,
    Ticket.priority,
    Ticket.status,
    Ticket.hold_reason,
    ASSIGNEE.name.label("assignee"),
    Ticket.due_sort,
    Ticket.past_target_at,
    Ticket.needed_by,
    Ticket.needed_for,
    Ticket.confidential,
)
SYSTEMS = (
    select(ticket_systems.c.ticket_id, System.name)
    .join(System, System.id == ticket_systems.c.system_id)
    .where(ticket_systems.c.ticket_id.in_(bindparam("tickets", expanding=True)))
    .order_by(System.name)
)


@dataclass(frozen=True, slots=True)
class Row:
    """A ticket as a list shows it."""

    id: int
    reference: str
    version: int
    subject: str
    requester: str
    requester_kind: str
    is_member: bool
    systems: str
    council: str
    queue: str
    ticket_type: str
    channel: str
    priority: int
    status: str
    assignee: str
    opened_at: datetime
    updated_at: datetime
    due_at: datetime | None
    needed_by: datetime | None
    needed_for: str
    confidential: bool
    look: str

    @property
    def priority_words(self) -> str:
        return WORDS[self.priority]


@dataclass(frozen=True)
class WorkList:
    """A page of a list: what is needed today above the rest, then the rest in its order."""

    rows: Sequence[Row]
    previous: str | None
    next: str | None
    count: Count


def work_list(wish: Wish, count: Count | None, *, after: str = "", before: str = "") -> WorkList:
    """The page of tickets somebody wished for, among those they may work on. `count` if it is known already."""
    if wish.wanted is None:
        asked = _asked(wish)
    else:
        conditions = conditions_of(wish)
        asked = _asked_with(
            wish, *conditions, search.narrowing(wish.wanted, wish.person, *conditions, few=wish.is_open)
        )
    pinned: Sequence[Any] = ()
    if wish.pins_needed and not after and not before:
        pinned = db.session.execute(asked.needed).all()
    page = keyset(asked.rest, wish.order(), after=after, before=before)
    if count is None:
        count = count_up_to(asked.all)
    return WorkList(rows_of([*pinned, *page.rows], clock.now()), page.previous, page.next, count)


@dataclass(frozen=True)
class _Asked:
    """The statements behind a list: all it holds, what of it is needed today if that stands on top, and the rest."""

    all: Select[Any]
    needed: Select[Any]
    rest: Select[Any]


@put_together
def _asked(wish: Wish) -> _Asked:
    return _asked_with(wish, *conditions_of(wish))


def _asked_with(wish: Wish, *conditions: ColumnElement[bool]) -> _Asked:
    rows = tickets_with().where(*conditions)
    needed = rows.where(is_needed_today()).order_by(Ticket.needed_by, Ticket.id).limit(PINNED)
    rest = rows.where(not_needed_today()) if wish.pins_needed else rows
    return _Asked(select(Ticket.id).where(*conditions), needed, rest)


def conditions_of(wish: Wish) -> list[ColumnElement[bool]]:
    """SQL: what the list is narrowed to, but for the words, among what the person works on."""
    return [workable(wish.person), *wish.conditions()]


def page_of(wish: Wish, after: str, size: int) -> tuple[list[Row], str | None]:
    """So many rows of the list in its order after the cursor, nothing pinned above them, and the next cursor."""
    conditions = conditions_of(wish)
    if wish.wanted is not None:
        conditions.append(Ticket.id.in_(search.newest(wish.wanted, wish.person, *conditions)))
    page = keyset(tickets_with().where(*conditions), wish.order(), after=after, size=size)
    return rows_of(page.rows, clock.now()), page.next


def whole_list(wish: Wish, *, most: int) -> Sequence[Any]:
    """Id, version, reference and subject of all that the list holds, in its order, up to so many."""
    conditions = conditions_of(wish)
    if wish.wanted is not None:
        conditions.append(search.narrowing(wish.wanted, wish.person, *conditions, few=wish.is_open))
    columns = select(Ticket.id, Ticket.version, Ticket.reference, Ticket.subject)
    return db.session.execute(columns.where(*conditions).order_by(*wish.order()).limit(most)).all()


def listed(ids: Sequence[int]) -> dict[int, Row]:
    """Rows of these tickets by their id."""
    rows = db.session.execute(tickets_with().where(Ticket.id.in_(ids))).all()
    return dict(zip((row.id for row in rows), rows_of(rows, clock.now()), strict=True))


def rows_of(found: Sequence[Any], now: datetime) -> list[Row]:
    """The rows as lists show them; their systems are read in one statement."""
    systems = _systems_of([row.id for row in found])
    return [_row(row, systems, now) for row in found]


def tickets_with(*more: Any) -> Select[Any]:
    """SQL: what rows_of() makes rows of, and more columns if asked."""
    return (
        select(*COLUMNS, *more)
        .join(REQUESTER, REQUESTER.id == Ticket.requester_id)
        .outerjoin(ASSIGNEE, ASSIGNEE.id == Ticket.assignee_id)
        .outerjoin(Council, Council.id == Ticket.council_id)
        .join(Queue, Queue.id == Ticket.queue_id)
    )


def _systems_of(ids: Sequence[int]) -> dict[int, list[str]]:
    named = defaultdict(list)
    for ticket_id, name in db.session.execute(SYSTEMS, {"tickets": ids}):
        named[ticket_id].append(name)
    return named


def _row(row: Any, systems: dict[int, list[str]], now: datetime) -> Row:
    has_due = row.status.is_open and row.due_sort < FAR_FUTURE
    needed = row.needed_by if row.status.is_open else None
    late = row.status.is_open and (row.past_target_at is not None or (has_due and row.due_sort < now))
    soon = (has_due and row.due_sort - now <= SOON) or (
        needed is not None and needed - now < timedelta(days=1)
    )
    return Row(
        id=row.id,
        reference=row.reference,
        version=row.version,
        subject=row.subject,
        requester=row.requester,
        requester_kind=row.requester_kind.value,
        is_member=row.requester_kind is RequesterKind.MEMBER,
        systems=", ".join(systems.get(row.id, ())),
        council=row.council or "All",
        queue=row.queue,
        ticket_type=row.ticket_type.value,
        channel=row.channel.value,
        opened_at=row.opened_at,
        updated_at=row.updated_at,
        priority=row.priority,
        status=row.hold_reason.value if row.hold_reason else row.status.value,
        assignee=row.assignee or "",
        due_at=row.due_sort if has_due else None,
        needed_by=needed,
        needed_for=row.needed_for,
        confidential=row.confidential,
        look="late" if late else "soon" if soon else "",
    )


def view_counts(
    person: Person,
    lists: Mapping[str, Wish] | None = None,
    *,
    watched: Wish | None = None,
    since: datetime | None = None,
) -> dict[str, Count]:
    """How many open tickets each view holds, exactly, and each of the lists of open work: one walk over the open ones.

    Of the `watched` list also how many are NEW and CHANGED `since` a moment.
    """
    lists = lists or {}
    if any(wish.wanted is not None for wish in lists.values()):
        settle()
    keys = [*(view.key for view in VIEWS), *lists, *((NEW, CHANGED) if watched is not None else ())]
    counting = _counting(person, watched, *lists.values())
    counted = db.session.execute(counting, {"since": since} if watched is not None else {}).one()
    return {key: Count(int(number)) for key, number in zip(keys, counted, strict=True)}


@put_together
def _counting(person: Person, watched: Wish | None, *lists: Wish) -> Select[Any]:
    wanted = [*(view.condition(person) for view in VIEWS), *map(_all_of, lists)]
    if watched is not None:
        listed, since = _all_of(watched), bindparam("since", type_=Ticket.opened_at.type)
        wanted.append(and_(listed, Ticket.opened_at > since))
        wanted.append(and_(listed, Ticket.opened_at <= since, Ticket.updated_at > since))
    sums = (func.coalesce(func.sum(case((condition, 1), else_=0)), 0) for condition in wanted)
    return select(*sums).where(is_open(), workable(person))


def of_saved(views: Iterable[SavedView], person: Person) -> dict[str, Wish]:
    """What the saved views over open work list, each by its key."""
    wishes = {view.key: Wish.of(view, person) for view in views}
    return {key: wish for key, wish in wishes.items() if wish.is_open}


def came_since(wish: Wish, since: datetime) -> Count:
    """How many tickets of the list were opened since the moment."""
    came = select(Ticket.id).where(workable(wish.person), _all_of(wish), Ticket.opened_at > since)
    return count_up_to(came)


def _all_of(wish: Wish) -> ColumnElement[bool]:
    """SQL: what the list shows of open work, its words included."""
    conditions = wish.narrowed()
    if wish.wanted is not None:
        conditions.append(search.holds(wish.wanted))
    return and_(true(), *conditions)


def choices(person: Person) -> dict[str, list[Choice]]:
    """What lists can be narrowed by, all of it in one statement; tags are those the person may know of."""
    found = fixed_choices()
    found["assignee"] = [Choice(ME, "Me"), Choice(NOBODY, "Nobody")]
    found |= {"queue": [], "council": [], "system": [], "tag": [], "request": []}
    for name, value, label in db.session.execute(_choosing(person)):
        found[name].append(Choice(value, label))
    found["council"].append(Choice(SHARED, "All councils"))
    return found


@put_together
def _choosing(person: Person) -> Select[Any]:
    tags = known_tags(person).order_by(Tag.name).limit(OFFERED).subquery()
    desk = select(Grant.person_id).where(Grant.role.in_(DESK), Grant.ended_at.is_(None))
    agents = _choices("assignee", cast(Person.id, String), Person.name)
    known = union_all(
        agents.where(Person.left_on.is_(None), Person.id.in_(desk)),
        _choices("queue", Queue.slug, Queue.name).where(Queue.closed_on.is_(None)),
        _choices("council", Council.slug, Council.short_name),
        _choices("system", System.slug, System.name),
        _choices("request", RequestType.slug, RequestType.name).where(RequestType.retired_at.is_(None)),
        _choices("tag", tags.c.name, tags.c.name),
    ).subquery()
    return select(known).order_by(known.c.label)


def _choices(name: str, value: Any, label: Any) -> Select[Any]:
    return select(literal(name).label("name"), value.label("value"), label.label("label"))
