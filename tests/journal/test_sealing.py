"""The seals show whether anybody has changed the journal since it was written."""

import pytest
import sqlalchemy as sa

from ictsupport.commands import journal
from ictsupport.database import db
from ictsupport.journal import Entry, Payload, announce
from ictsupport.journal.sealing import broken, seal
from ictsupport.people.events import SignedIn


@pytest.fixture
def entries(staff):
    for way in ("password", "mail"):
        announce(SignedIn(about=staff, by=staff, way=way, address="192.0.2.1"))
    db.session.flush()
    seal()


def test_what_was_sealed_and_left_alone_is_whole(entries):
    assert list(broken()) == []
    assert seal() == 0


def test_a_changed_entry_is_found(entries):
    db.session.execute(sa.update(Entry).values(kind="people.SomethingElse"))
    assert list(broken())


def test_a_changed_payload_is_found(entries):
    db.session.execute(sa.update(Payload).values(data={"way": "nobody knows"}))
    assert list(broken())


def test_erasing_what_was_said_does_not_break_the_chain(entries):
    db.session.execute(sa.delete(Payload))
    assert list(broken()) == []


def test_an_administrator_is_told(app, entries):
    run = app.test_cli_runner()
    assert "as it was sealed" in run.invoke(journal.group, ["check"]).output
    db.session.execute(sa.update(Entry).values(kind="people.SomethingElse"))
    db.session.commit()
    assert run.invoke(journal.group, ["check"]).exit_code == 1
