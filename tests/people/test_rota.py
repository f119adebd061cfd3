"""When those of the desk work: absences, hours, and whether somebody is here."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from ictsupport import clock
from ictsupport.journal.queries import entries_about
from ictsupport.people.calendars import calendar_for
from ictsupport.people.models import Role
from ictsupport.people.rota.absences import (
    AwayAlready,
    EndsBeforeItStarts,
    NotYours,
    OverAlready,
    absences_of,
    call_off,
    enter_absence,
)
from ictsupport.people.rota.models import AbsenceKind
from ictsupport.people.rota.patterns import NotHours, NotManaged, PatternInThePast, pattern_of, set_pattern
from ictsupport.people.rota.presence import Hours, presence

from ..conftest import NOW

LONDON = ZoneInfo("Europe/London")
DAY = timedelta(days=1)


def here(when, *, patterns=(), absences=()):
    return presence(Hours(patterns, absences), calendar_for(None), when, LONDON)


def test_one_enters_ones_own_absence_and_the_journal_knows(agent):
    absence = enter_absence(agent, NOW + DAY, NOW + 2 * DAY, AbsenceKind.LEAVE, by=agent)
    assert absences_of(agent) == [absence]
    assert [entry.kind for entry in entries_about(absence)] == ["people.AbsenceEntered"]


def test_a_manager_enters_it_for_somebody_who_rang_in_ill(agent, manager):
    assert enter_absence(agent, NOW, NOW + DAY, AbsenceKind.AWAY, by=manager).has_begun


def test_nobody_enters_it_for_a_colleague(agent, manager, make_person, council):
    colleague = make_person("Ben Colley", council, roles=(Role.AGENT,))
    with pytest.raises(NotYours):
        enter_absence(agent, NOW, NOW + DAY, AbsenceKind.AWAY, by=colleague)


def test_two_absences_never_overlap(agent):
    enter_absence(agent, NOW, NOW + DAY, AbsenceKind.LEAVE, by=agent)
    with pytest.raises(AwayAlready):
        enter_absence(agent, NOW + DAY / 2, NOW + 2 * DAY, AbsenceKind.TRAINING, by=agent)
    enter_absence(agent, NOW + DAY, NOW + 2 * DAY, AbsenceKind.TRAINING, by=agent)


def test_the_end_comes_after_the_beginning_and_is_still_to_come(agent):
    with pytest.raises(EndsBeforeItStarts):
        enter_absence(agent, NOW + DAY, NOW, AbsenceKind.LEAVE, by=agent)
    with pytest.raises(OverAlready):
        enter_absence(agent, NOW - 2 * DAY, NOW - DAY, AbsenceKind.LEAVE, by=agent)


def test_called_off_it_counts_no_more(agent):
    absence = enter_absence(agent, NOW, NOW + DAY, AbsenceKind.LEAVE, by=agent)
    call_off(absence, by=agent)
    call_off(absence, by=agent)
    assert absences_of(agent) == []
    enter_absence(agent, NOW, NOW + DAY, AbsenceKind.TRAINING, by=agent)


def test_hours_count_from_a_day_on(agent, manager):
    today = NOW.date()
    first = set_pattern(agent, {0: "09:00-13:00"}, effective_from=today, by=manager)
    later = set_pattern(agent, {0: "13:00-17:00"}, effective_from=today + 7 * DAY, by=manager)
    assert pattern_of(agent, today) is first
    assert pattern_of(agent, today + 8 * DAY) is later
    again = set_pattern(agent, {1: "09:00-13:00"}, effective_from=today, by=manager)
    assert again is first
    assert first.week == {"1": [["09:00", "13:00"]]}


def test_what_are_no_hours_is_refused_in_words(agent, manager):
    with pytest.raises(NotHours, match=r"Tuesday: .*ends before it starts"):
        set_pattern(agent, {1: "17:00-09:00"}, effective_from=NOW.date(), by=manager)
    with pytest.raises(PatternInThePast):
        set_pattern(agent, {}, effective_from=NOW.date() - DAY, by=manager)
    with pytest.raises(NotManaged):
        set_pattern(agent, {}, effective_from=NOW.date(), by=agent)


def test_a_manager_of_one_council_runs_no_rota_of_those_who_serve_all(agent, make_person, council):
    from ictsupport.people.models import Grant
    from ictsupport.people.scopes import scoped_to

    lesser = make_person("Lee Small", council)
    lesser.grants.append(Grant(role=Role.MANAGER, **scoped_to(council)))
    with pytest.raises(NotManaged):
        set_pattern(agent, {}, effective_from=NOW.date(), by=lesser)


def test_without_hours_of_their_own_somebody_works_the_service_s(calendars):
    assert here(NOW) == presence(Hours(), calendar_for(None), NOW, LONDON)
    assert here(NOW).is_here
    assert here(NOW).until == datetime(2026, 11, 18, 17, tzinfo=UTC)
    evening = here(datetime(2026, 11, 18, 19, tzinfo=UTC))
    assert not evening.is_here
    assert evening.until == datetime(2026, 11, 19, 8, 30, tzinfo=UTC)


def test_nobody_is_here_on_a_bank_holiday_or_when_the_service_is_closed(calendars):
    week = {str(day): [["08:00", "20:00"]] for day in range(7)}
    for day in (datetime(2026, 12, 25, 11, tzinfo=UTC), datetime(2026, 12, 29, 11, tzinfo=UTC)):
        assert not here(day, patterns=[(date(2020, 1, 1), week)]).is_here


def test_hours_of_ones_own_are_wall_time_on_both_sides_of_the_clocks_going_back(calendars):
    week = {"4": [["09:00", "12:00"]], "0": [["09:00", "12:00"]]}
    friday = datetime(2026, 10, 23, 8, 30, tzinfo=UTC)  # 9:30am in summer time
    monday = datetime(2026, 10, 26, 9, 30, tzinfo=UTC)  # 9:30am in winter time
    assert here(friday, patterns=[(date(2020, 1, 1), week)]).is_here
    assert here(monday, patterns=[(date(2020, 1, 1), week)]).is_here
    assert not here(monday - timedelta(hours=1), patterns=[(date(2020, 1, 1), week)]).is_here


def test_an_absence_ends_presence_and_says_when_they_are_back(calendars):
    friday_night = datetime(2026, 11, 21, 0, tzinfo=UTC)
    away = here(NOW, absences=[(NOW - DAY, friday_night)])
    assert away.is_absent
    assert away.until == datetime(2026, 11, 23, 8, 30, tzinfo=UTC)  # the Monday after
    soon = here(NOW, absences=[(NOW + timedelta(hours=2), friday_night)])
    assert soon.until == NOW + timedelta(hours=2)


def test_the_clock_of_the_tests_counts(agent):
    absence = enter_absence(agent, NOW + DAY, NOW + 2 * DAY, AbsenceKind.LEAVE, by=agent)
    with clock.at(NOW + 3 * DAY):
        assert absence.is_over
        assert absences_of(agent) == []
