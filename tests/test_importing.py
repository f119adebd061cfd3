"""Files are brought in whole or not at all, and what is wrong is told with its line."""

from datetime import UTC, date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from flask import Flask
from sqlalchemy import func, select

from ictsupport import sheets
from ictsupport.database import db
from ictsupport.errors import Refusal
from ictsupport.importing import Column, Importer, Outcome, Row, Taken, bring_in
from ictsupport.people.models import Council

COLUMNS = (
    Column("Name", "The council", required=True, also=("Council",), longest=30),
    Column("Founded", "A day"),
    Column("Budget", "Pounds"),
    Column("Open", "yes or no"),
    Column("Wards", "Apart by semicolons"),
)


class CouncilImport(Importer):
    name = "councils"
    help = "Councils."
    columns = COLUMNS

    def prepare(self) -> None:
        self.known = {council.name: council for council in db.session.scalars(select(Council))}

    def take(self, row: Row) -> Taken:
        name = row.text("Name")
        if name == "Refused":
            raise Refusal("We do not want this one.")
        if name in self.known:
            return Taken(Outcome.SAME)
        council = Council(name=name, short_name=name, slug=name.lower())
        db.session.add(council)
        db.session.flush()
        self.known[name] = council
        return Taken(Outcome.NEW, name)


def count() -> int:
    return db.session.scalar(select(func.count()).select_from(Council)) or 0


def read(text: str | bytes) -> sheets.Sheet:
    return sheets.read(text.encode() if isinstance(text, str) else text, COLUMNS)


def test_a_preview_changes_nothing_and_says_what_would_be(context: Flask):
    report = bring_in(CouncilImport(), b"Name\nAlton\nBexley\n")
    assert report.counts[Outcome.NEW] == 2
    assert report.examples[Outcome.NEW] == ["line 2: Alton", "line 3: Bexley"]
    assert not report.committed
    assert count() == 0


def test_a_second_run_finds_everything_there(context: Flask):
    assert bring_in(CouncilImport(), b"Name\nAlton\n", commit=True).committed
    again = bring_in(CouncilImport(), b"Name\nAlton\n", commit=True)
    assert again.counts[Outcome.SAME] == 1
    assert count() == 1


def test_one_wrong_line_keeps_all_of_them_out(context: Flask):
    report = bring_in(CouncilImport(), b"Name\nAlton\nRefused\nalton\nAlton \n", commit=True)
    assert str(report.troubles[0]) == "line 3: We do not want this one."
    assert report.troubles[1].line == 4
    assert "the database refuses it" in report.troubles[1].words
    assert len(report.troubles) == 2
    assert count() == 0


def test_progress_reaches_the_end(context: Flask):
    steps: list[tuple[int, int]] = []
    bring_in(CouncilImport(), b"Name\nA\nB\n", progress=lambda done, total: steps.append((done, total)))
    assert steps == [(1, 2), (2, 2)]


def test_both_encodings_are_told_apart():
    assert read("Name\nCafé\n").rows[0].text("Name") == "Café"
    assert read("\ufeffName\nCafé\n").encoding == "UTF-8"
    old = read("Name\nCafé “one”\n".encode("cp1252"))
    assert (old.encoding, old.rows[0].text("Name")) == ("Windows-1252", "Café “one”")


@pytest.mark.parametrize(
    ("data", "line", "words"),
    [
        (b"", 1, "empty"),
        (b"PK\x03\x04rest", 1, "CSV UTF-8"),
        ("Name\n".encode("utf-16"), 1, "CSV UTF-8"),
        (b"Name\nx\n\x81\x8d\n", 3, "neither UTF-8"),
        (b"Founded\n2020-01-01\n", 1, "“Name” is missing"),
        (b"Name,Council\na,b\n", 1, "“Name” is there twice"),
        (b"Name,Open\na,yes,3\n", 2, "3 cells"),
        (b'Name\na\n"never closed\nb\n', 3, "quotation marks"),
        (b'Name\n"' + b"x" * 200_000 + b'"\n', 2, "far too long"),
    ],
)
def test_a_malformed_file_is_told_with_its_line(data: bytes, line: int, words: str):
    (trouble,) = sheets.read(data, COLUMNS).troubles
    assert trouble.line == line
    assert words in trouble.words


def test_a_file_of_something_else_is_no_file_without_lines():
    (trouble,) = sheets.read(
        b"<html><body>Sign in</body></html>", (Column("Ward", "All may be missing"),)
    ).troubles
    assert "None of the headings is known" in trouble.words


def test_headings_are_found_however_they_are_written():
    sheet = read("COUNCIL ; founded;Mayor\nAlton;18/11/2026;Ann\n")
    assert sheet.rows[0].text("Name") == "Alton"
    assert sheet.unused == ["Mayor"]


def test_a_line_keeps_its_number_past_empty_and_long_lines():
    sheet = read('Name\n\n"two\nlines"\n,\nlast\n')
    assert [(row.line, row.text("Name")) for row in sheet.rows] == [(3, "two\nlines"), (6, "last")]


def test_control_characters_are_left_out():
    assert read("Name\nAl\x00t\x07on\t\n").rows[0].text("Name") == "Alton"


def test_cells_become_what_they_mean():
    row = read('Name,Founded,Budget,Open,Wards\nA,18/11/2026,"£1,200.50",Yes,Mill; Castle ;\n').rows[0]
    assert row.date("Founded") == date(2026, 11, 18)
    assert row.number("Budget") == Decimal("1200.50")
    assert row.yes_no("Open") is True
    assert row.several("Wards") == ["Mill", "Castle"]
    empty = read("Name,Founded,Budget,Open,Wards\nA,,,,\n").rows[0]
    assert (empty.date("Founded"), empty.number("Budget"), empty.yes_no("Open")) == (None, None, None)


def test_wall_time_becomes_an_instant():
    row = read("Name,Founded\nA,18-07-2026 10:00\n").rows[0]
    moment = row.moment("Founded", ZoneInfo("Europe/London"), ["%d/%m/%Y %H:%M", "%d-%m-%Y %H:%M"])
    assert moment == datetime(2026, 7, 18, 9, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("cells", "asked", "words"),
    [
        ("A,31/02/2026,,,", lambda row: row.date("Founded"), "not a date"),
        ("A,,lots,,", lambda row: row.number("Budget"), "not a number"),
        ("A,,NaN,,", lambda row: row.number("Budget"), "not a number"),
        ("A,,1.5,,", lambda row: row.whole("Budget"), "not a whole number"),
        ("A,,1e999999,,", lambda row: row.whole("Budget"), "larger than 1,000,000,000"),
        ("A,,-99999999999999999999,,", lambda row: row.number("Budget"), "larger than 1,000,000,000"),
        ("A,,22026,,", lambda row: row.whole("Budget", least=1900, most=2200), "between 1900 and 2200"),
        ("A,,,maybe,", lambda row: row.yes_no("Open"), "neither yes nor no"),
        ("A,,,maybe,", lambda row: row.choice("Open", {"now": 1, "later": 2}), "none of: now, later"),
        (",x,,,", lambda row: row.text("Name"), "is empty"),
        ("A" * 31 + ",,,,", lambda row: row.text("Name"), "longer than 30"),
    ],
)
def test_a_cell_that_does_not_fit_is_told(cells, asked, words):
    row = read(f"Name,Founded,Budget,Open,Wards\n{cells}\n").rows[0]
    with pytest.raises(sheets.Wrong, match=words) as caught:
        asked(row)
    assert caught.value.trouble.line == 2


def test_lines_of_one_record_are_taken_together():
    rows = sheets.grouped(read("Name,Open\nA,yes\nB,no\nA,no\n").rows, "Name")
    assert [[line.text("Open") for line in row.together] for row in rows] == [["yes", "no"], ["no"]]
