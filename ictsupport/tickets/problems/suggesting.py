"""Tickets that come again and again about a system suggest that there is a problem.

A job looks at what came in lately, a system at a time. Tickets are alike if
their subjects share enough words; those a problem or another ticket explains
already, and confidential ones, are left out. A ticket stands in one
suggestion at most, so what was dismissed is not suggested again: it takes as
many new ones.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import exists, select

from ... import clock, jobs, scheduler
from ...database import db
from ...systems.models import System
from ..models import Ticket, TicketType, ticket_systems
from ..related.models import LinkKind, TicketLink
from ..search.spelling import vocabulary
from .models import ProblemRule, ProblemSuggestion, SuggestedTicket

ALIKE = 0.4
"""So much of the words of both subjects must be in both."""

LOOKED_AT = 300
"""Of each system so many of the newest tickets are compared with each other."""

NAMED = 4

Words = Mapping[int, frozenset[str]]


@dataclass(frozen=True)
class Group:
    """Tickets that read alike, and the words most of them have."""

    tickets: Sequence[int]
    words: str


def rule_now() -> ProblemRule:
    return db.session.get_one(ProblemRule, 1)


def find() -> list[ProblemSuggestion]:
    """Add what came in to the suggestions that wait, and make those that there are enough tickets for."""
    rule, now = rule_now(), clock.now()
    made = []
    for system_id, words in _candidates(now - timedelta(days=rule.days)).items():
        taken = _grow(system_id, words)
        left = {key: each for key, each in words.items() if key not in taken}
        for group in groups(left, rule.least):
            suggestion = ProblemSuggestion(system_id=system_id, words_=group.words, found_at=now)
            db.session.add(suggestion)
            db.session.flush()
            _put(suggestion.id, group.tickets)
            made.append(suggestion)
    return made


def would_find(least: int, days: int) -> int:
    """How many suggestions there would be of what nothing is suggested for yet."""
    found = _candidates(clock.now() - timedelta(days=days))
    return sum(len(list(groups(words, least))) for words in found.values())


def groups(words: Words, least: int) -> Iterator[Group]:
    """The tickets that read alike, at least so many: always the largest group of what is left."""
    left = dict(words)
    near = {
        key: {other for other, theirs in left.items() if alike(each, theirs)} for key, each in left.items()
    }
    while left:
        middle = max(left, key=lambda key: (len(near[key] & left.keys()), -key))
        group = sorted(near[middle] & left.keys())
        if len(group) < least:
            return
        yield Group(group, _in_common([left[key] for key in group]))
        for key in group:
            del left[key]


def alike(one: frozenset[str], other: frozenset[str]) -> bool:
    return bool(one) and len(one & other) >= ALIKE * len(one | other)


def _in_common(subjects: Sequence[frozenset[str]]) -> str:
    counted = Counter(word for words in subjects for word in words)
    usual = [word for word, count in counted.items() if count * 2 >= len(subjects)]
    return ", ".join(sorted(usual, key=lambda word: (-counted[word], word))[:NAMED])


def _candidates(since: datetime) -> dict[int, dict[int, frozenset[str]]]:
    """By system the tickets of late that nothing explains, each with the words of its subject but for the system's name."""
    link = TicketLink
    explained = exists().where(link.ticket_id == Ticket.id, link.kind == LinkKind.CAUSED_BY)
    is_child = exists().where(link.other_id == Ticket.id, link.kind == LinkKind.PARENT)
    suggested = exists().where(SuggestedTicket.ticket_id == Ticket.id)
    rows = db.session.execute(
        select(ticket_systems.c.system_id, System.name, Ticket.id, Ticket.subject)
        .join(Ticket, Ticket.id == ticket_systems.c.ticket_id)
        .join(System, System.id == ticket_systems.c.system_id)
        .where(
            Ticket.opened_at >= since,
            Ticket.ticket_type == TicketType.INCIDENT,
            Ticket.confidential.is_(False),
            Ticket.merged_into_id.is_(None),
            ~explained,
            ~is_child,
            ~suggested,
        )
        .order_by(ticket_systems.c.system_id, Ticket.id.desc())
    )
    found: dict[int, dict[int, frozenset[str]]] = {}
    seen: set[int] = set()
    for system_id, name, ticket_id, subject in rows:
        of_system = found.setdefault(system_id, {})
        words = frozenset(vocabulary(subject) - vocabulary(name))
        if words and ticket_id not in seen and len(of_system) < LOOKED_AT:
            of_system[ticket_id] = words
            seen.add(ticket_id)
    return found


def _grow(system_id: int, words: Words) -> set[int]:
    """Put what is like a ticket of a suggestion that waits into that; returns which tickets those are."""
    waiting = db.session.execute(
        select(SuggestedTicket.suggestion_id, Ticket.subject, System.name)
        .join(ProblemSuggestion, ProblemSuggestion.id == SuggestedTicket.suggestion_id)
        .join(Ticket, Ticket.id == SuggestedTicket.ticket_id)
        .join(System, System.id == ProblemSuggestion.system_id)
        .where(ProblemSuggestion.WAITING, ProblemSuggestion.system_id == system_id)
        .order_by(SuggestedTicket.ticket_id)
    )
    known = [
        (row.suggestion_id, frozenset(vocabulary(row.subject) - vocabulary(row.name))) for row in waiting
    ]
    taken: set[int] = set()
    for ticket_id, each in words.items():
        like = next((key for key, theirs in known if alike(each, theirs)), None)
        if like is not None:
            _put(like, [ticket_id])
            taken.add(ticket_id)
    return taken


def _put(suggestion_id: int, ticket_ids: Sequence[int]) -> None:
    db.session.add_all(
        SuggestedTicket(ticket_id=ticket_id, suggestion_id=suggestion_id) for ticket_id in ticket_ids
    )


@jobs.handles("tickets.suggest_problems")
def _by_timetable(_payload: dict[str, Any]) -> None:
    find()


scheduler.every("tickets.suggest_problems", hours=1)
