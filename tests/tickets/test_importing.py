"""A ServiceNow event log becomes tickets with their history, and the figures are those of the file."""

import csv
import os
from collections import Counter, defaultdict
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa

from ictsupport.database import db
from ictsupport.errors import Refusal
from ictsupport.importing import Outcome, bring_in
from ictsupport.journal import Entry
from ictsupport.mail import Outgoing
from ictsupport.people.models import Person
from ictsupport.tickets.importing import Incidents
from ictsupport.tickets.models import ClockKind, HoldReason, Status, Ticket, TicketPeriod
from ictsupport.tickets.rebuilding import rebuilds
from ictsupport.tickets.targets.clocks import Stage
from ictsupport.tickets.targets.models import Clock

SAMPLE = Path(__file__).parents[2] / "docs/handbook/samples/incidents.csv"
LONDON = ZoneInfo("Europe/London")


@pytest.fixture
def bring(desk, council):
    """bring(data, commit=True) brings in a file for Northbrook."""

    def run(data: bytes, commit: bool = True):
        return bring_in(Incidents(council="Northbrook", zone="Europe/London"), data, commit=commit)

    return run


def ticket(number: str) -> Ticket:
    return db.session.scalars(sa.select(Ticket).where(Ticket.source_reference == number)).one()


def london(text: str) -> datetime:
    return datetime.strptime(text, "%d-%m-%Y %H:%M").replace(tzinfo=LONDON).astimezone(UTC)


def test_the_newest_state_of_a_number_becomes_the_ticket(bring):
    report = bring(SAMPLE.read_bytes())
    assert report.committed
    assert report.counts[Outcome.NEW] == 3
    assert [ticket(f"INC000{n}").status for n in (1, 2, 3)] == [Status.CLOSED, Status.RESOLVED, Status.NEW]


def test_the_rows_become_the_history_at_their_own_times(bring):
    bring(SAMPLE.read_bytes())
    periods = db.session.scalars(
        sa.select(TicketPeriod)
        .where(TicketPeriod.ticket_id == ticket("INC0001").id)
        .order_by(TicketPeriod.starts_at)
    ).all()
    assert [(p.status, p.hold_reason, p.starts_at) for p in periods] == [
        (Status.NEW, None, london("02-03-2026 09:00")),
        (Status.IN_PROGRESS, None, london("02-03-2026 09:30")),
        (Status.ON_HOLD, HoldReason.REQUESTER, london("02-03-2026 10:00")),
        (Status.RESOLVED, None, london("02-03-2026 12:00")),
        (Status.CLOSED, None, london("09-03-2026 12:00")),
    ]


def test_changes_of_the_same_minute_come_in_the_order_of_their_count(bring):
    bring(SAMPLE.read_bytes())
    entries = db.session.scalars(sa.select(Entry.kind).order_by(Entry.id)).all()
    assert entries.index("tickets.TicketReleased") < entries.index("tickets.TicketResolved")


def test_waiting_for_the_requester_pauses_the_clock_and_reopening_starts_a_second_round(bring):
    bring(SAMPLE.read_bytes())
    (clock,) = [c for c in ticket("INC0001").clocks if c.kind is ClockKind.RESOLUTION]
    assert (clock.elapsed_seconds, clock.paused_seconds) == (3600, 7200)
    rounds = [c for c in ticket("INC0002").clocks if c.kind is ClockKind.RESOLUTION]
    assert [(c.round, c.stage) for c in rounds] == [(1, Stage.MISSED), (2, Stage.MISSED)]
    assert ticket("INC0002").reopen_count == 1


def test_replies_that_were_never_recorded_count_neither_as_met_nor_as_missed(bring):
    bring(SAMPLE.read_bytes())
    stages = db.session.scalars(sa.select(Clock.stage).where(Clock.kind == ClockKind.RESPONSE)).all()
    assert set(stages) == {Stage.CANCELLED}


def test_the_sources_priority_is_kept_as_an_override(bring):
    bring(SAMPLE.read_bytes())
    assert (ticket("INC0001").priority, ticket("INC0002").priority) == (4, 2)
    assert ticket("INC0002").priority_override_reason


def test_groups_without_a_queue_go_to_triage_and_it_is_said(bring, desk):
    report = bring(SAMPLE.read_bytes())
    assert ticket("INC0001").queue_id == desk["helpdesk"].id
    assert ticket("INC0002").queue_id == desk["helpdesk"].id
    assert any("1 assignment groups" in note for note in report.notes)


def test_nobody_is_written_to(bring):
    bring(SAMPLE.read_bytes())
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Outgoing)) == 0


def test_a_preview_changes_nothing(bring):
    report = bring(SAMPLE.read_bytes(), commit=False)
    assert report.counts[Outcome.NEW] == 3
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Ticket)) == 0
    assert db.session.scalar(sa.select(Person.id).where(Person.name == "Jean Holt")) is None


def test_a_second_run_changes_nothing(bring):
    bring(SAMPLE.read_bytes())
    report = bring(SAMPLE.read_bytes())
    assert report.counts[Outcome.SAME] == 3
    assert report.counts[Outcome.NEW] == 0


def test_a_windows_file_reads_the_same(bring):
    bring(SAMPLE.read_text("utf-8").encode("cp1252"))
    assert ticket("INC0003").requester.name == "Zoë Unsworth"


def test_one_bad_line_is_told_by_its_number_and_keeps_the_whole_file_out(bring):
    data = SAMPLE.read_text("utf-8").replace("INC0003,New", "INC0003,Pending")
    report = bring(data.encode())
    assert [trouble.line for trouble in report.troubles] == [13]
    assert "Pending" in str(report.troubles[0])
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Ticket)) == 0


@pytest.mark.parametrize("moment", ["02-03-1066 09:00", "02-03-2926 09:00"])
def test_a_moment_that_cannot_be_is_named_with_its_line(bring, moment):
    report = bring(SAMPLE.read_bytes().replace(b"02-03-2026 09:00", moment.encode()))
    assert "does not lie between 1970 and now" in str(report.troubles[0])
    assert not report.committed


def test_an_unknown_council_is_refused_with_those_there_are(desk, council):
    with pytest.raises(Refusal, match="Northbrook"):
        bring_in(Incidents(council="Nowhere"), SAMPLE.read_bytes())


def test_an_unknown_zone_is_refused(context):
    with pytest.raises(Refusal, match="Europe/London"):
        Incidents(council="Northbrook", zone="Mars/Olympus")


@pytest.mark.parametrize("data", [b"", b"\x00\x01", b"number\nINC1", b'number,incident_state\n"open'])
def test_what_is_no_such_file_is_refused_in_words(bring, data):
    report = bring(data)
    assert report.troubles
    assert not report.committed


def test_rebuilding_finds_nothing_to_mend(bring):
    bring(SAMPLE.read_bytes())
    assert [difference for each in rebuilds() for _, found in each.steps(False) for difference in found] == []


def counts_of(path: Path) -> tuple[Counter, Counter, Counter]:
    """What the file holds, by month: opened, entries into resolved, and leavings of it."""
    logs = defaultdict(list)
    with path.open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            at = datetime.strptime(row["sys_updated_at"], "%d-%m-%Y %H:%M")
            logs[row["number"]].append((at, int(row["sys_mod_count"]), row))
    opened, resolved, reopened = Counter(), Counter(), Counter()
    for log in logs.values():
        log.sort(key=lambda line: line[:2])
        start = datetime.strptime(log[-1][2]["opened_at"], "%d-%m-%Y %H:%M")
        opened[f"{start:%Y-%m}"] += 1
        done = False
        for at, _, row in log:
            month = f"{max(at, start):%Y-%m}"
            now_done = row["incident_state"] in ("Resolved", "Closed")
            resolved[month] += now_done and not done
            reopened[month] += done and not now_done
            done = now_done
    return opened, +resolved, +reopened


@pytest.fixture
def real_file() -> Path:
    if not os.environ.get("ICTSUPPORT_INCIDENTS"):
        pytest.skip("the real incidents are not here: ICTSUPPORT_INCIDENTS names no file")
    return Path(os.environ["ICTSUPPORT_INCIDENTS"])


def test_the_real_incidents_give_the_counts_that_the_file_holds(bring, real_file):
    report = bring(real_file.read_bytes())
    assert report.committed
    assert report.counts[Outcome.NEW] == 400

    def by_month(kind: str) -> Counter:
        moments = db.session.scalars(sa.select(Entry.at).where(Entry.kind == f"tickets.{kind}"))
        return Counter(f"{at.astimezone(LONDON):%Y-%m}" for at in moments)

    opened, resolved, reopened = counts_of(real_file)
    assert (by_month("TicketRaised"), by_month("TicketResolved"), by_month("TicketReopened")) == (
        opened,
        resolved,
        reopened,
    )
    assert sum(opened.values()) == 400
    assert [difference for each in rebuilds() for _, found in each.steps(False) for difference in found] == []
