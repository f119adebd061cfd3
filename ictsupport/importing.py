"""Bringing in a file: a preview first, then all of it or nothing.

A package that takes a file writes an Importer: its columns, and what to do with
one row. The preview does the very same work in a transaction that is rolled
back, so what it says is what will happen. Rows are matched with what is there
by keys that the importer names, so a second run of the same file changes nothing.
"""

import enum
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import ClassVar

import click
from sqlalchemy.exc import DataError, IntegrityError

from . import sheets
from .database import db
from .errors import Refusal
from .sheets import Column, Row, Sheet, Trouble, Wrong

__all__ = ["Column", "Importer", "Outcome", "Report", "Row", "Taken", "Trouble", "Wrong", "bring_in"]

Progress = Callable[[int, int], None]
EXAMPLES = 12


class Outcome(enum.Enum):
    """What became of a row."""

    NEW = "new"
    CHANGED = "changed"
    SAME = "already there, nothing to change"
    LEFT_OUT = "left out"


@dataclass(frozen=True)
class Taken:
    """What became of a row, in a few words for the preview: Taken(Outcome.NEW, "Ann Lee, Northbrook")."""

    outcome: Outcome
    words: str = ""


class Importer:
    """What one kind of file means. A subclass is made once for each run, with the command's options."""

    name: ClassVar[str]
    """What the command is called: `ictsupport import <name>`."""
    help: ClassVar[str]
    columns: ClassVar[tuple[Column, ...]]
    options: ClassVar[tuple[click.Parameter, ...]] = ()
    """What the command asks beside the file; each is given to __init__ by its name."""
    blank: ClassVar[tuple[str, ...]] = ()
    """Words that stand for an empty cell."""
    together: ClassVar[str] = ""
    """The column whose equal words make one record of several lines; empty: every line is a record."""

    def read(self, data: bytes) -> Sheet:
        """The file as lines of cells. An importer that takes another kind of file reads that too."""
        return sheets.read(data, self.columns, blank=self.blank)

    def prepare(self) -> None:
        """Look up once what every row will be compared with."""

    def take(self, row: Row) -> Taken:
        """Bring in one record, or raise Wrong (row.wrong(...)) or a Refusal. Does not commit."""
        raise NotImplementedError

    def finish(self, report: "Report") -> None:
        """What is to be done once, after the last row, in the same transaction."""


@dataclass
class Report:
    """What the file would do, or did."""

    sheet: Sheet
    counts: dict[Outcome, int] = field(default_factory=lambda: dict.fromkeys(Outcome, 0))
    examples: dict[Outcome, list[str]] = field(default_factory=lambda: {outcome: [] for outcome in Outcome})
    troubles: list[Trouble] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    """Whatever else whoever runs it should know; filled by the importer."""
    committed: bool = False

    @property
    def rows(self) -> int:
        return len(self.sheet.rows)

    def count(self, row: Row, taken: Taken) -> None:
        self.counts[taken.outcome] += 1
        if taken.words and len(self.examples[taken.outcome]) < EXAMPLES:
            self.examples[taken.outcome].append(f"line {row.line}: {taken.words}")


def bring_in(
    importer: Importer, data: bytes, *, commit: bool = False, progress: Progress | None = None
) -> Report:
    """Bring in the file, whole, if `commit` is said and nothing is wrong with it; otherwise change nothing."""
    sheet = importer.read(data)
    report = Report(sheet, troubles=list(sheet.troubles))
    records = sheets.grouped(sheet.rows, importer.together) if importer.together else sheet.rows
    whole = db.session.begin_nested()
    try:
        importer.prepare()
        for done, row in enumerate(records, start=1):
            _take(importer, row, report)
            if progress:
                progress(done, len(records))
        if not report.troubles:
            importer.finish(report)
            if commit:
                whole.commit()
                db.session.commit()
                report.committed = True
    finally:
        if not report.committed:
            whole.rollback()
    report.troubles.sort(key=lambda trouble: trouble.line)
    return report


def _take(importer: Importer, row: Row, report: Report) -> None:
    """One record in a savepoint of its own, so that a wrong one does not spoil what is said of the next."""
    try:
        with db.session.begin_nested():
            taken = importer.take(row)
    except Wrong as wrong:
        report.troubles.append(wrong.trouble)
    except Refusal as refusal:
        report.troubles.append(Trouble(row.line, str(refusal)))
    except (IntegrityError, DataError) as error:
        reason = str(error.orig).strip().splitlines()[0][:200]
        report.troubles.append(Trouble(row.line, f"the database refuses it: {reason}"))
    else:
        report.count(row, taken)
