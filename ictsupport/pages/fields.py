"""Kinds of answer that WTForms does not know, or not as people here give them: dates in three boxes, times, a person."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, time
from decimal import Decimal, InvalidOperation
from typing import Any

from werkzeug.datastructures import FileStorage
from wtforms import Field
from wtforms.validators import Optional as NotRequired
from wtforms.widgets import TextInput

from .filters import clock_time

MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
LARGEST = 2_000_000_000


class _OwnField(Field):
    """A field that says in words what is wrong; `what` is its subject ("The date you need it by")."""

    widget = TextInput()
    data: Any

    def __init__(self, label: str = "", validators: Any = None, *, what: str = "", **kwargs: Any) -> None:
        super().__init__(label, validators, **kwargs)
        self.what = what or "Your answer"

    def _value(self) -> str:
        return str(self.raw_data[0]) if self.raw_data else self._shown(self.data)

    def _shown(self, data: Any) -> str:
        return "" if data is None else str(data)


class DateField(_OwnField):
    """A day in three boxes: name-day, name-month, name-year. Its data is a date, or None."""

    PARTS = ("day", "month", "year")
    parts: dict[str, str]
    wrong: frozenset[str]

    def process(self, formdata: Any, data: Any = None, extra_filters: Any = None) -> None:
        super().process(None, self.object_default(data), extra_filters)
        day: date | None = self.data if isinstance(self.data, date) else None
        self.wrong = frozenset()
        self.parts = {part: str(getattr(day, part)) if day else "" for part in self.PARTS}
        if formdata is None:
            return
        # One box or one field may hold the whole day (2026-11-20): other programs and short links send that.
        whole = re.fullmatch(r"(\d{4})-(\d\d?)-(\d\d?)", formdata.get(self.name, "").strip())
        if whole:
            self.parts = {"day": whole[3], "month": whole[2], "year": whole[1]}
        else:
            self.parts = {part: formdata.get(f"{self.name}-{part}", "").strip()[:20] for part in self.PARTS}
        typed = " ".join(self.parts.values()).strip()
        self.raw_data = [typed] if typed else []
        self.data = None
        if typed:
            try:
                self.data = self._read()
            except ValueError as trouble:
                self.process_errors = [str(trouble)]

    def object_default(self, data: Any) -> Any:
        """What the field holds before anything is typed."""
        if isinstance(data, date):
            return data
        return self.default() if callable(self.default) else self.default

    def _read(self) -> date:
        missing = [part for part in self.PARTS if not self.parts[part]]
        if missing:
            self.wrong = frozenset(missing)
            raise ValueError(f"{self.what} must include a {' and '.join(missing)}")
        if not re.fullmatch(r"[0-9]{4}", self.parts["year"]):
            self.wrong = frozenset({"year"})
            raise ValueError("Year must include 4 numbers")
        try:
            return date(int(self.parts["year"]), _month(self.parts["month"]), int(self.parts["day"]))
        except (ValueError, OverflowError):
            self.wrong = frozenset(self.PARTS)
            raise ValueError(f"{self.what} must be a real date") from None


def _month(typed: str) -> int:
    word = typed.lower()[:3]
    return MONTHS.index(word) + 1 if word in MONTHS else int(typed)


class TimeField(_OwnField):
    """A time of day as people write it: 4pm, 6:30pm, 18:30, 1830, noon. Its data is a time, or None."""

    WORDS = {
        "noon": time(12),
        "midday": time(12),
        "12 midday": time(12),
        "12 noon": time(12),
        "midnight": time(0),
        "12 midnight": time(0),
    }
    SHAPE = re.compile(r"(\d{1,2})(?:[:.]?(\d\d))?\s*([ap])?\.?m?\.?")

    def _shown(self, data: time | None) -> str:
        return "" if data is None else clock_time(data)

    def process_formdata(self, valuelist: Sequence[Any]) -> None:
        typed = str(valuelist[0]).strip().lower() if valuelist else ""
        self.data = self._read(typed) if typed else None

    def _read(self, typed: str) -> time:
        if typed in self.WORDS:
            return self.WORDS[typed]
        found = self.SHAPE.fullmatch(typed)
        trouble = ValueError(f"{self.what} must be a time, like 9am, 2:30pm or 18:30")
        if not found:
            raise trouble
        hour, minute, half = int(found[1]), int(found[2] or 0), found[3]
        if half:
            if not 1 <= hour <= 12:
                raise trouble
            hour = hour % 12 + (12 if half == "p" else 0)
        elif found[2] is None:
            raise ValueError(f"{self.what} must say am or pm, like 9am or 2:30pm")
        try:
            return time(hour, minute)
        except ValueError:
            raise trouble from None


class WholeNumberField(_OwnField):
    """A whole number within limits the database can hold. Its data is an int, or None."""

    def __init__(
        self, label: str = "", validators: Any = None, *, least: int = 0, most: int = LARGEST, **kwargs: Any
    ):
        super().__init__(label, validators, **kwargs)
        self.least, self.most = least, most

    def process_formdata(self, valuelist: Sequence[Any]) -> None:
        typed = re.sub(r"[\s,]", "", str(valuelist[0])) if valuelist else ""
        self.data = None
        if not typed:
            return
        if not re.fullmatch(r"[-+]?[0-9]{1,15}", typed):
            raise ValueError(f"{self.what} must be a whole number, like {max(self.least, 1)}")
        value = int(typed)
        if not self.least <= value <= self.most:
            raise ValueError(f"{self.what} must be between {self.least:,} and {self.most:,}")
        self.data = value


class AmountField(_OwnField):
    """A number with decimals, such as money or FTE; a pound sign and commas are let pass. Its data is a Decimal."""

    def __init__(
        self,
        label: str = "",
        validators: Any = None,
        *,
        places: int = 2,
        least: int = 0,
        most: int = LARGEST,
        **kwargs: Any,
    ):
        super().__init__(label, validators, **kwargs)
        self.places, self.least, self.most = places, least, most

    def process_formdata(self, valuelist: Sequence[Any]) -> None:
        typed = re.sub(r"[\s,£]", "", str(valuelist[0])) if valuelist else ""
        self.data = None
        if not typed:
            return
        if not re.fullmatch(r"[-+]?[0-9]{0,15}\.?[0-9]{0,15}", typed):
            raise ValueError(f"{self.what} must be a number, like 1200 or 0.6")
        try:
            value = Decimal(typed).quantize(Decimal(1).scaleb(-self.places))
        except InvalidOperation:
            raise ValueError(f"{self.what} must be a number, like 1200 or 0.6") from None
        if not self.least <= value <= self.most:
            raise ValueError(f"{self.what} must be between {self.least:,} and {self.most:,}")
        self.data = value


class FilesField(_OwnField):
    """Files to attach, any number of them. Its data is the list of those chosen; limits are the business of who takes them."""

    data: list[FileStorage]

    def process_formdata(self, valuelist: Sequence[Any]) -> None:
        chosen = [file for file in valuelist if isinstance(file, FileStorage) and file.filename]
        self.raw_data = list(chosen)
        self.data = chosen

    def _value(self) -> str:
        return ""


@dataclass(frozen=True)
class Found:
    """Somebody a search came up with: the id, the name, and what tells them from a namesake."""

    value: str
    name: str
    detail: str = ""

    @property
    def label(self) -> str:
        return f"{self.name} – {self.detail}" if self.detail else self.name


class PersonField(_OwnField):
    """Somebody, found by typing part of their name or address. Its data is the `value` of who was found, or None.

    Without a script: one match is taken, several are offered as a choice on the
    same page. With one, `suggest` (an address answering {"found": [{value,
    label}]} to ?q=) fills the suggestions while typing. What is found may be
    another thing than a person: then it says so in its own words.
    """

    which = "Who do you mean?"
    nothing_found = "Nobody we know matches “{typed}”. Check the spelling, or try their e-mail address."
    several_found = "More than one person matches. Choose who you mean."

    def __init__(
        self,
        label: str = "",
        validators: Any = None,
        *,
        search: Callable[[str], Sequence[Found]],
        name_of: Callable[[str], Found | None] = lambda _value: None,
        suggest: str = "",
        **kwargs: Any,
    ) -> None:
        super().__init__(label, validators, **kwargs)
        self.search, self.name_of, self.suggest = search, name_of, suggest
        self.matches: Sequence[Found] = ()
        self.typed = ""

    def process(self, formdata: Any, data: Any = None, extra_filters: Any = None) -> None:
        super().process(None, data if isinstance(data, str | int) else None, extra_filters)
        held = self.name_of(str(self.data)) if self.data not in (None, "") else None
        self.data = held.value if held else None
        self.typed = held.label if held else ""
        if formdata is None:
            return
        self.typed = formdata.get(self.name, "").strip()[:200]
        chosen = formdata.get(f"{self.name}-choice", "").strip()[:50]
        self.raw_data = [self.typed] if self.typed else []
        self.data = None
        if self.typed:
            try:
                self.data = self._settle(chosen)
            except ValueError as trouble:
                self.process_errors = [str(trouble)]

    def _settle(self, chosen: str) -> str:
        # A suggestion puts the whole label into the box: the name before the dash is what to search for.
        found = self.search(self.typed.partition(" – ")[0])
        exact = [one for one in found if one.value == chosen or one.label == self.typed]
        if len(exact) == 1 or len(found) == 1:
            only = (exact or list(found))[0]
            self.typed = only.label
            return only.value
        if not found:
            raise ValueError(self.nothing_found.format(typed=self.typed))
        self.matches = found[:10]
        raise ValueError(self.several_found)

    def _value(self) -> str:
        return self.typed


__all__ = [
    "AmountField",
    "DateField",
    "FilesField",
    "Found",
    "NotRequired",
    "PersonField",
    "TimeField",
    "WholeNumberField",
]
