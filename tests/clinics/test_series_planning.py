"""Series are made of real clinics up to a horizon, each date once, in wall time, and past closed days."""

import os
import time as clocks
from datetime import UTC, date, datetime, time, timedelta

import pytest
import sqlalchemy as sa

from ictsupport import clock, jobs
from ictsupport.clinics.clashes import DayClosed, HostAway, HostBusy
from ictsupport.clinics.models import Clinic, Slot, SlotPlace
from ictsupport.clinics.planning import NothingLeftToBook, plan_clinic
from ictsupport.clinics.series.models import PassedOver, SeriesPlan
from ictsupport.clinics.series.planning import (
    DateIsPlanned,
    DatesTaken,
    NotADate,
    end_series,
    go_on,
    hold_after_all,
    make_dates,
    plan_series,
    rule_from,
    skip_date,
)
from ictsupport.database import db
from ictsupport.people.calendars import close_days
from ictsupport.people.rota.models import Absence, AbsenceKind

from ..cast import keep

FAR = date(2028, 12, 31)


def facts_of(made) -> SeriesPlan:
    return db.session.get_one(SeriesPlan, made.clinics[0].series_id)


def days(made) -> list[date]:
    return [clinic.day for clinic in made.clinics]


def test_dates_are_made_up_to_the_horizon_and_by_the_timetable_afterwards(make_plan, host):
    made = plan_series(make_plan(), every_weeks=2, by=host)
    assert len(made.clinics) == 7
    assert made.clinics[-1].day == date(2027, 2, 12)
    with clock.at(clock.now() + timedelta(weeks=4)):
        for _ in range(2):  # two workers, or the same one twice
            jobs.enqueue("clinics.make_dates", {})
        jobs.run_due("a worker")
        jobs.run_due("another")
    rows = db.session.scalars(sa.select(Clinic.day).order_by(Clinic.day)).all()
    assert rows[-2:] == [date(2027, 2, 26), date(2027, 3, 12)]
    assert len(rows) == len(set(rows)) == 9


def test_a_month_has_its_second_tuesday_and_its_last(make_plan, host):
    second = plan_series(make_plan(day=date(2026, 12, 8)), until=date(2027, 2, 28), by=host)
    assert days(second) == [date(2026, 12, 8), date(2027, 1, 12), date(2027, 2, 9)]
    assert rule_from(date(2026, 12, 29)).endswith("BYDAY=-1TU")


@pytest.mark.parametrize("server", ["UTC", "Europe/London", "America/New_York"])
def test_two_oclock_stays_two_oclock_wherever_the_server_stands(make_plan, host, server, monkeypatch):
    monkeypatch.setenv("TZ", server)
    clocks.tzset()
    try:
        made = plan_series(make_plan(), every_weeks=1, by=host, horizon=date(2027, 11, 30))
        for clinic in made.clinics:
            summer = date(2027, 3, 28) <= clinic.day < date(2027, 10, 31)
            assert (clinic.opens, clinic.zone) == (time(14), "Europe/London")
            assert clinic.starts_at == datetime.combine(clinic.day, time(13 if summer else 14), UTC)
            assert clinic.recurrence == f"{clinic.day.isoformat()}T14:00"
    finally:
        monkeypatch.undo()
        clocks.tzset()
        assert os.environ.get("TZ") != "America/New_York"


def test_a_date_on_which_its_time_does_not_exist_stops_the_series_and_a_doubled_one_is_the_first(
    make_plan, host
):
    early = {"opens": time(1, 30), "closes": time(3)}
    with pytest.raises(DatesTaken, match="does not exist"), db.session.begin_nested():
        plan_series(make_plan(day=date(2027, 3, 14), **early), every_weeks=1, by=host, horizon=FAR)
    made = plan_series(
        make_plan(day=date(2027, 10, 24), **early), every_weeks=1, by=host, horizon=date(2027, 11, 2)
    )
    assert made.clinics[1].starts_at == datetime(2027, 10, 31, 0, 30, tzinfo=UTC)


def test_closed_days_are_passed_over_and_may_be_held_with_a_reason(
    make_plan, host, manager, calendars, council
):
    close_days(calendars["service"], date(2026, 12, 28), date(2027, 1, 2), "Between the years", by=manager)
    made = plan_series(make_plan(), every_weeks=1, until=date(2027, 1, 15), by=host)
    over = [day for day, _ in made.passed_over]
    assert date(2026, 12, 25) in over
    assert not set(over) & set(days(made))
    facts = facts_of(made)
    with pytest.raises(DayClosed), db.session.begin_nested():
        hold_after_all(facts, "2026-12-25T14:00", reason="Members asked for it", by=host)
    clinic = hold_after_all(facts, "2026-12-25T14:00", reason="Members asked for it", by=manager)
    assert clinic is not None
    assert clinic.despite == "Members asked for it"
    assert make_dates(facts).clinics == []


def test_hosts_rooms_and_absences_stand_in_the_way_of_a_series(make_plan, host, agent):
    plan_clinic(make_plan(day=date(2026, 12, 4)), by=host)
    with pytest.raises(DatesTaken, match="4 December 2026"), db.session.begin_nested():
        plan_series(make_plan(), every_weeks=1, by=host)
    with pytest.raises(HostBusy):
        plan_clinic(make_plan(day=date(2026, 12, 4), room="Annexe"), by=agent)
    despite = make_plan(day=date(2026, 12, 4), room="Annexe", despite="Two at once, next door")
    assert plan_clinic(despite, by=agent).despite == "Two at once, next door"
    away = {"starts_at": datetime(2026, 12, 10, tzinfo=UTC), "ends_at": datetime(2026, 12, 12, tzinfo=UTC)}
    keep(Absence(person=host, kind=AbsenceKind.LEAVE, **away))
    with pytest.raises(HostAway, match="Harriet Stone is away"):
        plan_clinic(make_plan(day=date(2026, 12, 11)), by=host)
    plan_clinic(make_plan(day=date(2026, 12, 11), hosts=[host, agent]), by=host)


def test_what_the_timetable_meets_is_passed_over_and_said(make_plan, make_clinic, host, agent):
    made = plan_series(make_plan(), every_weeks=1, by=host)
    facts = facts_of(made)
    make_clinic(day=date(2027, 2, 19), hosts=[agent])
    more = make_dates(facts, horizon=date(2027, 3, 1))
    assert [day for day, _ in more.passed_over] == [date(2027, 2, 19)]
    assert "already a clinic in Committee room 2" in more.passed_over[0][1]
    assert days(more) == [date(2027, 2, 26)]


def test_a_date_to_come_is_skipped_and_a_planned_one_is_called_off_instead(make_plan, host):
    facts = facts_of(plan_series(make_plan(), every_weeks=1, by=host))
    skip_date(facts, date(2027, 3, 5), reason="The room is painted", by=host)
    made = make_dates(facts, horizon=date(2027, 3, 12))
    assert days(made) == [date(2027, 2, 19), date(2027, 2, 26), date(2027, 3, 12)]
    with pytest.raises(DateIsPlanned):
        skip_date(facts, date(2027, 3, 12), reason="No", by=host)
    with pytest.raises(NotADate):
        skip_date(facts, date(2027, 3, 18), reason="A Thursday", by=host)


def test_a_series_ends_and_goes_on(make_plan, host):
    facts = facts_of(plan_series(make_plan(), every_weeks=1, by=host))
    end_series(facts, by=host)
    assert make_dates(facts, horizon=FAR).clinics == []
    with clock.at(clock.now() + timedelta(weeks=1)):
        assert days(go_on(facts, by=host)) == [date(2027, 2, 19)]


def test_buffers_drop_in_and_the_opening_of_booking_are_the_plans(make_plan, host):
    made = plan_series(
        make_plan(buffer_minutes=10, places=3, drop_in=1, book_from_days=14), every_weeks=1, by=host
    )
    clinic = made.clinics[3]
    assert [slot.wall for slot in clinic.slots] == [time(14), time(14, 30)]
    assert clinic.drop_in == 1
    assert clinic.bookable_from == datetime(2026, 11, 27, 9, tzinfo=UTC)
    with pytest.raises(NothingLeftToBook):
        plan_clinic(make_plan(day=date(2027, 5, 4), drop_in=1), by=host)


def test_two_years_are_made_and_the_database_is_asked_as_little_as_for_one_date(
    make_plan, host, count_queries
):
    with count_queries() as asked:
        began = clocks.perf_counter()
        made = plan_series(make_plan(places=6), every_weeks=1, by=host, horizon=date(2028, 11, 17))
        db.session.flush()
        took = clocks.perf_counter() - began
    assert len(made.clinics) == 105
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Slot)) == 315
    assert db.session.scalar(sa.select(sa.func.count()).select_from(SlotPlace)) == 1890
    assert db.session.scalar(sa.select(sa.func.count()).select_from(PassedOver)) == 0
    assert len([each for each in asked if each.startswith("SELECT")]) <= 12
    assert took < 5  # it takes a fifth of a second where nobody else works
