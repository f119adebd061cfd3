"""What tickets can be found by, kept up to date in the transaction of every change, and made anew on demand."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import (
    BindParameter,
    and_,
    bindparam,
    func,
    insert,
    literal,
    not_,
    select,
    text,
    union_all,
    update,
)
from sqlalchemy.exc import DatabaseError

from ... import jobs, scheduler
from ...database import READONLY, db, dialect_name, table_of
from ...journal import on
from ...people.events import PersonChanged
from ...people.models import Person
from ...statements import put_together
from ..events import TicketEvent
from ..models import Attachment, Message, MessageKind, Ticket
from ..rebuilding import Difference, Step, how_many_tickets, rebuildable
from ..request_types.models import FilledForm
from ..together import once_for_all, settle
from . import spelling
from .models import SearchDoc
from .words import indexable

BATCH = 500
COLUMNS = ("title", "public", "internal")

Document = dict[str, Any]


@on(TicketEvent)
def index(event: TicketEvent) -> None:
    """Let the ticket be found by what it says now."""
    once_for_all(index_tickets, event.about.id)


def index_tickets(ids: Sequence[int]) -> None:
    """Make the documents of these tickets anew, where they differ from what is kept."""
    _put(*documents(ids))


@on(PersonChanged)
def rename(event: PersonChanged) -> None:
    """Let tickets be found by the new name of whoever asked: there may be thousands, so it is done as work of its own."""
    if "name" in event.changes:
        jobs.enqueue("search.rename", {"person_id": event.about.id, "after": 0})


@jobs.handles("search.rename")
def reindex_tickets_of(payload: dict[str, Any]) -> None:
    """Make the documents of somebody's tickets anew, some at a time."""
    person_id, after = payload["person_id"], payload["after"]
    theirs = select(Ticket.id).where(Ticket.requester_id == person_id, Ticket.id > after)
    ids = list(db.session.scalars(theirs.order_by(Ticket.id).limit(BATCH)))
    index_tickets(ids)
    if len(ids) == BATCH:
        jobs.enqueue("search.rename", {"person_id": person_id, "after": ids[-1]})


def _put(wanted: Sequence[Document], kept: Mapping[int, Document]) -> None:
    connection, table = db.session.connection(), table_of(SearchDoc)
    if new := [document for document in wanted if document["ticket_id"] not in kept]:
        connection.execute(_NEW, new if len(new) > 1 else new[0])
    for document in wanted:
        if kept.get(document["ticket_id"], document) != document:
            connection.execute(
                update(table).where(table.c.ticket_id == document["ticket_id"]).values(document)
            )
    spelling.learn(spelling.vocabulary(*(_lines(wanted) - _lines(kept.values()))))


_NEW = insert(table_of(SearchDoc))


def _lines(documents: Iterable[Document]) -> set[str]:
    return {line for each in documents for column in COLUMNS for line in each[column].splitlines()}


def _words_of(documents: Iterable[Document]) -> set[str]:
    return spelling.vocabulary(*(each[column] for each in documents for column in COLUMNS))


def kept_documents(ids: Sequence[int]) -> list[Document]:
    columns = (SearchDoc.ticket_id, *(SearchDoc.__table__.c[name] for name in COLUMNS))
    rows = db.session.execute(select(*columns).where(SearchDoc.ticket_id.in_(ids)))
    return [dict(row._mapping) for row in rows]


def documents(ids: Sequence[int]) -> tuple[list[Document], dict[int, Document]]:
    """What the tickets can be found by, the newest words first, should there be many; and what is kept of it, by ticket.

    One statement: every reply comes through here.
    """
    wanted, kept = [], {}
    for row in db.session.connection().execute(_tickets(), {"ids": ids}):
        answers = "\n".join(str(each["words"]) for each in row.answers or ())
        public = (
            row.description,
            answers,
            row.needed_for,
            row.resolution_notes,
            row.read_by_requester,
            row.name,
            row.reference,
            row.source_reference,
        )
        wanted.append(
            {
                "ticket_id": row.id,
                "title": indexable(row.subject),
                "public": _together(*public),
                "internal": _together(row.read_by_agents, row.supplier_reference),
            }
        )
        if row.title is not None:
            kept[row.id] = {"ticket_id": row.id, **{name: getattr(row, name) for name in COLUMNS}}
    return wanted, kept


def _together(*parts: str | None) -> str:
    return indexable("\n".join(part for part in parts if part))


@put_together
def _tickets() -> Any:
    ids: BindParameter[Sequence[int]] = bindparam("ids", expanding=True)
    return (
        select(
            Ticket.id,
            Ticket.reference,
            Ticket.source_reference,
            Ticket.subject,
            Ticket.description,
            Ticket.resolution_notes,
            Ticket.supplier_reference,
            Ticket.needed_for,
            Person.name,
            FilledForm.answers,
            _said(public=True).label("read_by_requester"),
            _said(public=False).label("read_by_agents"),
            *(SearchDoc.__table__.c[name] for name in COLUMNS),
        )
        .join(Person, Person.id == Ticket.requester_id)
        .outerjoin(FilledForm, FilledForm.ticket_id == Ticket.id)
        .outerjoin(SearchDoc, SearchDoc.ticket_id == Ticket.id)
        .where(Ticket.id.in_(ids))
    )


def _said(*, public: bool) -> Any:
    """SQL: the words of a ticket's messages, newest first, and the names of its files: those its requester reads, or the others.

    What came by way of a merged ticket is somebody else's.
    """
    reads = and_(Message.kind == MessageKind.REPLY, Message.via_id.is_(None))
    gets = and_(Attachment.internal.is_(False), Message.via_id.is_(None))
    messages = (
        select(literal(0).label("place"), (-Message.id).label("order"), Message.body.label("words"))
        .where(Message.ticket_id == Ticket.id, reads if public else not_(reads))
        .correlate(Ticket)
    )
    files = (
        select(literal(1), Attachment.id, Attachment.name)
        .outerjoin(Message, Message.id == Attachment.message_id)
        .where(Attachment.ticket_id == Ticket.id, gets if public else not_(gets))
        .correlate(Ticket)
    )
    said = union_all(messages, files).order_by("place", "order").subquery()
    return select(func.aggregate_strings(said.c.words, "\n")).scalar_subquery()


@rebuildable("search", size=how_many_tickets)
def rebuild_search(mend: bool) -> Iterator[Step]:
    """What every ticket can be found by, from its words; and that the full-text index follows."""
    settle()
    counted: Counter[str] = Counter()
    for ids in _all_tickets():
        wanted, kept = documents(ids)
        for document in wanted:
            counted.update(_words_of([document]))
        different = [
            (document, kept.get(document["ticket_id"], {}))
            for document in wanted
            if kept.get(document["ticket_id"]) != document
        ]
        if different and mend:
            _put([document for document, _old in different], kept)
        yield len(ids), [difference for pair in different for difference in _told(*pair)]
    yield 0, [Difference("Search", "words", "unknown", word) for word in sorted(spelling.missing(counted))]
    if mend:
        spelling.settle(counted)
    if dialect_name() == "sqlite":
        yield 0, list(_index_of_sqlite(mend))


def _told(wanted: Document, old: Document) -> Iterator[Difference]:
    thing = f"Search, ticket {wanted['ticket_id']}"
    for column in COLUMNS:
        if old.get(column) != wanted[column]:
            yield Difference(thing, column, (old.get(column) or "empty")[:60], wanted[column][:60])


def _index_of_sqlite(mend: bool) -> Iterator[Difference]:
    """SQLite keeps its full-text table by triggers; it can say itself whether it still fits the documents."""
    before = READONLY.set(False)  # the question is spelled as an INSERT, though it writes nothing
    try:
        with db.session.begin_nested():
            db.session.execute(text("INSERT INTO search_fts(search_fts, rank) VALUES ('integrity-check', 1)"))
    except DatabaseError:
        yield Difference("Search", "full-text index", "out of step", "in step with the documents")
        if mend:
            db.session.execute(text("INSERT INTO search_fts(search_fts) VALUES ('rebuild')"))
    finally:
        READONLY.reset(before)


@jobs.handles("search.count_words")
def count_words(_payload: dict[str, Any]) -> None:
    """Count how usual each word is, and forget those that stand nowhere any more."""
    counted: Counter[str] = Counter()
    for ids in _all_tickets():
        for document in kept_documents(ids):
            counted.update(_words_of([document]))
    spelling.settle(counted)


scheduler.every("search.count_words", hours=24 * 7)


def _all_tickets() -> Iterator[list[int]]:
    last = 0
    while ids := list(
        db.session.scalars(select(Ticket.id).where(Ticket.id > last).order_by(Ticket.id).limit(BATCH))
    ):
        yield ids
        last = ids[-1]
