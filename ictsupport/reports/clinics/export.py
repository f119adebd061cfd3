"""The clinic figures as rows for CSV and JSON."""

import csv
import io
from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from ...sheets import Cell, neutral
from ..asking import next_of
from .figures import BOOKINGS, CLINICS, Answer, Tally

COUNTS = (*CLINICS, "offered", *BOOKINGS)


def figures(tally: Tally) -> dict[str, Cell]:
    """All that is told of some clinics, by name."""
    return {
        **{name: tally.counts[name] for name in COUNTS},
        "no_show_rate": _rounded(tally.no_show_rate),
        "fixed_share": _rounded(tally.fixed_share),
        "booked_ahead_days_median": tally.lead.median,
        "booked_ahead_days_p90": tally.lead.p90,
        "waited": tally.wait.people,
        "waited_days_median": tally.wait.median,
        "waited_days_p90": tally.wait.p90,
    }


def as_csv(answer: Answer) -> str:
    """One line for each month or week, council and site at which something was planned, with a line of headings."""
    text = io.StringIO()
    sheet = csv.writer(text)
    sheet.writerow(["from", "to", "council", "site", *figures(Tally())])
    grain = answer.question.grain
    for first, council, site, tally in answer.by_place:
        cells: Iterable[Cell] = (
            first.isoformat(),
            (next_of(grain, first) - timedelta(days=1)).isoformat(),
            council.name if council else "",
            site.name if site else "",
            *figures(tally).values(),
        )
        sheet.writerow(["" if cell is None else neutral(cell) for cell in cells])
    return text.getvalue()


def as_json(answer: Answer) -> dict[str, Any]:
    """The same figures with names, the whole of the period, and what was asked."""
    question = answer.question
    until = next_of(question.grain, question.last)
    return {
        "asked": question.parameters | {"from": question.first.isoformat(), "until": until.isoformat()},
        "periods": [
            {"from": each.first.isoformat(), "to": each.last.isoformat(), **figures(tally)}
            for each, tally in answer.by_stretch
        ],
        "councils": [{"council": each.name, **figures(tally)} for each, tally in answer.by_council],
        "sites": [{"site": each.name, **figures(tally)} for each, tally in answer.by_site],
        "topics": [
            {"topic": each.name, **{name: tally.counts[name] for name in BOOKINGS}}
            for each, tally in answer.by_topic
        ],
        "total": figures(answer.total),
    }


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 4)
