"""The clinics of a period in one line, for the load page."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, func

from ...database import db
from ...statements import put_together
from ..asking import Question as LoadQuestion
from .asking import Question
from .figures import BOOKINGS, HELD, Tally, bookings, clinics, places
from .tables import Numbers

SHOWN = ("booked", "attended", "walked_in", "missed", "expected", "told", "outcome_fixed", "outcome_ticket")


@dataclass(frozen=True)
class InShort:
    """What the load page tells of the clinics, and the question that tells more."""

    question: Question
    total: Tally

    @property
    def figures(self) -> list[tuple[str, Any]]:
        """Names and numbers, each of which opens the rows it counts."""
        numbers = Numbers(self.question)
        return [
            ("Clinics held", numbers.link(self.total, "held")),
            ("Places offered", numbers.link(self.total, "offered")),
            ("Booked", numbers.link(self.total, "booked")),
            ("Came", numbers.link(self.total, "attended")),
            ("No-show rate", numbers.no_shows(self.total)),
            ("Fixed there", numbers.fixed(self.total)),
            ("Tickets raised", numbers.link(self.total, "outcome_ticket")),
        ]


def in_short(asked: LoadQuestion) -> InShort | None:
    """The clinics of the period and council asked for, in one statement; None where only some tickets are asked for."""
    if asked.queue or asked.ticket_type or asked.requester_kind:
        return None
    question = Question(
        grain=asked.grain, first=asked.first, last=asked.last, council=asked.council, reach=asked.reach
    )
    total = Tally()
    total.counts.update(db.session.execute(_counted(question)).one()._asdict())
    return InShort(question, total)


@put_together
def _counted(question: Question) -> Select[Any]:
    held = clinics(question).add_columns(func.count()).where(HELD).scalar_subquery()
    offered = places(question).add_columns(func.count()).scalar_subquery()
    counts = (func.count().filter(BOOKINGS[name]).label(name) for name in SHOWN)
    return bookings(question).add_columns(held.label("held"), offered.label("offered"), *counts)
