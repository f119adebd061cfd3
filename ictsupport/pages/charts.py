"""Charts as SVG, drawn by the server: no script, no style attributes, and the same figures as a table.

Two panels share one axis of time, each with its own scale: bars with a line
above (work), steps below (people). The heading says what was found, the
description gives first, highest and last of every series.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from markupsafe import Markup, escape

Value = float | int | None

WIDTH = 920
LEFT, RIGHT = 52, 12
UPPER, LOWER, GAP = 220, 100, 46
TOP, BOTTOM = 40, 26
MOST_LABELS = 9
LAYERS = ("area", "hatched", "empty")


@dataclass(frozen=True)
class Series:
    """A name and one value for each period; None where nothing is known."""

    name: str
    values: Sequence[Value]
    places: int = 0

    def word(self, value: Value) -> str:
        return "not known" if value is None else f"{value:,.{self.places}f}"


@dataclass(frozen=True)
class TwoPanels:
    """Up to two kinds of bars with a line above; below up to three layers of steps on top of each other.

    The second layer is hatched, the third empty: what is there, what stands in for it, what is missing.
    """

    finding: str
    """The heading: what the figures show ("The backlog grew while posts were vacant")."""
    periods: Sequence[str]
    bars: Sequence[Series]
    line: Series | None = None
    steps: Sequence[Series] = ()
    upper_title: str = ""
    lower_title: str = ""
    period_word: str = "Week"
    key: str = "chart"
    """Begins the ids in the drawing; two charts on one page need two keys."""

    @property
    def series(self) -> list[Series]:
        return [*self.bars, *([self.line] if self.line else []), *self.steps]

    @property
    def description(self) -> str:
        """First, highest and last of each series, for those who hear the chart."""
        return " ".join(self._story(one) for one in self.series if any(v is not None for v in one.values))

    def _story(self, one: Series) -> str:
        known = [
            (value, period)
            for value, period in zip(one.values, self.periods, strict=True)
            if value is not None
        ]
        (first, began), (last, ended) = known[0], known[-1]
        peak, when = max(known, key=lambda pair: pair[0])
        return (
            f"{one.name}: {one.word(first)} in {began}, highest {one.word(peak)} in {when}, "
            f"{one.word(last)} in {ended}."
        )

    @property
    def head(self) -> list[Any]:
        """The headings of the table with the same figures, as components/tables.html wants them."""
        return [self.period_word, *((one.name, "number") for one in self.series)]

    @property
    def rows(self) -> list[list[str]]:
        return [
            [period, *("–" if one.values[at] is None else one.word(one.values[at]) for one in self.series)]
            for at, period in enumerate(self.periods)
        ]

    def svg(self) -> Markup:
        """The drawing."""
        return _Drawing(self).whole()


def scale_of(highest: float) -> tuple[float, float]:
    """A round top for an axis that must hold `highest`, and the step between its lines (three to five of them)."""
    if highest <= 0:
        return 1.0, 1.0
    rough = highest / 4
    unit = 10.0 ** math.floor(math.log10(rough))
    step = next(unit * factor for factor in (1, 2, 2.5, 5, 10) if unit * factor >= rough * 0.999)
    return math.ceil(highest / step - 1e-9) * step, step


class _Drawing:
    """Puts the parts of one chart together; y grows downward, as in SVG."""

    def __init__(self, chart: TwoPanels) -> None:
        self.chart = chart
        self.count = len(chart.periods)
        self.slot = (WIDTH - LEFT - RIGHT) / max(self.count, 1)
        self.lower_top = TOP + UPPER + GAP
        self.foot = self.lower_top + LOWER if chart.steps else TOP + UPPER
        self.parts: list[str] = []

    def whole(self) -> Markup:
        chart = self.chart
        self.upper()
        if chart.steps:
            self.lower()
        self.time_axis()
        title, desc = f"{chart.key}-title", f"{chart.key}-desc"
        body = Markup("").join(Markup(part) for part in self.parts)  # noqa: S704 - every text went through escape()
        return Markup(
            '<svg viewBox="0 0 {} {}" role="img" aria-labelledby="{} {}" focusable="false">'
            '<title id="{}">{}</title><desc id="{}">{}</desc>'
            '<defs><pattern id="{}-hatch" width="6" height="6" patternUnits="userSpaceOnUse" '
            'patternTransform="rotate(45)"><line class="hatch-line" x1="0" y1="0" x2="0" y2="6"/></pattern></defs>'
            "{}</svg>"
        ).format(
            WIDTH,
            self.foot + BOTTOM,
            title,
            desc,
            title,
            chart.finding,
            desc,
            chart.description,
            chart.key,
            body,
        )

    def text(self, x: float, y: float, words: str, look: str = "", anchor: str = "start") -> None:
        look = f' class="{look}"' if look else ""
        anchor = f' text-anchor="{anchor}"' if anchor != "start" else ""
        self.parts.append(f'<text x="{x:.1f}" y="{y:.1f}"{look}{anchor}>{escape(words)}</text>')

    def grid(self, top: float, height: float, most: float, step: float) -> None:
        lines = round(most / step)
        for at in range(lines + 1):
            y = top + height - height * at / lines
            look = "axis" if at == 0 else "grid"
            self.parts.append(
                f'<line class="{look}" x1="{LEFT}" y1="{y:.1f}" x2="{WIDTH - RIGHT}" y2="{y:.1f}"/>'
            )
            self.text(LEFT - 8, y + 4, f"{step * at:,.10g}", "quiet-text", "end")

    def key(self, y: float, title: str, entries: Sequence[tuple[str, str]]) -> None:
        """The panel's name and what its marks mean, in one row above it."""
        self.text(LEFT, y, title, "panel-title")
        x = LEFT + 8.2 * len(title) + 24
        for mark, name in entries:
            if mark == "line":
                self.parts.append(
                    f'<line class="line" x1="{x:.1f}" y1="{y - 4:.1f}" x2="{x + 18:.1f}" y2="{y - 4:.1f}"/>'
                )
                x += 24
            else:
                fill = f' fill="url(#{self.chart.key}-hatch)"' if mark == "hatched" else ""
                self.parts.append(
                    f'<rect class="{mark}"{fill} x="{x:.1f}" y="{y - 11:.1f}" width="13" height="13"/>'
                )
                x += 19
            self.text(x, y, name)
            x += 7.4 * len(name) + 22

    def upper(self) -> None:
        chart = self.chart
        drawn = [*chart.bars, *([chart.line] if chart.line else [])]
        most, step = scale_of(max((value or 0 for one in drawn for value in one.values), default=0))
        entries = [(f"bar-{at}", one.name) for at, one in enumerate(chart.bars, 1)]
        self.key(
            TOP - 20, chart.upper_title, [*entries, *([("line", chart.line.name)] if chart.line else [])]
        )
        self.grid(TOP, UPPER, most, step)
        wide = min(self.slot * 0.76 / max(len(chart.bars), 1), 28)
        for at, one in enumerate(chart.bars):
            for period, value in enumerate(one.values):
                if not value:
                    continue
                height = UPPER * value / most
                x = LEFT + self.slot * (period + 0.5) + wide * (at - len(chart.bars) / 2)
                self.parts.append(
                    f'<rect class="bar-{at + 1}" x="{x:.1f}" y="{TOP + UPPER - height:.1f}" '
                    f'width="{wide:.1f}" height="{height:.1f}"/>'
                )
        if chart.line:
            self.line(chart.line, most)

    def line(self, one: Series, most: float) -> None:
        """The line, broken where nothing is known, with a dot at its end."""
        points = [
            None if value is None else (LEFT + self.slot * (at + 0.5), TOP + UPPER - UPPER * value / most)
            for at, value in enumerate(one.values)
        ]
        path, pen = "", "M"
        for point in points:
            path += f"{pen}{point[0]:.1f} {point[1]:.1f}" if point else ""
            pen = "L" if point else "M"
        known = [point for point in points if point]
        if known:
            self.parts.append(f'<path class="line" d="{path}"/>')
            self.parts.append(f'<circle class="dot" cx="{known[-1][0]:.1f}" cy="{known[-1][1]:.1f}" r="4"/>')

    def lower(self) -> None:
        """Layers of steps on top of each other: each level stands until the next period."""
        chart = self.chart
        totals = [sum((one.values[at] or 0) for one in chart.steps) for at in range(self.count)]
        most, step = scale_of(max(totals, default=0))
        self.key(
            self.lower_top - 12,
            chart.lower_title,
            [(LAYERS[min(at, 2)], one.name) for at, one in enumerate(chart.steps)],
        )
        self.grid(self.lower_top, LOWER, most, step)
        below = [0.0] * self.count
        for at, one in enumerate(chart.steps):
            level = [low + (value or 0) for low, value in zip(below, one.values, strict=True)]
            top, floor = self.staircase(level, most), self.staircase(below, most)
            outline = "M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in [*top, *reversed(floor)]) + "Z"
            mark = LAYERS[min(at, 2)]
            fill = f' fill="url(#{chart.key}-hatch)"' if mark == "hatched" else ""
            self.parts.append(f'<path class="{mark}"{fill} d="{outline}"/>')
            self.parts.append(
                f'<path class="step" d="{"M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in top)}"/>'
            )
            below = level

    def staircase(self, level: Sequence[float], most: float) -> list[tuple[float, float]]:
        heights = [self.lower_top + LOWER - LOWER * value / most for value in level]
        edges = [LEFT + self.slot * at for at in range(self.count + 1)]
        return [
            point for (a, b), y in zip(pairwise(edges), heights, strict=True) for point in ((a, y), (b, y))
        ]

    def time_axis(self) -> None:
        every = math.ceil(self.count / MOST_LABELS) or 1
        for at, period in enumerate(self.chart.periods):
            if at % every == 0:
                self.text(LEFT + self.slot * (at + 0.5), self.foot + 18, period, "quiet-text", "middle")
