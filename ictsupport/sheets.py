"""A CSV file read safely, each mistake told with its line; and written so that no cell becomes a formula."""

import csv
import io
import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation
from typing import TypeVar
from zoneinfo import ZoneInfo

T = TypeVar("T")

LARGEST = 10**9
"""Money, years and counts stay below it. 1e999999 is a number too: it takes a minute to write out, and no database holds it."""
MOST_BYTES = 200 * 1024 * 1024
DANGEROUS = ("=", "+", "-", "@", "\t", "\r", "\n")
DATES = ("%Y-%m-%d", "%d/%m/%Y", "%d-%m-%Y", "%d.%m.%Y", "%d %B %Y", "%d %b %Y")
YES_NO = {
    "yes": True,
    "y": True,
    "true": True,
    "1": True,
    "no": False,
    "n": False,
    "false": False,
    "0": False,
}


Cell = str | int | float | None


def neutral(cell: Cell) -> Cell:
    """Text that a spreadsheet would take for a formula, as text; numbers stay numbers."""
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(DANGEROUS) else cell


@dataclass(frozen=True)
class Trouble:
    """What is wrong with a line, in words for whoever has to put it right."""

    line: int
    words: str
    column: str = ""

    def __str__(self) -> str:
        where = f"line {self.line}, {self.column}" if self.column else f"line {self.line}"
        return f"{where}: {self.words}"


class Wrong(Exception):
    """A line cannot be taken as it is."""

    def __init__(self, line: int, words: str, column: str = "") -> None:
        self.trouble = Trouble(line, words, column)
        super().__init__(str(self.trouble))


@dataclass(frozen=True)
class Column:
    """A heading: its name, what stands below it, and other names it goes by."""

    name: str
    meaning: str
    required: bool = False
    also: tuple[str, ...] = ()
    longest: int = 200


@dataclass
class Row:
    """One line of the file, asked by the names of its columns. What does not fit raises Wrong."""

    line: int
    cells: Mapping[str, str]
    columns: Mapping[str, Column]
    together: list["Row"] = field(default_factory=list)
    """The lines of the same record, this one first; more than this one only in files that have such records."""

    def wrong(self, column: str, words: str) -> Wrong:
        return Wrong(self.line, words, column)

    def text(self, column: str) -> str:
        value = self.cells.get(column, "")
        known = self.columns[column]
        if known.required and not value:
            raise self.wrong(column, "is empty")
        if len(value) > known.longest:
            raise self.wrong(column, f"is longer than {known.longest} characters")
        return value

    def date(self, column: str) -> date | None:
        """A day, written 2026-11-18, 18/11/2026 or 18 November 2026."""
        value = self.text(column)
        for form in DATES if value else ():
            try:
                return datetime.strptime(value, form).replace(tzinfo=UTC).date()
            except ValueError:
                continue
        if value:
            raise self.wrong(column, f"“{value}” is not a date; write it like 18/11/2026")
        return None

    def moment(self, column: str, zone: ZoneInfo, forms: Sequence[str]) -> datetime | None:
        """An instant, written as wall time of the zone in one of the forms."""
        value = self.text(column)
        for form in forms if value else ():
            try:
                return datetime.strptime(value, form).replace(tzinfo=zone).astimezone(UTC)
            except (ValueError, OverflowError):
                continue
        if value:
            raise self.wrong(column, f"“{value}” is not a date and time")
        return None

    def number(self, column: str) -> Decimal | None:
        """A number; a pound sign and commas between the thousands are understood."""
        value = self.text(column)
        if not value:
            return None
        try:
            number = Decimal(re.sub(r"[£,\s]", "", value))
        except InvalidOperation:
            raise self.wrong(column, f"“{value}” is not a number") from None
        if not number.is_finite():
            raise self.wrong(column, f"“{value}” is not a number")
        if abs(number) > LARGEST:
            raise self.wrong(column, f"is larger than {LARGEST:,}")
        return number

    def whole(self, column: str, *, least: int = -LARGEST, most: int = LARGEST) -> int | None:
        number = self.number(column)
        if number is None:
            return None
        if number != int(number):
            raise self.wrong(column, f"“{self.text(column)}” is not a whole number")
        if not least <= number <= most:
            raise self.wrong(column, f"“{self.text(column)}” does not lie between {least} and {most}")
        return int(number)

    def choice(self, column: str, choices: Mapping[str, T]) -> T | None:
        """What the words in the cell stand for; upper and lower case are the same."""
        value = self.text(column)
        if not value:
            return None
        known = {words.casefold(): meant for words, meant in choices.items()}
        if value.casefold() not in known:
            raise self.wrong(column, f"“{value}” is none of: {', '.join(choices)}")
        return known[value.casefold()]

    def yes_no(self, column: str) -> bool | None:
        value = self.text(column).casefold()
        if value and value not in YES_NO:
            raise self.wrong(column, f"“{value}” is neither yes nor no")
        return YES_NO.get(value)

    def several(self, column: str) -> list[str]:
        """The parts of a cell that holds a list, set apart by semicolons."""
        return [part for part in (part.strip() for part in self.text(column).split(";")) if part]


@dataclass
class Sheet:
    """What was read: the rows, what is wrong, the headings nobody asks for, and how the file was written."""

    rows: list[Row]
    troubles: list[Trouble]
    unused: list[str]
    encoding: str


def read(data: bytes, columns: Sequence[Column], *, blank: Iterable[str] = ()) -> Sheet:
    """Read a file with one line of headings. `blank` are words that stand for an empty cell.

    UTF-8 (with or without its mark) and Windows-1252 are told apart; commas,
    semicolons or tabs may part the cells. Control characters are left out.
    """
    try:
        text, encoding = _decoded(data)
    except Wrong as wrong:
        return Sheet([], [wrong.trouble], [], "")
    rows, troubles = _split(text)
    if not rows:
        return Sheet([], troubles or [Trouble(1, "The file is empty")], [], encoding)
    (_, headings), *lines = rows
    names, unused, wrong_headings = _headings(headings, columns)
    known = {column.name: column for column in columns}
    if wrong_headings:
        return Sheet([], wrong_headings, unused, encoding)
    empty = {word.casefold() for word in blank}
    found = []
    for line, cells in lines:
        if any(cells[len(headings) :]):
            troubles.append(Trouble(line, f"has {len(cells)} cells, but there are {len(headings)} headings"))
            continue
        values = {
            name: "" if cell.casefold() in empty else cell
            for name, cell in zip(names, cells, strict=False)
            if name
        }
        row = Row(line, values, known)
        row.together.append(row)
        found.append(row)
    return Sheet(found, troubles, unused, encoding)


def grouped(rows: Iterable[Row], column: str) -> list[Row]:
    """One row for each record, where lines with the same word in the column make one record together."""
    records: dict[str, Row] = {}
    for row in rows:
        key = row.cells.get(column, "") or f"line {row.line}"
        if key in records:
            records[key].together.append(row)
        else:
            records[key] = row
    return list(records.values())


def _decoded(data: bytes) -> tuple[str, str]:
    if len(data) > MOST_BYTES:
        raise Wrong(1, f"The file is larger than {MOST_BYTES // 1024 // 1024} MB")
    if data[:2] in (b"\xff\xfe", b"\xfe\xff") or data[:4] == b"PK\x03\x04":
        raise Wrong(1, "This is not a CSV file. In Excel choose “Save as” and “CSV UTF-8”")
    try:
        return data.decode("utf-8-sig"), "UTF-8"
    except UnicodeDecodeError:
        pass
    try:
        return data.decode("cp1252"), "Windows-1252"
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise Wrong(line, "holds a character that is neither UTF-8 nor Windows-1252") from None


def _split(text: str) -> tuple[list[tuple[int, list[str]]], list[Trouble]]:
    """The lines that are not empty, each with the number it begins at."""
    first = text.partition("\n")[0]
    delimiter = max(",;\t", key=first.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    rows: list[tuple[int, list[str]]] = []
    while True:
        line = reader.line_num + 1
        try:
            cells = [_clean(cell) for cell in next(reader)]
        except StopIteration:
            return rows, []
        except csv.Error:
            words = "The quotation marks from here on do not match, or a cell is far too long"
            return rows, [Trouble(line, words)]
        if any(cells):
            rows.append((line, cells))


def _clean(cell: str) -> str:
    cell = cell.replace("\r\n", "\n").replace("\r", "\n")
    return "".join(c for c in cell if c == "\n" or unicodedata.category(c) not in ("Cc", "Cs")).strip()


def _headings(
    headings: Sequence[str], columns: Sequence[Column]
) -> tuple[list[str], list[str], list[Trouble]]:
    """For each heading the column it names (empty: none); the headings not used; what is wrong."""
    meant = {_plain(name): column.name for column in columns for name in (column.name, *column.also)}
    names = [meant.get(_plain(heading), "") for heading in headings]
    unused = [heading for heading, name in zip(headings, names, strict=True) if heading and not name]
    troubles = [
        Trouble(1, f"The heading “{name}” is there twice")
        for name in dict.fromkeys(names)
        if name and names.count(name) > 1
    ]
    troubles += [
        Trouble(1, f"The heading “{column.name}” is missing")
        for column in columns
        if column.required and column.name not in names
    ]
    if not any(names) and not troubles:
        troubles.append(Trouble(1, "None of the headings is known; the first line holds the headings"))
    return names, unused, troubles


def _plain(heading: str) -> str:
    return re.sub(r"[\W_]+", " ", heading.casefold()).strip()
