"""The figures of the load page as rows for CSV and JSON."""

import csv
import io
from collections.abc import Callable
from decimal import Decimal
from typing import Any

from ..sheets import Cell, neutral
from .load import Load, Part, Waits
from .models import FLOWS

COLUMNS: tuple[tuple[str, Callable[[Part], Cell]], ...]


def _waits(name: str, waits: Callable[[Part], Waits]) -> list[tuple[str, Callable[[Part], Cell]]]:
    return [
        (f"{name}_met", lambda part: waits(part).met),
        (f"{name}_missed", lambda part: waits(part).missed),
        (f"{name}_in_target", lambda part: _rounded(waits(part).share)),
        (f"{name}_median", lambda part: _word(waits(part).median)),
        (f"{name}_p90", lambda part: _word(waits(part).p90)),
        (f"{name}_past_target", lambda part: waits(part).late),
    ]


def _fte(name: str, attribute: str) -> tuple[str, Callable[[Part], Cell]]:
    return name, lambda part: _rounded(getattr(part.capacity, attribute)) if part.capacity else None


def _per(flow: str, denominator: str) -> tuple[str, Callable[[Part], Cell]]:
    return f"{flow}_per_fte_{denominator}", lambda part: _rounded(part.per_fte(flow, denominator))


def _flow(name: str) -> tuple[str, Callable[[Part], Cell]]:
    return name, lambda part: part.flows[name]


def _rounded(value: float | Decimal | None) -> float | None:
    return None if value is None else round(float(value), 4)


def _word(value: Any) -> str | None:
    return None if value is None else str(value)


DENOMINATORS = ("in_post", "with_agency", "established")

COLUMNS = (
    ("from", lambda part: part.first.isoformat()),
    ("to", lambda part: part.last.isoformat()),
    *(_flow(name) for name in FLOWS),
    ("net_flow", lambda part: part.net),
    ("backlog", lambda part: part.backlog),
    *_waits("response", lambda part: part.response),
    *_waits("resolution", lambda part: part.resolution),
    _fte("fte_established", "established"),
    _fte("fte_in_post", "in_post"),
    _fte("fte_vacant", "vacant"),
    _fte("fte_frozen", "frozen"),
    _fte("fte_agency", "agency"),
    _fte("fte_uncovered", "uncovered"),
    _fte("vacant_fte_days", "vacant_days"),
    _fte("vacancy_rate", "vacancy_rate"),
    *(_per(flow, denominator) for flow in ("opened", "resolved") for denominator in DENOMINATORS),
)


def as_csv(answer: Load) -> str:
    """One line for each stretch, with a line of headings."""
    text = io.StringIO()
    sheet = csv.writer(text)
    sheet.writerow([name for name, _ in COLUMNS])
    for part in answer.parts:
        sheet.writerow(["" if (cell := of(part)) is None else neutral(cell) for _, of in COLUMNS])
    return text.getvalue()


def as_json(answer: Load) -> dict[str, Any]:
    """The same figures with names, the whole of the period, and what was asked."""
    question = answer.question
    return {
        "asked": question.parameters
        | {"from": answer.total.first.isoformat(), "to": answer.total.last.isoformat()},
        "finding": answer.finding,
        "periods": [_named(part) for part in answer.parts],
        "total": _named(answer.total),
        "by_type": {kind.value: _named(part) for kind, part in answer.by_type.items()},
    }


def _named(part: Part) -> dict[str, Cell]:
    return {name: of(part) for name, of in COLUMNS}
