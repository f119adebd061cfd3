"""The journal: what is written together, and what a savepoint takes back."""

from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from ictsupport.database import db
from ictsupport.journal import Entry, Event, announce, written_together
from ictsupport.journal.queries import entries_about


@dataclass(frozen=True, kw_only=True)
class Noted(Event):
    about: Any
    words: str


def said_of(person: Any) -> list[str]:
    return [entry.data["words"] for entry in entries_about(person) if entry.kind == Noted.kind()]


def test_what_is_written_together_is_as_if_written_one_by_one(staff, agent, count_queries):
    with count_queries() as queries, written_together():
        for number in range(5):
            announce(Noted(about=(staff, agent)[number % 2], words=str(number)))
    assert len([query for query in queries if query.startswith("INSERT")]) == 3
    assert said_of(staff) == ["0", "2", "4"]
    assert said_of(agent) == ["1", "3"]


def test_what_a_savepoint_takes_back_is_not_written(staff):
    with written_together():
        announce(Noted(about=staff, words="before"))
        kept = db.session.begin_nested()
        announce(Noted(about=staff, words="kept"))
        lost = db.session.begin_nested()
        with db.session.begin_nested():
            announce(Noted(about=staff, words="lost within"))
        announce(Noted(about=staff, words="lost"))
        lost.rollback()
        kept.commit()
        announce(Noted(about=staff, words="after"))
    assert said_of(staff) == ["before", "kept", "after"]


def test_whoever_reads_meanwhile_finds_it(staff):
    with written_together():
        announce(Noted(about=staff, words="first"))
        assert said_of(staff) == ["first"]
        announce(Noted(about=staff, words="second"))
    assert said_of(staff) == ["first", "second"]
    entries = db.session.scalars(sa.select(Entry).where(Entry.kind == Noted.kind())).all()
    assert len(entries) == 2
