"""What becomes of a suggested problem: opened in one press with its tickets, or dismissed."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select

from ... import clock
from ...database import db, lock
from ...errors import Refusal
from ...journal import announce
from ...people.access import reach
from ...people.models import Council, Person
from ...systems.models import System
from ..access import is_desk, workable
from ..models import Ticket
from .access import KEEPERS, countable, sees_suggestions
from .events import ProblemRuleChanged, SuggestionDismissed, SuggestionTaken
from .keeping import open_problem
from .models import Problem, ProblemRule, ProblemSuggestion, SuggestedTicket

SHOWN = 10
TICKETS = 8


class DecidedAlready(Refusal):
    reason = "Somebody has decided about this meanwhile."


class NotYours(Refusal):
    reason = "Managers and systems leads decide what is a problem."


@dataclass(frozen=True)
class Suggested:
    """What may be a problem: how many tickets suggest it, and the newest of those that somebody works on."""

    suggestion_id: int
    system: str
    words: str
    how_many: int
    tickets: Sequence[Any] = ()


def suggested_to(person: Person, *, with_tickets: bool = False) -> list[Suggested]:
    """What waits for somebody to decide, with what most tickets suggest first: a statement, and one for the tickets."""
    if not sees_suggestions(person):
        return []
    rows = db.session.execute(
        select(
            ProblemSuggestion.id,
            System.name,
            ProblemSuggestion.words_,
            func.count().label("how_many"),
        )
        .join(System, System.id == ProblemSuggestion.system_id)
        .join(SuggestedTicket, SuggestedTicket.suggestion_id == ProblemSuggestion.id)
        .join(Ticket, Ticket.id == SuggestedTicket.ticket_id)
        .where(ProblemSuggestion.WAITING, countable(person), Ticket.confidential.is_(False))
        .group_by(ProblemSuggestion.id, System.name, ProblemSuggestion.words_)
        .order_by(func.count().desc(), ProblemSuggestion.id)
        .limit(SHOWN)
    ).all()
    shown = _tickets_of([row.id for row in rows], person) if with_tickets and is_desk(person) else {}
    return [Suggested(row.id, row.name, row.words_, row.how_many, shown.get(row.id, ())) for row in rows]


def _tickets_of(ids: Sequence[int], person: Person) -> dict[int, list[Any]]:
    place = func.row_number().over(partition_by=SuggestedTicket.suggestion_id, order_by=Ticket.id.desc())
    ranked = (
        select(SuggestedTicket.suggestion_id, Ticket.reference, Ticket.subject, place.label("place"))
        .join(Ticket, Ticket.id == SuggestedTicket.ticket_id)
        .where(SuggestedTicket.suggestion_id.in_(ids), workable(person), Ticket.confidential.is_(False))
        .subquery()
    )
    found: dict[int, list[Any]] = {}
    for row in db.session.execute(select(ranked).where(ranked.c.place <= TICKETS).order_by(ranked.c.place)):
        found.setdefault(row.suggestion_id, []).append(row)
    return found


def take(suggestion: ProblemSuggestion, *, by: Person) -> Problem:
    """Open the problem, with the tickets that suggest it attached as far as somebody may know of them."""
    _turn(suggestion, by)
    ids = select(SuggestedTicket.ticket_id).where(SuggestedTicket.suggestion_id == suggestion.id)
    tickets = db.session.scalars(
        select(Ticket)
        .where(Ticket.id.in_(ids), countable(by), Ticket.confidential.is_(False))
        .order_by(Ticket.id)
    ).all()
    problem, _left = open_problem(
        subject=suggestion.title,
        description="",
        systems=[suggestion.system],
        council=_council_of(tickets, by),
        by=by,
        tickets=tickets,
    )
    suggestion.problem_id = problem.ticket_id
    announce(SuggestionTaken(about=suggestion, by=by, problem=problem.ticket))
    return problem


def dismiss(suggestion: ProblemSuggestion, *, by: Person) -> None:
    """There is no problem. These tickets suggest none again."""
    _turn(suggestion, by)
    suggestion.dismissed_at = clock.now()
    announce(SuggestionDismissed(about=suggestion, by=by))


def set_rule(rule: ProblemRule, *, least: int, days: int, by: Person) -> None:
    """From now on so many similar tickets about a system within so many days suggest a problem."""
    changes = {
        words: [before, after]
        for words, before, after in (
            ("similar tickets", rule.least, least),
            ("within so many days", rule.days, days),
        )
        if before != after
    }
    if not changes:
        return
    rule.least, rule.days = least, days
    announce(ProblemRuleChanged(about=rule, by=by, name="What suggests a problem", changes=changes))


def _turn(suggestion: ProblemSuggestion, by: Person) -> None:
    lock(suggestion)
    if not sees_suggestions(by):
        raise NotYours
    if suggestion.dismissed_at is not None or suggestion.problem_id is not None:
        raise DecidedAlready


def _council_of(tickets: Sequence[Ticket], by: Person) -> Council | None:
    """The council of the tickets if it is one; otherwise all of them, or the one that whoever opens it answers for."""
    councils = {each.council_id for each in tickets}
    if len(councils) == 1:
        return tickets[0].council
    reached = reach(by, *KEEPERS)
    return None if reached is None else db.session.get(Council, min(reached))
