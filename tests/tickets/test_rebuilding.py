"""What is stored of clocks follows from their events: each corrupted column is found, and mended."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from click.testing import Result
from flask import Flask
from sqlalchemy import delete, select, update

from ictsupport import clock
from ictsupport.commands import main
from ictsupport.commands.rebuild import command
from ictsupport.database import FAR_FUTURE, db
from ictsupport.people.models import Calendar
from ictsupport.tickets import rebuilding
from ictsupport.tickets.models import ClockKind, HoldReason, Ticket
from ictsupport.tickets.rebuilding import rebuild_clocks, rebuildable, rebuilds
from ictsupport.tickets.targets.breaches import sweep_breaches
from ictsupport.tickets.targets.clocks import Stage, Unit
from ictsupport.tickets.targets.models import Clock, ClockEvent, Policy
from ictsupport.tickets.targets.timing import (
    need_by,
    pause,
    reopen_clocks,
    resume,
    start_clocks,
    stop_resolution,
)

from .clock_cast import at, resolution, response, ticket_maker, ticket_with_clocks  # noqa: F401

NOW = at(16)


def differences(mend: bool = False) -> list[str]:
    db.session.flush()
    with clock.at(NOW):
        return [str(each) for _, found in rebuild_clocks(mend) for each in found]


@pytest.fixture
def lived(make_ticket) -> Ticket:
    """A ticket to which much has happened: held, resolved, reopened, past its first target."""
    ticket = make_ticket(needed_by=at(18))
    start_clocks(ticket, at(10))
    pause(ticket, HoldReason.REQUESTER, at(11))
    resume(ticket, at(11.25))
    with clock.at(at(15)):
        sweep_breaches()
    stop_resolution(ticket, at(15.5))
    reopen_clocks(ticket, at(15.75))
    db.session.flush()
    return ticket


def test_after_real_work_there_is_nothing_to_mend(lived, ticket):
    with clock.at(NOW):
        sweep_breaches()
    assert differences() == []


CORRUPTED: list[tuple[str, Callable[[Clock], Any]]] = [
    ("calendar_id", lambda row: None),
    ("policy_id", lambda row: None),
    ("amount", lambda row: row.amount + 1),
    ("unit", lambda row: Unit.WALL),
    ("stage", lambda row: Stage.CANCELLED),
    ("started_at", lambda row: row.started_at + timedelta(seconds=1)),
    ("due_at", lambda row: row.due_at + timedelta(seconds=1) if row.due_at else at(12)),
    ("breaches_at", lambda row: None if row.breaches_at else at(12)),
    ("breached_at", lambda row: None if row.breached_at else at(12)),
    ("stopped_at", lambda row: None if row.stopped_at else at(12)),
    ("elapsed_seconds", lambda row: row.elapsed_seconds + 1),
    ("elapsed_microdays", lambda row: row.elapsed_microdays - 1),
    ("paused_seconds", lambda row: row.paused_seconds + 1),
]


def test_every_column_that_is_derived_is_among_the_corrupted():
    derived = {column.name for column in Clock.__table__.columns} - {"id", "ticket_id", "kind", "round"}
    assert derived == {name for name, _ in CORRUPTED}


@pytest.mark.parametrize(("column", "corrupt"), CORRUPTED, ids=[name for name, _ in CORRUPTED])
@pytest.mark.parametrize("which", ["response", "resolution", "second round"])
def test_a_corrupted_column_is_reported_and_mended(lived, column, corrupt, which):
    row = {
        "response": lambda: response(lived),
        "resolution": lambda: resolution(lived),
        "second round": lambda: resolution(lived, 2),
    }[which]()
    good = getattr(row, column)
    setattr(row, column, corrupt(row))
    found = differences()
    assert any(f": {column} is " in line and line.startswith(lived.reference) for line in found), found
    assert differences(mend=True) == found
    db.session.expire_all()
    assert getattr(row, column) == good
    assert differences() == []


@pytest.mark.parametrize(
    ("column", "value"),
    [("due_sort", FAR_FUTURE), ("due_kind", ClockKind.RESPONSE), ("past_target_at", at(3))],
)
def test_what_the_ticket_repeats_of_its_clocks_is_proved_too(lived, column, value):
    assert getattr(lived, column) != value
    setattr(lived, column, value)
    assert [line.split(" is ")[0] for line in differences()] == [f"{lived.reference}: {column}"]
    differences(mend=True)
    assert differences() == []


def test_a_clock_that_is_missing_is_made_and_one_without_events_removed(lived):
    db.session.execute(delete(Clock).where(Clock.ticket_id == lived.id, Clock.kind == ClockKind.RESPONSE))
    values = {
        "ticket_id": lived.id,
        "kind": ClockKind.RESOLUTION,
        "round": 9,
        "amount": 1,
        "unit": Unit.MINUTES,
    }
    db.session.add(Clock(**values, stage=Stage.RUNNING, started_at=at(9)))
    found = differences(mend=True)
    assert f"{lived.reference}, response: clock is not there and should be there" in found
    assert f"{lived.reference}, resolution, round 9: clock is there and should be not there" in found
    db.session.expire_all()
    assert response(lived).breached_at == at(14.25)
    assert differences() == []


def test_events_that_cannot_be_are_reported_and_left_alone(lived):
    first = select(ClockEvent.id).where(
        ClockEvent.ticket_id == lived.id, ClockEvent.kind == ClockKind.RESPONSE
    )
    db.session.execute(update(ClockEvent).where(ClockEvent.id.in_(first)).values(event="resumed"))
    (line,) = differences(mend=True)
    assert line.startswith(f"{lived.reference}, response: events is")
    assert response(lived).breached_at == at(14.25)


def test_a_breach_that_the_next_sweep_will_notice_is_no_difference(ticket):
    ticket.needed_by = NOW - timedelta(minutes=4)
    need_by(ticket, at(11))
    with clock.at(at(14.5)):
        sweep_breaches()
    assert differences() == []
    ticket.needed_by = NOW - timedelta(minutes=6)
    need_by(ticket, at(11.5))
    assert [line.split(" is ")[0] for line in differences()] == [
        f"{ticket.reference}, needed by: breaches_at",
        f"{ticket.reference}, needed by: breached_at",
    ]


# The command


def run(app: Flask, *words: str) -> Result:
    return app.test_cli_runner().invoke(main if words[:1] == ("--help",) else command, list(words))


def test_help_names_the_command(app):
    assert "rebuild" in run(app, "--help").output


def test_an_unknown_name_is_refused_with_the_known_ones(app):
    result = run(app, "starsigns")
    assert result.exit_code == 2
    assert "clocks" in result.output


def test_the_check_reports_exits_with_one_and_changes_nothing(app, lived):
    row = resolution(lived, 2)
    row.elapsed_seconds += 60
    db.session.commit()
    with clock.at(NOW):
        result = run(app, "--check", "clocks")
    assert result.exit_code == 1
    assert f"{lived.reference}, resolution, round 2: elapsed_seconds is" in result.output
    db.session.expire_all()
    assert row.elapsed_seconds == 5 * 3600 + 15 * 60 + 60


def test_rebuilding_mends_and_the_next_check_finds_nothing(app, lived):
    row = resolution(lived, 2)
    row.elapsed_seconds += 60
    db.session.commit()
    with clock.at(NOW):
        assert "clocks: 1 mended." in run(app, "clocks").output
        again = run(app, "--check", "clocks")
    assert (again.exit_code, "clocks: nothing to mend." in again.output) == (0, True)


def test_everything_that_is_derived_can_be_made_anew_and_then_checked(app, lived):
    db.session.commit()
    with clock.at(NOW):
        run(app)
        again = run(app, "--check")
    assert again.exit_code == 0, again.output
    assert again.output.count("nothing to mend.") == len(rebuilds())


def test_a_check_cannot_write_even_by_mistake(app):
    @rebuildable("careless", size=lambda: 1)
    def careless(_mend: bool) -> Any:
        db.session.execute(update(Policy).values(name="Careless"))
        db.session.execute(update(Calendar).values(name="Careless"))
        yield 1, []

    try:
        assert run(app, "--check", "careless").exception is not None
    finally:
        del rebuilding._rebuilds["careless"]
    assert "clocks" in {each.name for each in rebuilds()}
