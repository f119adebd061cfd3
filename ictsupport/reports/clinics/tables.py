"""The tables of the clinic figures: every number in them opens the rows behind it."""

from collections.abc import Iterable
from typing import Any
from urllib.parse import urlencode

from flask import url_for
from markupsafe import Markup

from ...clinics.models import Outcome
from ...pages.charts import Series, TwoPanels
from ...pages.filters import NONE, number, percent, plural
from ..asking import Stretch
from ..models import Grain
from .asking import Question
from .figures import ENOUGH, FIXED, RAISED, Answer, Days, Tally

Cells = list[Markup | str]
HEADS = (
    "Held",
    "Called off",
    "Places offered",
    "Booked",
    "Walked in",
    "Came",
    "No-show rate",
    "Fixed there",
    "Tickets raised",
    "Booked ahead",
    "Waited for a place",
)
TOPIC_HEADS = ("Booked", "Came", "No-show rate", "Fixed there", "Tickets raised", "Booked ahead")


def days(count: int) -> str:
    return plural(count, "day") if count else "same day"


class Numbers:
    """Draws the numbers that answer a question as links. `data-lines` says how many rows the list behind one counts."""

    def __init__(self, question: Question) -> None:
        self.question = question
        self.path = url_for("reports.clinic_rows")

    def link(self, tally: Tally, measure: str, words: str | None = None, **more: str) -> Markup:
        return self._link(measure, tally.counts[measure], words, more)

    def _link(self, measure: str, lines: int, words: str | None, more: dict[str, str]) -> Markup:
        href = f"{self.question.address(self.path, **more)}&{urlencode({'measure': measure})}"
        text = number(lines) if words is None else words
        return Markup('<a href="{}" data-lines="{}">{}</a>').format(href, lines, text)

    def no_shows(self, tally: Tally, **more: str) -> Markup | str:
        if tally.no_show_rate is None:
            return self.few(tally, "missed", "expected", more)
        words = f"{percent(tally.no_show_rate, 0)} of {number(tally.counts['expected'])}"
        return self.link(tally, "expected", words, **more)

    def fixed(self, tally: Tally, **more: str) -> Markup | str:
        if tally.fixed_share is None:
            return self.few(tally, FIXED, "told", more)
        words = f"{number(tally.counts[FIXED])}, {percent(tally.fixed_share, 0)}"
        return self.link(tally, FIXED, words, **more)

    def few(self, tally: Tally, part: str, whole: str, more: dict[str, str]) -> Markup | str:
        """Of too few for a rate: how many of how many, or a dash of none."""
        of = tally.counts[whole]
        return self.link(tally, whole, f"{tally.counts[part]} of {of}", **more) if of else NONE

    def waits(self, waits: Days, measure: str, **more: str) -> Markup | str:
        """The median, or a dash where nobody waited; of too few only how many they are."""
        if not waits.people:
            return NONE
        words = plural(waits.people, "person", "people") if waits.median is None else days(waits.median)
        return self._link(measure, waits.people, words, more)


class Tables(Numbers):
    """The tables of the page."""

    def __init__(self, answer: Answer) -> None:
        super().__init__(answer.question)
        self.answer, self.total = answer, answer.total

    def cells(self, tally: Tally, **more: str) -> Cells:
        return [
            *(
                self.link(tally, name, **more)
                for name in ("held", "called_off", "offered", "booked", "walked_in", "attended")
            ),
            self.no_shows(tally, **more),
            self.fixed(tally, **more),
            self.link(tally, RAISED, **more),
            self.waits(tally.lead, "ahead", **more),
            self.waits(tally.wait, "waited", **more),
        ]

    @property
    def stretches(self) -> list[Cells]:
        return [[each.name, *self.cells(tally, **_only(each))] for each, tally in self.answer.by_stretch]

    @property
    def councils(self) -> list[Cells]:
        return self._named("council", self.answer.by_council)

    @property
    def sites(self) -> list[Cells]:
        return self._named("site", self.answer.by_site)

    def _named(self, name: str, parts: Iterable[tuple[Any, Tally]]) -> list[Cells]:
        return [[each.name, *self.cells(tally, **{name: each.slug})] for each, tally in parts]

    @property
    def topics(self) -> list[Cells]:
        return [
            [
                each.name,
                self.link(tally, "booked", topic=each.slug),
                self.link(tally, "attended", topic=each.slug),
                self.no_shows(tally, topic=each.slug),
                self.fixed(tally, topic=each.slug),
                self.link(tally, RAISED, topic=each.slug),
                self.waits(tally.lead, "ahead", topic=each.slug),
            ]
            for each, tally in self.answer.by_topic
        ]

    @property
    def outcomes(self) -> list[Cells]:
        """What came of it: each outcome, and those of which nothing was noted."""
        counts = self.total.counts
        told, rows = counts["told"], []
        for each in Outcome:
            name = f"outcome_{each.name.lower()}"
            if counts[name]:
                share = percent(counts[name] / told, 0) if told >= ENOUGH else NONE
                rows.append([each.value.capitalize(), self.link(self.total, name), share])
        return rows

    # At a glance

    @property
    def tiles(self) -> list[tuple[str, Markup | str, str, str]]:
        total = self.total
        taken = "" if total.taken is None else f"{percent(total.taken, 0)} of the places"
        p90 = "" if total.lead.p90 is None else f"nine in ten within {days(total.lead.p90)}"
        waited = plural(total.wait.people, "person", "people") if total.wait.people else "nobody had to"
        told = f"of {number(total.counts['told'])} of whom it was noted"
        unnoted = total.counts["unnoted"]
        return [
            ("Places offered", self.link(total, "offered"), f"{plural(total.counts['held'], 'clinic')}", ""),
            ("Booked", self.link(total, "booked"), taken, ""),
            ("Came", self.link(total, "attended"), f"{number(total.counts['walked_in'])} walked in", ""),
            (
                "No-show rate",
                self.no_shows(total),
                f"{number(unnoted)} not noted" if unnoted else "all noted",
                "",
            ),
            ("Fixed there", self.fixed(total), told, ""),
            ("Tickets raised", self.link(total, RAISED), "", ""),
            ("Booked ahead", self.waits(total.lead, "ahead"), p90, ""),
            ("Waited for a place", self.waits(total.wait, "waited"), waited, ""),
        ]

    @property
    def unnoted(self) -> Markup | None:
        """The bookings of which nobody noted whether the person came."""
        return self.link(self.total, "unnoted") if self.total.counts["unnoted"] else None

    @property
    def finding(self) -> str:
        counts = self.total.counts
        return (
            f"Of {plural(counts['offered'], 'place')} offered, {number(counts['booked'])} were taken, "
            f"and {plural(counts['attended'], 'person', 'people')} came"
        )

    @property
    def chart(self) -> TwoPanels:
        parts = self.answer.by_stretch
        return TwoPanels(
            finding=self.finding,
            periods=[each.label for each, _ in parts],
            bars=[
                Series("Booked", [tally.counts["booked"] for _, tally in parts]),
                Series("Came", [tally.counts["attended"] for _, tally in parts]),
            ],
            line=Series("Places offered", [tally.counts["offered"] for _, tally in parts]),
            upper_title="Places and people",
            period_word="Month" if self.question.grain is Grain.MONTH else "Week from",
            key="clinics",
        )


def _only(stretch: Stretch) -> dict[str, str]:
    return {"from": stretch.first.isoformat(), "to": stretch.first.isoformat()}
