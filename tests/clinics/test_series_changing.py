"""This date, this and the following, or all: clinics and bookings keep their identity, and each person is told once."""

from dataclasses import replace
from datetime import UTC, date, datetime, time

import pytest
import sqlalchemy as sa

from ictsupport.clinics.booking import book_slot
from ictsupport.clinics.calling_off import call_off_clinic, cancel_booking
from ictsupport.clinics.models import BookedTick, Booking, Clinic, SlotPlace
from ictsupport.clinics.planning import ChangedMeanwhile, CutOffs
from ictsupport.clinics.series.changing import (
    DatesInTheWay,
    NotInASeries,
    Which,
    change_dates,
    plan_as_it_is,
    rehearse,
)
from ictsupport.clinics.series.models import SeriesPlan
from ictsupport.clinics.series.moving import BookedElsewhere, PeopleLeftOver
from ictsupport.clinics.series.planning import Followed, go_on, make_dates, plan_series, skip_date
from ictsupport.clinics.waiting.joining import join
from ictsupport.clinics.waiting.models import WaitingEntry
from ictsupport.database import db
from ictsupport.mail import Outgoing
from ictsupport.people.models import Person, Term

from ..cast import keep


@pytest.fixture
def series(make_plan, host) -> list[Clinic]:
    """Fridays at 2pm from 20 November to 18 December."""
    return plan_series(make_plan(), every_weeks=1, until=date(2026, 12, 18), by=host).clinics


@pytest.fixture
def booked(series, member, rival) -> list[Booking]:
    """One in the second week, one in the fourth."""
    return [
        book_slot(series[1].slots[1], member, by=member),
        book_slot(series[3].slots[0], rival, by=rival),
    ]


def changed(clinic: Clinic, **more):
    return replace(plan_as_it_is(clinic), bookable_from=None, **more)


def mails() -> list[str]:
    return list(db.session.scalars(sa.select(Outgoing.subject).order_by(Outgoing.id)))


def test_one_date_moves_with_those_who_booked(series, booked, member, host):
    clinic, slot = series[1], booked[0].slot_id
    before = len(mails())
    result = change_dates(
        clinic, changed(clinic, day=date(2026, 11, 26), opens=time(10), closes=time(11)), Which.THIS, by=host
    )
    assert [each.name for each in result.told] == [member.name]
    booking = db.session.get_one(Booking, booked[0].id)
    assert (booking.slot_id, booking.sequence) == (slot, 1)
    assert booking.slot.starts_at == datetime(2026, 11, 26, 10, 20, tzinfo=UTC)
    assert mails()[before:] == ["Your iPad clinic has moved to 26 November 2026 at 10:20am"]
    assert clinic.recurrence == "2026-11-27T14:00"
    ticks = db.session.scalars(sa.select(BookedTick.tick).where(BookedTick.booking_id == booking.id)).all()
    assert sorted(ticks) == booking.slot.ticks
    assert series[2].starts_at == datetime(2026, 12, 4, 14, tzinfo=UTC)


def test_following_ends_the_old_series_and_hands_the_rows_over(series, booked, host, rival):
    old, ids, uid = series[0].series_id, [each.id for each in series], booked[1].uid
    result = change_dates(
        series[2], changed(series[2], opens=time(15), closes=time(16)), Which.FOLLOWING, by=host
    )
    assert [each.name for each in result.told] == [rival.name]
    rows = db.session.scalars(sa.select(Clinic).order_by(Clinic.id)).all()
    assert [row.id for row in rows] == ids
    assert [row.starts_at.hour for row in rows] == [14, 14, 15, 15, 15]
    new = db.session.get_one(SeriesPlan, rows[2].series_id)
    assert new.follows_id == old
    assert [row.series_id == old for row in rows] == [True, True, False, False, False]
    assert rows[4].recurrence == "2026-12-18T15:00"
    assert db.session.get_one(SeriesPlan, old).ends_on == date(2026, 12, 3)
    assert new.ends_on == date(2026, 12, 18)
    assert (booked[1].uid, booked[1].sequence, booked[0].sequence) == (uid, 1, 0)
    assert make_dates(new).clinics == []
    assert make_dates(db.session.get_one(SeriesPlan, old)).clinics == []
    with pytest.raises(Followed):
        go_on(db.session.get_one(SeriesPlan, old), by=host)


def test_all_to_come_move_to_another_weekday(series, booked, host):
    before = len(mails())
    change_dates(series[0], changed(series[0], day=date(2026, 11, 19)), Which.ALL, by=host)
    assert [row.day.weekday() for row in series] == [3] * 5
    assert len(mails()) - before == 2
    assert db.session.get_one(SeriesPlan, series[0].series_id).rhythm == "every week on Thursday"


def test_only_what_was_changed_goes_to_the_others_and_a_date_moved_by_itself_keeps_its_time(
    series, host, agent
):
    change_dates(series[2], changed(series[2], opens=time(9), closes=time(10)), Which.THIS, by=host)
    change_dates(series[3], changed(series[3], room="Annexe"), Which.THIS, by=host)
    result = change_dates(
        series[0],
        changed(series[0], opens=time(16), closes=time(17), hosts=[host, agent]),
        Which.ALL,
        by=host,
    )
    assert [row.opens.hour for row in series] == [16, 16, 9, 16, 16]
    assert [row.room for row in series][3] == "Annexe"
    assert all(len(row.hosts) == 2 for row in series)
    assert result.kept_their_time == ["Friday 4 December 2026"]


def test_hosts_of_all_change_without_a_new_series_and_without_a_letter(series, booked, host, agent):
    before = len(mails())
    result = change_dates(series[1], changed(series[1], hosts=[agent]), Which.ALL, by=host)
    assert result.told == []
    assert len(mails()) == before
    facts = db.session.get_one(SeriesPlan, series[0].series_id)
    assert [each.name for each in facts.hosts] == [agent.name]
    assert len(db.session.scalars(sa.select(SeriesPlan)).all()) == 1


def test_a_rehearsal_names_who_is_affected_and_changes_nothing(series, booked, member, rival, host):
    book_slot(series[4].slots[1], member, by=member)
    before = len(mails())
    plan = changed(series[0], opens=time(15), closes=time(16))
    trial = rehearse(lambda: change_dates(series[0], plan, Which.ALL, by=host))
    assert sorted(each.name for each in trial.told) == sorted([member.name, member.name, rival.name])
    assert trial.people == 2
    assert len(trial.dates) == 5
    assert len(mails()) == before
    assert [row.starts_at.hour for row in series] == [14] * 5
    assert [each.sequence for each in booked] == [0, 0]
    assert len(db.session.scalars(sa.select(SeriesPlan)).all()) == 1


def test_nobody_is_left_without_a_place(series, booked, member, host):
    shorter = changed(series[1], closes=time(14, 20))
    with pytest.raises(PeopleLeftOver, match=member.name), db.session.begin_nested():
        change_dates(series[1], shorter, Which.THIS, by=host)
    cancel_booking(booked[0], by=member)
    change_dates(series[1], shorter, Which.THIS, by=host)
    assert len([slot for slot in series[1].slots if slot.withdrawn_at is None]) == 1


def test_fewer_places_seat_everybody_or_nobody(make_plan, host, member, rival):
    clinic = plan_series(make_plan(places=3), every_weeks=1, by=host).clinics[0]
    first = book_slot(clinic.slots[0], member, by=member)
    second = book_slot(clinic.slots[0], rival, by=rival)
    cancel_booking(first, by=member)
    change_dates(clinic, changed(clinic, places=1), Which.THIS, by=host)
    assert second.place == 1
    assert second.sequence == 0
    count = sa.select(sa.func.count()).where(SlotPlace.slot_id.in_([slot.id for slot in clinic.slots]))
    assert db.session.scalar(count) == 3


def test_nobody_is_moved_onto_another_booking_of_theirs(series, booked, make_clinic, member, agent, host):
    other = make_clinic(day=date(2026, 11, 27), opens=time(15), closes=time(16), hosts=[agent], room="Annexe")
    book_slot(other.slots[1], member, by=member)
    with pytest.raises(BookedElsewhere, match=member.name):
        change_dates(series[1], changed(series[1], opens=time(15), closes=time(16)), Which.ALL, by=host)


def test_dates_in_the_way_stop_the_whole_change(series, make_clinic, host):
    make_clinic(day=date(2026, 12, 11), opens=time(15), closes=time(16), room="Annexe")
    with pytest.raises(DatesInTheWay, match="11 December"):
        change_dates(series[0], changed(series[0], opens=time(15), closes=time(16)), Which.ALL, by=host)


def test_called_off_and_skipped_dates_go_along_and_stay_as_they_are(series, host):
    call_off_clinic(series[3], reason="The host is ill", by=host)
    facts = db.session.get_one(SeriesPlan, series[0].series_id)
    facts.ends_on = None
    skip_date(facts, date(2027, 3, 5), reason="The room is painted", by=host)
    change_dates(series[2], changed(series[2], opens=time(15), closes=time(16)), Which.FOLLOWING, by=host)
    assert series[3].series_id == series[2].series_id
    assert series[3].is_called_off
    new = db.session.get_one(SeriesPlan, series[2].series_id)
    made = make_dates(new, horizon=date(2027, 3, 12))
    assert date(2027, 3, 5) not in [clinic.day for clinic in made.clinics]


def test_the_slower_of_two_is_told_and_one_clinic_has_no_others(series, make_clinic, host):
    clinic = make_clinic(day=date(2026, 11, 24))
    with pytest.raises(ChangedMeanwhile):
        change_dates(series[0], changed(series[0], room="B"), Which.ALL, by=host, version=7)
    with pytest.raises(NotInASeries):
        change_dates(clinic, changed(clinic, room="B"), Which.ALL, by=host)


@pytest.fixture
def offered(calendars, council, series, member, rival) -> WaitingEntry:
    """In the second week the last place came free on Wednesday 10am, and is held for the member until 2pm."""
    for slot in series[1].slots:
        person = keep(Person(name=f"Cllr {slot.id}", sort_name=str(slot.id), email=f"c{slot.id}@x.example"))
        keep(Term(person=person, council=council, ward="Mill", starts_on=date(2023, 5, 8)))
        taken = book_slot(slot, person, by=person)
    entry = join([series[1]], member, by=member)
    cancel_booking(taken, by=taken.person)
    return entry


def test_an_offer_of_a_time_that_moves_ends_when_booking_of_the_new_time_does(
    series, offered, member, host, make_person, council
):
    clinic, before = series[1], len(mails())
    assert offered.booking.offered_until == datetime(2026, 11, 18, 14, tzinfo=UTC)
    sooner = changed(clinic, day=date(2026, 11, 18), opens=time(12), closes=time(13))
    waiting = make_person("Cllr Next In Line", council, ward="Mill")
    join([clinic], waiting, by=waiting)
    result = change_dates(clinic, sooner, Which.THIS, by=host)
    assert [each.name for each in result.told if each.offered] == [member.name]
    assert result.waiting == 1
    assert "The iPad clinic you wait for is on 18 November 2026 at 12 midday now" in mails()
    assert offered.booking.slot.starts_at == datetime(2026, 11, 18, 12, 40, tzinfo=UTC)
    assert offered.booking.offered_until == datetime(2026, 11, 18, 11, 40, tzinfo=UTC)
    theirs = sa.select(Outgoing).where(Outgoing.to_id == member.id).order_by(Outgoing.id.desc())
    letter = db.session.scalars(theirs.limit(1)).one()
    assert (letter.subject, letter.calendar) == (
        "The time held for you has moved to 18 November 2026 at 12:40pm",
        None,
    )
    assert "until 11:40am today" in letter.text
    assert len(mails()) == before + 5  # one for each, and none of them twice; two for whoever joined the list
    change_dates(clinic, changed(clinic, day=date(2026, 11, 27)), Which.THIS, by=host)
    assert offered.booking.offered_until == datetime(2026, 11, 18, 14, tzinfo=UTC)


def test_an_offer_ends_sooner_where_booking_is_to_close_sooner(series, offered, host):
    clinic = series[1]
    cut_offs = CutOffs(book=9 * 24 * 60 + 120, move=60, cancel=0)  # nine days and two hours before
    change_dates(clinic, changed(clinic, cut_offs=cut_offs), Which.THIS, by=host)
    assert offered.booking.offered_until == datetime(2026, 11, 18, 12, 40, tzinfo=UTC)
