"""What a clock says, from its facts alone."""

from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ictsupport.hours import Calendar, Closure, Elapsed, Version, parse_windows
from ictsupport.tickets.targets.clocks import BadFacts, Fact, Happening, Stage, Target, Unit, explain, read

settings.register_profile("patient", deadline=None)  # the bank holidays are loaded once, within some test
settings.load_profile("patient")

OFFICE = {weekday: parse_windows("08:30-17:00") for weekday in range(5)}
SHORT = {weekday: parse_windows("10:00-14:00") for weekday in range(5)}
office = Calendar("Europe/London", [Version(date(2000, 1, 1), OFFICE)], name="Office hours")
changing = Calendar(
    "Europe/London",
    [Version(date(2000, 1, 1), OFFICE), Version(date(2026, 3, 30), SHORT)],
    closures=[Closure(date(2026, 4, 1), date(2026, 4, 1), "Stocktaking")],
)
shop = Calendar(
    "Europe/London", [Version(date(2000, 1, 1), {d: parse_windows("00:00-24:00") for d in range(7)})]
)

MONDAY = datetime(2026, 3, 2, tzinfo=UTC)  # Greenwich time, so hours below are hours on the wall


def at(hour: float, day: int = 0) -> datetime:
    return MONDAY + timedelta(days=day, hours=hour)


def minutes(amount: int) -> Target:
    return Target(Unit.MINUTES, amount)


def days(amount: int) -> Target:
    return Target(Unit.WORKING_DAYS, amount)


def started(when: datetime, target: Target, calendar: Calendar | None = office) -> Fact:
    return Fact(Happening.STARTED, when, target=target, calendar=calendar)


def paused(when: datetime, reason: str = "awaiting requester") -> Fact:
    return Fact(Happening.PAUSED, when, reason=reason)


def resumed(when: datetime) -> Fact:
    return Fact(Happening.RESUMED, when)


def stopped(when: datetime) -> Fact:
    return Fact(Happening.STOPPED, when)


def cancelled(when: datetime) -> Fact:
    return Fact(Happening.CANCELLED, when)


def retargeted(when: datetime, target: Target) -> Fact:
    return Fact(Happening.POLICY_CHANGED, when, target=target)


# Running and ending


def test_a_running_clock_says_when_it_is_due():
    reading = read([started(at(16), minutes(120))])
    assert reading.stage is Stage.RUNNING
    assert reading.due_at == reading.breaches_at == at(9.5, day=1)
    assert reading.elapsed == Elapsed()
    assert reading.breached_at is reading.stopped_at is None


def test_a_target_that_runs_out_at_closing_is_due_at_closing_and_breached_at_the_next_opening():
    reading = read([started(at(16), minutes(60))])
    assert (reading.due_at, reading.breaches_at) == (at(17), at(8.5, day=1))


def test_an_answer_after_closing_to_a_target_that_ran_out_at_closing_is_in_time():
    assert read([started(at(16), minutes(60)), stopped(at(22))]).stage is Stage.MET
    assert read([started(at(16), minutes(60)), stopped(at(8.5, day=1))]).stage is Stage.MET
    late = read([started(at(16), minutes(60)), stopped(at(8.5, day=1) + timedelta(seconds=1))])
    assert late.stage is Stage.MISSED
    assert (late.due_at, late.breached_at, late.stopped_at) == (
        at(17),
        at(8.5, 1),
        at(8.5, 1) + timedelta(seconds=1),
    )


def test_a_clock_that_is_read_late_knows_when_it_was_breached():
    facts = [started(at(9), minutes(60))]
    assert read(facts, now=at(10)).breached_at is None
    late = read(facts, now=at(12))
    assert (late.stage, late.breached_at, late.breaches_at, late.due_at) == (
        Stage.RUNNING,
        at(10),
        None,
        at(10),
    )
    assert late.elapsed.time == timedelta(hours=3)


def test_a_met_target_does_not_move_any_more():
    facts = [started(at(9), minutes(60)), stopped(at(9.5))]
    met = read(facts)
    assert (met.stage, met.due_at, met.breaches_at) == (Stage.MET, None, None)
    assert met == read(facts, now=at(16, day=300))


def test_cancelling_ends_a_clock_without_a_verdict():
    reading = read([started(at(9), minutes(60)), cancelled(at(12))])
    assert (reading.stage, reading.due_at, reading.stopped_at) == (Stage.CANCELLED, None, at(12))


def test_a_working_day_is_the_same_whatever_its_length():
    reading = read([started(at(12, day=24), days(4), changing)])  # Thursday 26 March, 3.5 h of 8.5 h gone
    # Friday is a whole day. From Monday the days have 4 h; Wednesday is closed.
    seven_seventeenths = timedelta(microseconds=4 * 3_600_000_000 * 7 // 17)
    assert reading.due_at == datetime(2026, 4, 2, 9, tzinfo=UTC) + seven_seventeenths


# Pauses


def test_a_paused_clock_is_not_due():
    reading = read([started(at(9), minutes(60)), paused(at(9.5))])
    assert (reading.stage, reading.paused_because) == (Stage.PAUSED, "awaiting requester")
    assert reading.due_at is reading.breaches_at is None


def test_a_resumed_clock_has_what_was_left():
    reading = read([started(at(9), minutes(60)), paused(at(9.5)), resumed(at(14))])
    assert reading.due_at == at(14.5)
    assert (reading.elapsed.time, reading.paused.time) == (timedelta(minutes=30), timedelta(hours=4.5))


def test_paused_time_counts_only_while_open():
    reading = read([started(at(9), minutes(60)), paused(at(16)), resumed(at(9, day=1))])
    assert reading.paused.time == timedelta(hours=1.5)


def test_the_reason_of_a_pause_can_change():
    reading = read(
        [started(at(9), minutes(60)), paused(at(9.5)), paused(at(10), "awaiting supplier")], now=at(11)
    )
    assert reading.paused_because == "awaiting supplier"
    assert reading.paused.time == timedelta(hours=1.5)


def test_a_breach_stays_one_through_a_pause():
    facts = [started(at(9), minutes(60)), paused(at(11)), resumed(at(12))]
    assert read(facts[:2]).breached_at == read(facts).breached_at == at(10)
    assert read(facts[:2]).due_at is None
    assert read(facts).due_at == at(10)


def test_a_target_used_up_at_the_moment_of_a_pause_is_breached_on_resuming():
    facts = [started(at(9), minutes(60)), paused(at(10)), resumed(at(18))]
    assert read(facts[:2]).breached_at is None
    assert (read(facts).due_at, read(facts).breaches_at) == (at(10), at(8.5, day=1))


# A change of target or calendar


def test_a_new_target_keeps_elapsed_and_paused_time():
    facts = [started(at(9), days(5)), paused(at(10)), resumed(at(11))]
    before, after = read(facts, now=at(12)), read([*facts, retargeted(at(12), minutes(240))])
    assert (after.elapsed, after.paused) == (before.elapsed, before.paused)
    assert after.due_at == at(14)


def test_what_only_the_change_makes_late_is_breached_by_the_change():
    reading = read([started(at(9), days(5)), retargeted(at(14), minutes(240))])
    assert (reading.due_at, reading.breached_at) == (at(13), at(14))


def test_a_longer_target_takes_the_breach_back():
    reading = read([started(at(9), minutes(60)), retargeted(at(14), days(5))])
    assert (reading.breached_at, reading.stage) == (None, Stage.RUNNING)
    assert reading.due_at == at(9, day=7)


def test_a_target_can_change_during_a_pause():
    facts = [started(at(9), minutes(60)), paused(at(9.5)), retargeted(at(10), minutes(90)), resumed(at(11))]
    assert read(facts[:3]).stage is Stage.PAUSED
    assert read(facts).due_at == at(12)


def test_a_new_calendar_counts_from_its_moment_and_the_past_is_not_counted_again():
    change = Fact(Happening.CALENDAR_CHANGED, at(20), calendar=shop)
    reading = read([started(at(16), minutes(180)), change], now=at(22))
    assert reading.elapsed.time == timedelta(hours=3)
    assert reading.due_at == at(22)


# Wall time, and later rounds


def test_a_needed_by_runs_day_and_night():
    meeting = Target(Unit.WALL, until=at(18.5))
    facts = [started(at(16), meeting, None)]
    assert read(facts).due_at == read(facts).breaches_at == at(18.5)
    assert read(facts, now=at(18.5)).breached_at is None
    assert read([*facts, stopped(at(18.5))]).stage is Stage.MET
    assert read([*facts, stopped(at(18.6))]).stage is Stage.MISSED
    moved = read([*facts, retargeted(at(17), Target(Unit.WALL, until=at(20)))])
    assert moved.due_at == at(20)


def test_a_later_round_starts_with_what_was_used_up():
    first = read([started(at(9), minutes(240)), stopped(at(11))])
    again = read([started(at(13), minutes(240))], carried=first.elapsed)
    assert again.due_at == at(15)
    assert again.elapsed.time == timedelta(hours=2)


def test_a_round_that_starts_past_its_target_is_breached_from_the_start():
    late = read([started(at(20), minutes(60))], carried=Elapsed(timedelta(hours=2), Fraction(4, 17)))
    assert (late.due_at, late.breached_at) == (at(20), at(20))


# The explanation


def test_every_stretch_is_explained():
    facts = [started(at(16), minutes(240)), paused(at(16.5)), resumed(at(9, 1)), stopped(at(12, 1))]
    lines = [
        (line.start, line.end, line.running, line.why, line.worked.time, line.total.time)
        for line in explain(facts, now=at(17, 9))
    ]
    half, hour = timedelta(minutes=30), timedelta(hours=1)
    assert lines == [
        (at(16), at(16.5), True, "started", half, half),
        (at(16.5), at(9, 1), False, "awaiting requester", hour, half),
        (at(9, 1), at(12, 1), True, "resumed", 3 * hour, 3.5 * hour),
    ]


def test_a_stretch_is_cut_where_new_opening_hours_take_over_and_names_closed_days():
    lines = explain([started(at(12, 24), days(9), changing)], now=at(12, 35))
    assert [line.version for line in lines] == list(changing.versions)
    assert lines[0].end == lines[1].start == datetime(2026, 3, 29, 23, tzinfo=UTC)
    assert [day.why for day in lines[1].exceptions] == [
        "Stocktaking",
        "Bank holiday: Good Friday",
        "Bank holiday: Easter Monday",
    ]


# Facts that cannot be


@pytest.mark.parametrize(
    "facts",
    [
        [],
        [paused(at(9))],
        [Fact(Happening.STARTED, at(9), calendar=office)],
        [started(at(9), minutes(60), None)],
        [started(at(9), minutes(60)), started(at(10), minutes(60))],
        [started(at(9), minutes(60)), paused(at(8))],
        [started(at(9), minutes(60)), resumed(at(10))],
        [started(at(9), minutes(60)), stopped(at(10)), paused(at(11))],
        [started(at(9), minutes(60)), cancelled(at(10)), stopped(at(11))],
        [started(at(9), minutes(60)), Fact(Happening.POLICY_CHANGED, at(10))],
        [started(at(9), Target(Unit.WALL, until=at(18)), None), paused(at(10))],
        [started(at(9), Target(Unit.WALL, until=at(18)), None), retargeted(at(10), minutes(60))],
    ],
)
def test_facts_that_cannot_have_happened_are_refused(facts):
    with pytest.raises(BadFacts):
        read(facts)


def test_a_target_that_makes_no_sense_is_refused():
    for make in (lambda: minutes(-1), lambda: Target(Unit.WALL, 60), lambda: Target(Unit.MINUTES, 60, at(9))):
        with pytest.raises(BadFacts):
            make()


# What holds for every life of a clock

TARGETS = st.one_of(st.integers(0, 6000).map(minutes), st.integers(0, 12).map(days))
GAPS = st.integers(0, 5 * 24 * 3600)


@st.composite
def lives(draw: st.DrawFn, ends: bool = True) -> list[Fact]:
    """Facts in an order that can be, over both changes of the clocks."""
    when = draw(
        st.sampled_from(
            [at(9), datetime(2026, 3, 27, 15, tzinfo=UTC), datetime(2026, 10, 23, 15, tzinfo=UTC)]
        )
    )
    facts = [started(when, draw(TARGETS), draw(st.sampled_from([office, changing, shop])))]
    is_paused = False
    for _ in range(draw(st.integers(0, 6))):
        when += timedelta(seconds=draw(GAPS))
        kind = draw(st.sampled_from(["pause", "resume", "policy", "calendar"]))
        if kind == "resume" and is_paused:
            facts.append(resumed(when))
            is_paused = False
        elif kind == "policy":
            facts.append(retargeted(when, draw(TARGETS)))
        elif kind == "calendar":
            facts.append(
                Fact(Happening.CALENDAR_CHANGED, when, calendar=draw(st.sampled_from([office, shop])))
            )
        else:
            facts.append(paused(when))
            is_paused = True
    if ends and draw(st.booleans()):
        facts.append(draw(st.sampled_from([stopped, cancelled]))(when + timedelta(seconds=draw(GAPS))))
    return facts


def without_pauses(facts: list[Fact]) -> list[Fact]:
    return [fact for fact in facts if fact.happening not in (Happening.PAUSED, Happening.RESUMED)]


@given(lives(), GAPS)
def test_pauses_never_add_and_paused_time_is_what_they_took(facts, later):
    now = facts[-1].at + timedelta(seconds=later)
    reading, gross = read(facts, now), read(without_pauses(facts), now)
    assert reading.elapsed + reading.paused == gross.elapsed
    assert timedelta(0) <= reading.elapsed.time <= gross.elapsed.time


@given(lives(), GAPS)
def test_a_change_of_target_keeps_elapsed_and_paused_time(facts, later):
    now = facts[-1].at + timedelta(seconds=later)
    constant = [fact for fact in facts if fact.happening is not Happening.POLICY_CHANGED]
    reading, plain = read(facts, now), read(constant, now)
    assert (reading.elapsed, reading.paused) == (plain.elapsed, plain.paused)


@given(lives(ends=False), st.integers(0, 40 * 24 * 3600))
def test_a_breach_is_elapsed_time_beyond_the_target_at_every_moment(facts, later):
    now = facts[-1].at + timedelta(seconds=later)
    reading = read(facts, now)
    target = reading.target
    spent = reading.elapsed.days if target.unit is Unit.WORKING_DAYS else reading.elapsed.time
    allowed = target.amount if target.unit is Unit.WORKING_DAYS else timedelta(minutes=target.amount)
    assert (reading.breached_at is not None) == (spent > allowed)
    assert reading.breached_at is None or reading.breached_at <= now


@given(lives(ends=False))
def test_what_is_foretold_comes_true(facts):
    reading = read(facts)
    if reading.breaches_at is not None:
        assert read(facts, now=reading.due_at).breached_at is None
        assert read(facts, now=reading.breaches_at).breached_at is None
        soon = read(facts, now=reading.breaches_at + timedelta(microseconds=1))
        assert (soon.breached_at, soon.due_at) == (reading.breaches_at, reading.due_at)
        assert read([*facts, stopped(max(reading.due_at, facts[-1].at))]).stage is Stage.MET
    elif reading.stage is Stage.RUNNING:
        assert reading.breached_at is not None
        assert read([*facts, stopped(facts[-1].at)]).stage is Stage.MISSED


@given(lives(), GAPS)
def test_the_stretches_add_up_to_the_reading(facts, later):
    now = facts[-1].at + timedelta(seconds=later)
    reading, lines = read(facts, now), explain(facts, now)
    assert sum((line.worked for line in lines if line.running), Elapsed()) == reading.elapsed
    assert sum((line.worked for line in lines if not line.running), Elapsed()) == reading.paused
    assert not lines or lines[-1].total == reading.elapsed
    assert all(one.end == two.start for one, two in pairwise(lines))


@given(lives(), st.data())
def test_facts_out_of_order_are_refused(facts, data):
    order = data.draw(st.permutations(facts))
    if [fact.at for fact in order] == [fact.at for fact in facts]:
        return
    with pytest.raises(BadFacts):
        read(order)


@given(lives(), GAPS)
def test_reading_twice_gives_the_same(facts, later):
    now = facts[-1].at + timedelta(seconds=later)
    assert read(facts, now) == read(list(facts), now)
