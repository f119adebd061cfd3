"""Whatever happens to a ticket, in whatever order, its clocks can be read and agree with each other."""

from datetime import UTC, date, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from ictsupport.database import FAR_FUTURE
from ictsupport.hours import Calendar, Version, parse_windows
from ictsupport.people.calendars import Catalogue
from ictsupport.tickets.models import ClockKind, HoldReason
from ictsupport.tickets.targets.clocks import Happening, Stage, Target, Unit
from ictsupport.tickets.targets.clockwork import Clockwork, Rule, ticket_columns

settings.register_profile("patient", deadline=None)  # the bank holidays are loaded once, within some test
settings.load_profile("patient")

WEEK = {weekday: parse_windows("08:30-17:00") for weekday in range(5)}
LATE = {weekday: parse_windows("12:00-20:00") for weekday in range(6)}
CALENDARS = Catalogue(
    {
        1: Calendar("Europe/London", [Version(date(2000, 1, 1), WEEK)]),
        2: Calendar("Europe/London", [Version(date(2000, 1, 1), LATE)]),
    },
    {None: 1, 7: 2},
)
START = datetime(2026, 10, 23, 9, tzinfo=UTC)


def rule(policy: int, calendar: int, response: int, resolution: int, pauses: frozenset[HoldReason]) -> Rule:
    targets = {
        ClockKind.RESPONSE: Target(Unit.MINUTES, response),
        ClockKind.RESOLUTION: Target(Unit.WORKING_DAYS, resolution),
    }
    return Rule(policy, calendar, targets, pauses)


RULES = st.builds(
    rule,
    st.integers(1, 3),
    st.sampled_from([1, 2]),
    st.integers(1, 600),
    st.integers(1, 5),
    st.frozensets(st.sampled_from(HoldReason), max_size=3),
)
ACTS = st.sampled_from(
    ["answer", "hold", "resume", "resolve", "cancel", "reopen", "retarget", "need by", "drop"]
)


@st.composite
def lives(draw: st.DrawFn) -> tuple[Clockwork, datetime]:
    work, at = Clockwork(CALENDARS), START
    needed = st.integers(-100, 5000).map(lambda minutes: at + timedelta(minutes=minutes))
    work.start(draw(RULES), at, needed_by=draw(st.none() | needed), answered=draw(st.booleans()))
    for _ in range(draw(st.integers(0, 12))):
        at += timedelta(minutes=draw(st.integers(0, 2000)))
        rules, reason = draw(RULES), draw(st.sampled_from(HoldReason))
        match draw(ACTS):
            case "answer":
                work.answer(at)
            case "hold":
                work.hold(reason, at, lambda _, pauses=rules.pauses: pauses)
            case "resume":
                work.resume(at)
            case "resolve":
                work.resolve(at, told=draw(st.booleans()))
            case "cancel":
                work.cancel(at)
            case "reopen":
                work.reopen(rules, at, needed_by=draw(st.none() | needed))
            case "retarget":
                work.retarget(rules, at, held_for=draw(st.none() | st.just(reason)))
            case "need by":
                work.need_by(draw(needed), at)
            case "drop":
                work.need_by(None, at)
    return work, at


@given(lives(), st.integers(0, 20_000))
def test_every_life_of_a_ticket_can_be_read(life, later):
    work, at = life
    now = at + timedelta(minutes=later)
    rows = work.columns(now)
    assert set(rows) == {(line.kind, line.round) for line in work.added}
    for row in rows.values():
        if row["stage"] is Stage.RUNNING:
            assert row["due_at"] is not None
            assert (row["breached_at"] is None) == (row["breaches_at"] is not None)
        if row["stage"] in (Stage.PAUSED, Stage.MET, Stage.CANCELLED):
            assert row["due_at"] is row["breaches_at"] is None
        if row["stage"] is Stage.MISSED:
            assert row["due_at"] <= row["breached_at"] <= row["stopped_at"]
        assert row["stage"] is not Stage.MET or row["breached_at"] is None


@given(lives())
def test_rounds_follow_each_other_and_only_the_last_can_be_alive(life):
    work, _ = life
    for kind in ClockKind:
        rounds = sorted(number for each, number in work.clocks if each is kind)
        assert rounds == list(range(1, len(rounds) + 1))
        for number in rounds[:-1]:
            assert not work.reading((kind, number)).stage.is_live


@given(lives(), st.integers(0, 20_000))
def test_what_was_written_down_is_enough_to_know_it_all(life, later):
    work, at = life
    now = at + timedelta(minutes=later)
    assert Clockwork(CALENDARS, work.added).columns(now) == work.columns(now)


@given(lives())
def test_the_ticket_repeats_the_earliest_of_its_live_clocks(life):
    work, at = life
    rows = work.columns(at)
    repeated = ticket_columns(rows)
    dues = [row["due_at"] for row in rows.values() if row["stage"] is Stage.RUNNING]
    assert repeated["due_sort"] == min(dues, default=FAR_FUTURE)
    assert (repeated["due_kind"] is None) == (not dues)


@given(lives(), RULES)
def test_a_needed_by_is_never_paused_and_never_retargeted_by_a_policy(life, rules):
    work, at = life
    work.hold(HoldReason.REQUESTER, at, lambda _: frozenset(HoldReason))
    work.retarget(rules, at)
    paused = {line.kind for line in work.added if line.event is Happening.PAUSED}
    changed = {line.kind for line in work.added if line.event is Happening.POLICY_CHANGED and line.policy_id}
    assert ClockKind.NEEDED_BY not in paused | changed


@given(lives())
def test_reopening_carries_what_was_counted_and_not_the_pauses(life):
    work, at = life
    work.cancel(at)
    last = max(number for kind, number in work.clocks if kind is ClockKind.RESOLUTION)
    used = work.reading((ClockKind.RESOLUTION, last)).elapsed
    work.reopen(rule(1, 1, 60, 5, frozenset()), at + timedelta(days=1))
    again = work.reading((ClockKind.RESOLUTION, last + 1))
    assert again.elapsed == used
    assert again.paused.time == timedelta(0)
