"""Clinics are planned in wall time, cut into slots, and changed only while nobody counts on them."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
import sqlalchemy as sa

from ictsupport.clinics.booking import book_slot
from ictsupport.clinics.calling_off import cancel_booking
from ictsupport.clinics.clashes import HostBusy, RoomTaken
from ictsupport.clinics.models import Clinic, Slot, SlotPlace
from ictsupport.clinics.planning import (
    ChangedMeanwhile,
    ClinicInThePast,
    EndsBeforeItBegins,
    HasBookings,
    NobodyHosts,
    NoSuchTime,
    NotOnTheTick,
    NoWholeSlot,
    PlacesOutOfRange,
    change_clinic,
)
from ictsupport.clinics.series.planning import plan_series
from ictsupport.database import db
from ictsupport.journal.queries import entries_about
from ictsupport.people.scopes import Scope


def starts(clinic: Clinic) -> list[datetime]:
    return [slot.starts_at for slot in clinic.slots if slot.withdrawn_at is None]


def test_a_clinic_is_cut_into_whole_slots_with_places(make_clinic):
    clinic = make_clinic(closes=time(15, 10), places=2)
    assert [slot.wall for slot in clinic.slots] == [time(14), time(14, 20), time(14, 40)]
    assert clinic.ends_at == datetime(2026, 11, 20, 15, 0, tzinfo=UTC)
    places = sa.select(sa.func.count()).select_from(SlotPlace)
    assert db.session.scalar(places) == 6


def test_a_clinic_belongs_to_the_council_of_its_site_unless_shared(make_clinic, council):
    assert make_clinic().council == council
    shared = make_clinic(opens=time(9), closes=time(10), shared=True)
    assert shared.scope is Scope.ALL
    assert shared.council is None


def test_two_oclock_stays_two_oclock_over_the_change_of_clocks(make_clinic):
    summer = make_clinic(day=date(2027, 3, 29))
    winter = make_clinic(day=date(2027, 3, 26))
    assert summer.starts_at == datetime(2027, 3, 29, 13, 0, tzinfo=UTC)
    assert winter.starts_at == datetime(2027, 3, 26, 14, 0, tzinfo=UTC)
    assert summer.opens == winter.opens == time(14)
    assert summer.zone == "Europe/London"


def test_a_time_that_the_clocks_skip_is_refused(make_clinic):
    with pytest.raises(NoSuchTime, match="1am does not exist on Sunday 28 March 2027"):
        make_clinic(day=date(2027, 3, 28), opens=time(1), closes=time(3))
    with pytest.raises(NoSuchTime):
        make_clinic(day=date(2027, 3, 28), opens=time(0, 30), closes=time(3), slot_minutes=30)


def test_a_time_that_comes_twice_is_the_first(make_clinic):
    clinic = make_clinic(day=date(2027, 10, 31), opens=time(1, 30), closes=time(2))
    assert clinic.starts_at == datetime(2027, 10, 31, 0, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("wrong", "refusal"),
    [
        ({"closes": time(14)}, EndsBeforeItBegins),
        ({"closes": time(14, 10)}, NoWholeSlot),
        ({"opens": time(14, 3)}, NotOnTheTick),
        ({"slot_minutes": 7}, NotOnTheTick),
        ({"places": 0}, PlacesOutOfRange),
        ({"places": 51}, PlacesOutOfRange),
        ({"hosts": []}, NobodyHosts),
        ({"day": date(2026, 11, 17)}, ClinicInThePast),
    ],
)
def test_what_makes_no_sense_is_refused(make_clinic, wrong, refusal):
    with pytest.raises(refusal):
        make_clinic(**wrong)


def test_a_host_cannot_be_at_two_clinics_at_once(clinic, make_clinic):
    with pytest.raises(HostBusy, match="Harriet Stone"):
        make_clinic(room="Another room", opens=time(14, 30), closes=time(16))


def test_a_room_holds_one_clinic_at_a_time(clinic, make_clinic, agent):
    with pytest.raises(RoomTaken):
        make_clinic(hosts=[agent])
    make_clinic(hosts=[agent], opens=time(15), closes=time(16))


def test_a_series_makes_all_its_clinics_at_the_same_wall_time(make_plan, host):
    clinics = plan_series(
        make_plan(day=date(2027, 3, 19)),
        every_weeks=1,
        until=date(2027, 4, 2),
        by=host,
        horizon=date(2027, 6, 1),
    ).clinics
    assert [clinic.recurrence for clinic in clinics] == [
        "2027-03-19T14:00",
        "2027-03-26T14:00",
        "2027-04-02T14:00",
    ]
    assert [clinic.starts_at.hour for clinic in clinics] == [14, 14, 13]
    assert len({clinic.series_id for clinic in clinics}) == 1


def test_a_clinic_without_bookings_is_planned_anew_and_keeps_its_id(clinic, make_plan, host):
    kept = clinic.id
    change_clinic(clinic, make_plan(opens=time(10), closes=time(11), slot_minutes=30), by=host, version=1)
    assert clinic.id == kept
    assert clinic.version == 2
    assert [slot.wall for slot in clinic.slots] == [time(10), time(10, 30)]
    assert "opens" in entries_about(clinic)[-1].data["changes"]


def test_a_clinic_with_bookings_keeps_its_time_but_may_change_hosts(clinic, make_plan, host, agent, member):
    book_slot(clinic.slots[0], member, by=member)
    with pytest.raises(HasBookings), db.session.begin_nested():
        change_clinic(clinic, make_plan(opens=time(10), closes=time(11)), by=host)
    db.session.refresh(clinic)
    change_clinic(clinic, make_plan(hosts=[host, agent]), by=host)
    assert {person.name for person in clinic.hosts} == {"Asha Iqbal", "Harriet Stone"}


def test_slots_with_a_history_are_kept_but_no_longer_offered(clinic, make_plan, host, member):
    old = clinic.slots[0]
    cancel_booking(book_slot(old, member, by=member), by=member)
    change_clinic(clinic, make_plan(opens=time(10), closes=time(11)), by=host)
    assert db.session.get_one(Slot, old.id).withdrawn_at is not None
    assert len(starts(clinic)) == 3


def test_the_slower_of_two_planners_is_told(clinic, make_plan, host):
    change_clinic(clinic, make_plan(places=2), by=host, version=1)
    with pytest.raises(ChangedMeanwhile):
        change_clinic(clinic, make_plan(places=3), by=host, version=1)


def test_a_clinic_is_planned_only_once_at_a_time_of_its_series(make_plan, host):
    first, *_ = plan_series(make_plan(), every_weeks=2, until=date(2026, 12, 4), by=host).clinics
    with pytest.raises(sa.exc.IntegrityError), db.session.begin_nested():
        db.session.execute(
            sa.update(Clinic)
            .where(Clinic.series_id == first.series_id, Clinic.id != first.id)
            .values(recurrence=first.recurrence)
        )


def test_a_slot_ends_when_its_length_has_run(clinic):
    assert all(slot.ends_at - slot.starts_at == timedelta(minutes=20) for slot in clinic.slots)
