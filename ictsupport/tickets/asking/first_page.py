"""What the first page offers for tickets, and what of theirs waits for somebody."""

from collections.abc import Iterable

from flask import url_for

from ...pages.cards import Card, Waiting, card, waiting
from ...people.models import Person
from ..models import HoldReason
from .own_queries import unsent_requests, waiting_for_answer


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


@waiting(order=20)
def not_sent_yet(person: Person) -> Iterable[Waiting]:
    for request in unsent_requests(person):
        subject = request.answers.get("subject") or "a request"
        yield Waiting(f"Not sent yet: {subject}", url_for("tickets.carry_on", key=request.key))
