"""What the first page offers for tickets, and what of theirs waits for somebody."""

from collections.abc import Iterable

from flask import url_for
from sqlalchemy import select, union_all

from ...database import db
from ...pages.cards import Card, Waiting, card, waiting
from ...people.models import Person
from ..approvals.queries import DECISION, first_decisions
from ..approvals.queries import FIRST as SHOWN
from ..models import HoldReason
from .own_queries import UNSENT, first_unsent, waiting_for_answer


@card(order=10)
def something_is_wrong(_person: Person) -> Card:
    return Card(
        "Something is wrong",
        "It does not work, or not as it should.",
        url_for("tickets.new", kind="incident"),
    )


@card(order=20)
def i_need_something(_person: Person) -> Card:
    return Card(
        "I need something",
        "A new device or program, access, a move, advice.",
        url_for("tickets.new", kind="request"),
    )


@waiting(order=10)
def questions_to_answer(person: Person) -> Iterable[Waiting]:
    for ticket in waiting_for_answer(person):
        asks = ticket.hold_reason is HoldReason.REQUESTER
        words = "We need an answer from you" if asks else "Does it work now?"
        note = "" if ticket.requester_id == person.id else f"for {ticket.requester.name}"
        yield Waiting(
            f"{words}{':' if asks else ''} {ticket.subject}",
            url_for("tickets.ticket", reference=ticket.reference),
            note,
        )


@waiting(order=15)
def to_decide_and_to_send(person: Person) -> Iterable[Waiting]:
    """What somebody is asked to approve, the longest waiting first, and then what they began and have not sent.

    Read in one statement: the first page has none to spare.
    """
    both = union_all(*(select(each.subquery()) for each in (first_decisions(person), first_unsent(person))))
    rows = db.session.execute(both).all()
    decisions = sorted((row for row in rows if row.kind == DECISION), key=lambda row: row.at)
    for row in decisions[:SHOWN]:
        where = url_for("tickets.approval", approver_id=int(row.key))
        yield Waiting(
            f"We need a decision from you: {row.what}", where, f"for {row.whose}" if row.whose else ""
        )
    if len(decisions) > SHOWN:
        yield Waiting("More that waits for your decision", url_for("tickets.my_approvals"))
    for row in sorted((row for row in rows if row.kind == UNSENT), key=lambda row: row.at, reverse=True):
        where = url_for("tickets.carry_on", key=row.key)
        yield Waiting(f"Not sent yet: {row.what or 'a request'}", where)
