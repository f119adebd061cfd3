"""Saying that there is a problem, what causes it and what helps meanwhile, and letting people read of it."""

from collections.abc import Iterable, Sequence
from typing import Any

from ... import clock
from ...database import db, lock
from ...errors import Refusal
from ...journal import announce
from ...people.models import Council, Person
from ...systems.models import System
from ..access import may_work
from ..models import Channel, Ticket, TicketType
from ..raising import raise_ticket
from ..related.major import attach
from ..texts import line, prose
from ..triage import assign
from ..versions import take_turn
from .access import may_keep, may_publish
from .events import ProblemDescribed, WorkaroundPublished, WorkaroundWithdrawn
from .models import Problem


class NoSystem(Refusal):
    reason = "Say which system it is about."


class NotYours(Refusal):
    reason = (
        "You may not keep the problems of this council. Ask its systems lead or somebody of the helpdesk."
    )


class NotYoursToPublish(Refusal):
    reason = "Only whoever has the problem, a manager or a systems lead can let everybody read of it. A confidential one nobody can."


class NothingHelps(Refusal):
    reason = "Write down the workaround first: people read it to help themselves."


class Solved(Refusal):
    reason = "{reference} is solved. Reopen it first."


class DescribedMeanwhile(Refusal):
    reason = (
        "Somebody changed this while you had the page open. Their cause: “{cause}” Their workaround: “{workaround}” "
        "Send yours again to let it stand, or go back to keep theirs."
    )


def open_problem(
    *,
    subject: str,
    description: str,
    systems: Sequence[System],
    council: Council | None,
    by: Person,
    tickets: Iterable[Ticket] = (),
    cause: str = "",
    workaround: str = "",
) -> tuple[Problem, list[Refusal]]:
    """Say that there is a problem, and which tickets it causes; returns why some could not be attached.

    Somebody of the desk who opens it has it. One opened from confidential
    tickets is confidential, on the queue of the first.
    """
    if not systems:
        raise NoSystem
    caused = list(tickets)
    secret = next((each for each in caused if each.confidential), None)
    more: dict[str, Any] = {"queue": secret.queue, "confidential": True} if secret is not None else {}
    ticket = raise_ticket(
        requester=by,
        subject=subject,
        description=description,
        by=by,
        channel=Channel.SELF_SERVICE,
        council=council,
        ticket_type=TicketType.PROBLEM,
        systems=systems,
        impact=2,
        urgency=3,
        **more,
    )
    if not may_keep(by, ticket):
        raise NotYours
    problem = Problem(ticket=ticket)
    db.session.add(problem)
    db.session.flush()
    if cause or workaround:
        describe(problem, cause=cause, workaround=workaround, by=by)
    if may_work(by, ticket):
        assign(ticket, by, by=by)
    return problem, attach(ticket, caused, by=by)


def describe(problem: Problem, *, cause: str, workaround: str, by: Person, seen: int | None = None) -> None:
    """Write down what is known. With a workaround it is a known error; without, nobody but the desk reads of it."""
    ticket = problem.ticket
    now = _turn(problem, by)
    if seen is not None and seen != problem.version:
        raise DescribedMeanwhile(cause=problem.cause[:200], workaround=problem.workaround[:200])
    new = {
        "cause": prose(cause, what="The cause", limit=4_000),
        "workaround": prose(workaround, what="The workaround", limit=4_000),
    }
    changes = {
        f"problem_{name}": [getattr(problem, name), value]
        for name, value in new.items()
        if getattr(problem, name) != value
    }
    if not changes:
        return
    problem.cause, problem.workaround = new["cause"], new["workaround"]
    problem.known_since = (problem.known_since or now) if problem.workaround else None
    problem.version += 1
    ticket.updated_at = now
    announce(ProblemDescribed(about=ticket, by=by, version=ticket.version, changes=changes))
    if not problem.workaround:
        withdraw(problem, by=by)


def publish(problem: Problem, words: str, *, by: Person) -> None:
    """Let everybody it may concern read these words; publishing again changes them."""
    ticket = problem.ticket
    _turn(problem, by)
    if not may_publish(by, ticket):
        raise NotYoursToPublish
    if not ticket.is_open:
        raise Solved(reference=ticket.reference)
    if not problem.workaround:
        raise NothingHelps
    problem.published_words = line(words, what="What everybody reads", limit=300, needed=True)
    problem.published_at = clock.now()
    announce(WorkaroundPublished(about=ticket, by=by, version=ticket.version, reason=problem.published_words))


def withdraw(problem: Problem, *, by: Person) -> None:
    """Nobody but the desk reads of it any more."""
    _turn(problem, by)
    if problem.published_at is not None:
        problem.published_at = None
        announce(WorkaroundWithdrawn(about=problem.ticket, by=by, version=problem.ticket.version))


def _turn(problem: Problem, by: Person) -> Any:
    """Wait for the problem's turn and read it afresh; refuse whoever may not keep it."""
    now = take_turn(problem.ticket)
    lock(problem)
    if not may_keep(by, problem.ticket):
        raise NotYours
    return now
