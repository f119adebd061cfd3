"""How people found the help they got, in the demonstration: about every third who was asked has answered."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import insert, select

from ...database import db, table_of
from ...tickets.models import Channel, Ticket
from ...tickets.rating.models import LOW, Rating
from ...tickets.tasks.models import Task
from .requests import dice
from .setting import LONG_AGO

SEED = 23
"""Chances of their own, so that the rest of the demonstration stays what it was."""
SCORES, WEIGHTS = (5, 4, 3, 2, 1), (46, 32, 11, 7, 4)
GOOD_REASONS, BAD_REASONS = ("quick", "clear", "kind", "kept"), ("slow", "unclear", "chased", "unsolved")
WORDS = {
    5: ("Sorted before I had finished my tea.", "Very patient, thank you.", ""),
    4: ("Good, took a second call.", "", ""),
    3: ("It works, but I do not know what was wrong.", ""),
    2: ("I rang twice before anybody knew about it.", "Closed before I had tried it."),
    1: ("I missed the deadline for the agenda because of this.", "Nobody rang me back."),
}


def ask_how_it_went(now: datetime) -> None:
    """Nobody is asked more often than every two weeks, nor about what is confidential."""
    chances = dice(SEED)
    tickets = db.session.execute(
        select(Ticket.id, Ticket.requester_id, Ticket.resolved_at)
        .where(
            Ticket.resolved_at > now - timedelta(days=360),
            Ticket.resolved_at < now - timedelta(hours=1),
            Ticket.confidential.is_(False),
            Ticket.merged_into_id.is_(None),
            Ticket.channel != Channel.IMPORT,
        )
        .order_by(Ticket.resolved_at, Ticket.id)
    ).all()
    asked: dict[int, Any] = {}
    rows: list[dict[str, Any]] = []
    for ticket_id, person_id, resolved_at in tickets:
        if resolved_at is None or resolved_at - asked.get(person_id, LONG_AGO) < timedelta(days=14):
            continue
        asked[person_id] = resolved_at
        row: dict[str, Any] = {
            "ticket_id": ticket_id, "resolved_at": resolved_at, "person_id": person_id, "asked_at": resolved_at,
            "answered_at": None, "score": None, "reasons": [], "words": "", "told_at": None, "rung_at": None,
        }  # fmt: skip
        if chances.random() < 0.36:
            score = chances.choices(SCORES, WEIGHTS)[0]
            answered: datetime = resolved_at + timedelta(hours=chances.randrange(1, 60))
            answered = answered if answered < now else now
            low = score <= LOW
            row |= {
                "answered_at": answered,
                "score": score,
                "reasons": [chances.choice(BAD_REASONS if low else GOOD_REASONS)] if score != 3 else [],
                "words": chances.choice(WORDS[score]),
                "told_at": answered if low else None,
                "rung_at": answered + timedelta(hours=20)
                if low and answered < now - timedelta(days=30)
                else None,
            }
        rows.append(row)
    if rows:
        db.session.execute(insert(table_of(Rating)), rows)
        _tasks_to_ring()


def _tasks_to_ring() -> None:
    """Whoever is still to be rung back is so by a task."""
    for rating in db.session.scalars(select(Rating).where(Rating.TO_RING)).all():
        rating.task = Task(
            ticket_id=rating.ticket_id,
            place=1,
            what=f"Ring back: scored {rating.score} of {max(SCORES)}",
            for_managers=True,
            due_on=rating.answered_at.date() if rating.answered_at else None,
        )
    db.session.flush()
