"""The tables of the load page: every number in them opens the tickets behind it."""

from typing import Any
from urllib.parse import urlencode

from flask import url_for
from markupsafe import Markup

from ..pages.charts import Series, TwoPanels
from ..pages.filters import NONE, number, percent
from ..staffing.capacity import Capacity
from ..tickets.models import TicketType
from .asking import TYPES
from .load import Load, Part, Waits
from .models import Grain

Cells = list[Markup | str]


class Figures:
    """Draws the numbers of an answer as links. `data-lines` says how many lines the list behind one counts."""

    def __init__(self, answer: Load, ages: dict[Any, int]) -> None:
        self.answer, self.question, self.ages = answer, answer.question, ages
        self.path, self.posts = url_for("reports.tickets"), url_for("staffing.index")
        self.whole = answer.total.first.isoformat(), self.question.last.isoformat()
        self.base = Markup("{}?{}&amp;").format(self.path, urlencode(self.question.parameters))

    # Numbers

    def link(self, part: Part, measure: str, lines: int, words: str | None = None, more: str = "") -> Markup:
        first, last = self._days(part)
        text = number(lines) if words is None else words
        href = f"{self.base}from={first}&amp;to={last}&amp;measure={measure}{more}"
        return Markup(f'<a href="{href}" data-lines="{lines}">{text}</a>')  # noqa: S704 - made of escaped parts

    def _days(self, part: Part) -> tuple[str, str]:
        if part.stretch is None:
            return self.whole
        day = part.stretch.first.isoformat()
        return day, day

    def flow(self, part: Part, name: str, more: str = "") -> Markup:
        return self.link(part, name, part.flows[name], more=more)

    def net(self, part: Part, more: str = "") -> Markup:
        """The change of the backlog, with all that made it behind it."""
        names = ["opened", "reopened", "unmerged", "resolved", "cancelled", "merged"]
        if self.question.queue is not None:
            names += ["moved_in", "moved_out"]
        lines = sum(part.flows[name] for name in names)
        return self.link(part, "net", lines, f"{part.net:+,}".replace("-", "−") if part.net else "0", more)

    def share(self, part: Part, kind: str, more: str = "") -> Markup | str:
        """In target, of how many."""
        waits: Waits = getattr(part, kind)
        if waits.share is None:
            return NONE
        words = f"{percent(waits.share)} of {number(waits.ended)}"
        return self.link(part, f"{kind}_ended", waits.ended, words, more)

    def late(self, part: Part, kind: str, more: str = "") -> Markup:
        waits: Waits = getattr(part, kind)
        return self.link(part, f"{kind}_late", waits.late, more=more)

    def per(self, part: Part, flow: str, denominator: str) -> Markup | str:
        value = part.per_fte(flow, denominator)
        return NONE if value is None else self.link(part, flow, part.flows[flow], f"{value:,.1f}")

    def ended(self, part: Part, kind: str, what: str, more: str = "") -> Markup | str:
        """A median or P90, or a dash where too few clocks ended."""
        waits: Waits = getattr(part, kind)
        value = getattr(waits, what)
        return NONE if value is None else self.link(part, f"{kind}_ended", waits.ended, str(value), more)

    # Tables

    @property
    def work(self) -> list[Cells]:
        """Opened, resolved, cancelled, reopened, net flow, backlog; within a queue also what was moved."""
        return [self._work(part) for part in self.answer.parts]

    def _work(self, part: Part) -> Cells:
        moves = ("moved_in", "moved_out") if self.question.queue is not None else ()
        names = ("opened", "resolved", "cancelled", "reopened", *moves)
        return [
            _label(part),
            *(self.flow(part, name) for name in names),
            self.net(part),
            self.link(part, "backlog", part.backlog),
        ]

    @property
    def targets(self) -> list[Cells]:
        return [[_label(part), *self.waits(part)] for part in self.answer.parts]

    def waits(self, part: Part, more: str = "") -> Cells:
        return [
            cell
            for kind in ("response", "resolution")
            for cell in (
                self.share(part, kind, more),
                self.ended(part, kind, "median", more),
                self.ended(part, kind, "p90", more),
                self.late(part, kind, more),
            )
        ]

    @property
    def people(self) -> list[Cells]:
        """FTE beside tickets per FTE."""
        return [
            [_label(part), *self._fte(part.capacity, part), *self._per_fte(part)]
            for part in self.answer.parts
        ]

    def _fte(self, fte: Capacity | None, part: Part) -> Cells:
        if fte is None:
            return [NONE] * 6
        href = self.posts if part.stretch is None else f"{self.posts}?on={part.stretch.shown_to.isoformat()}"
        values = (fte.established, fte.in_post, fte.agency, fte.vacant, fte.uncovered)
        shown = [*(number(value, 1) for value in values), number(fte.vacant_days, 0)]
        return [Markup(f'<a href="{href}">{value}</a>') for value in shown]  # noqa: S704 - an address and numbers

    def _per_fte(self, part: Part) -> Cells:
        return [
            self.per(part, flow, denominator)
            for flow in ("opened", "resolved")
            for denominator in ("in_post", "with_agency", "established")
        ]

    @property
    def types(self) -> list[Cells]:
        """Incidents and requests apart, for the whole period; and problems, where there were any."""
        found = []
        for word, kind in TYPES.items():
            part = self.answer.by_type[kind]
            is_problem = kind is TicketType.PROBLEM
            if is_problem and not part.backlog and not any(part.flows.values()):
                continue
            more = f"&amp;type={word}"
            found.append(
                [
                    f"{kind.value.capitalize()}s{' (not in the totals)' if is_problem else ''}",
                    self.flow(part, "opened", more),
                    self.flow(part, "resolved", more),
                    self.net(part, more),
                    self.link(part, "backlog", part.backlog, more=more),
                    *self.waits(part, more),
                ]
            )
        return found

    @property
    def bands(self) -> list[Cells]:
        return [
            [band.words, self.link(self.answer.total, f"age_{band.slug}", count)]
            for band, count in self.ages.items()
        ]

    # At a glance

    @property
    def tiles(self) -> list[tuple[str, Markup | str, str, str]]:
        total, last = self.answer.total, self.answer.parts[-1]
        fte = last.capacity
        over = next(
            (part for part in reversed(self.answer.parts) if part.stretch and part.stretch.is_over), last
        )
        return [
            ("Opened", self.flow(total, "opened"), f"net flow {total.net:+,}".replace("-", "−"), ""),
            (
                "Open now" if last.stretch and not last.stretch.is_over else "Open at the end",
                self.link(last, "backlog", last.backlog),
                f"{number(last.resolution.late)} past target",
                "",
            ),
            ("First response in target", self.share(total, "response"), _beside(total.response), ""),
            ("Resolved in target", self.share(total, "resolution"), _beside(total.resolution), ""),
            (
                "Vacant FTE",
                NONE if fte is None else number(fte.vacant, 1),
                "" if fte is None else f"of {number(fte.established, 1)}, {number(fte.covered, 1)} covered",
                "",
            ),
            (
                "Opened per FTE in post",
                self.per(over, "opened", "in_post"),
                over.stretch.name if over.stretch else "",
                "",
            ),
        ]

    @property
    def chart(self) -> TwoPanels:
        parts = self.answer.parts

        def fte(name: str) -> list[float | None]:
            return [float(getattr(part.capacity, name)) if part.capacity else None for part in parts]

        people = [
            Series("In post", fte("in_post"), 1),
            Series("Vacant, agency covers", fte("covered"), 1),
            Series("Vacant", fte("uncovered"), 1),
        ]
        return TwoPanels(
            finding=self.answer.finding,
            periods=[part.stretch.label if part.stretch else "" for part in parts],
            bars=[
                Series("Opened", [part.flows["opened"] for part in parts]),
                Series("Resolved", [part.flows["resolved"] for part in parts]),
            ],
            line=Series("Open at the end", [part.backlog for part in parts]),
            steps=people if parts[0].capacity else [],
            upper_title="Tickets",
            lower_title="FTE",
            period_word="Month" if self.question.grain is Grain.MONTH else "Week from",
            key="load",
        )


def _label(part: Part) -> str:
    return part.stretch.name if part.stretch else ""


def _beside(waits: Waits) -> str:
    return f"median {waits.median}" if waits.median else "not enough data for a median"
