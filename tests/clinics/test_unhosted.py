"""A clinic whose hosts are all away is closed to booking until somebody is there, or says that it is held all the same."""

from dataclasses import replace
from datetime import UTC, date, datetime, time

import pytest
import sqlalchemy as sa

from ictsupport import clock, jobs
from ictsupport.clinics.booking import NobodyThere, book_slot, move_booking
from ictsupport.clinics.calling_off import call_off_clinic, cancel_booking
from ictsupport.clinics.clashes import HostAway
from ictsupport.clinics.models import BookingState, Clinic
from ictsupport.clinics.planning import plan_clinic
from ictsupport.clinics.queries import free_times, next_clinics, next_free_slot
from ictsupport.clinics.series.changing import Which, change_dates, plan_as_it_is
from ictsupport.clinics.waiting.joining import join
from ictsupport.clinics.waiting.models import WaitingState
from ictsupport.clinics.waiting.replacing import plan_replacing
from ictsupport.database import db
from ictsupport.journal.models import Entry
from ictsupport.people.models import Person, Role
from ictsupport.people.rota.absences import call_off, enter_absence
from ictsupport.people.rota.models import Absence, AbsenceKind

DAY = {"starts_at": datetime(2026, 11, 20, tzinfo=UTC), "ends_at": datetime(2026, 11, 21, tzinfo=UTC)}
MORNING = {
    "starts_at": datetime(2026, 11, 20, 8, tzinfo=UTC),
    "ends_at": datetime(2026, 11, 20, 14, tzinfo=UTC),
}
AFTERNOON = {
    "starts_at": datetime(2026, 11, 20, 14, 30, tzinfo=UTC),
    "ends_at": datetime(2026, 11, 20, 17, tzinfo=UTC),
}


@pytest.fixture(autouse=True)
def days_before(calendars):
    with clock.at(datetime(2026, 11, 18, 10, tzinfo=UTC)):
        yield


@pytest.fixture
def host(make_person, council):
    """Of the desk, whose absences are entered."""
    return make_person("Harriet Stone", council, roles=(Role.AGENT,))


@pytest.fixture
def other(make_person, council):
    return make_person("Howard Lane", council, roles=(Role.AGENT,))


@pytest.fixture
def another(make_person, council):
    return make_person("Cllr Another", council, ward="Mill")


def away(person: Person, **when):
    return enter_absence(person, kind=AbsenceKind.LEAVE, by=person, **(when or DAY))


def change(clinic: Clinic, by: Person, **more):
    return change_dates(clinic, replace(plan_as_it_is(clinic), **more), Which.THIS, by=by)


def is_open(clinic: Clinic, person: Person) -> bool:
    """Whether the person is shown its times; every list agrees."""
    listed = [bool(offer.times) for offer in next_clinics(person) if offer.clinic.id == clinic.id] == [True]
    assert listed is bool(free_times(clinic, person)) is (next_free_slot(person) is not None)
    return listed


def told() -> list[str]:
    kinds = db.session.scalars(
        sa.select(Entry.kind).where(Entry.kind.like("clinics.Places%")).order_by(Entry.id)
    )
    return [kind.removeprefix("clinics.") for kind in kinds]


def test_an_absence_closes_the_places_and_its_end_opens_them(clinic, host, member, another):
    assert away(host, **MORNING)  # until the minute at which the clinic begins
    assert is_open(clinic, member)
    booking = book_slot(clinic.slots[0], member, by=member)
    absence = away(host, **AFTERNOON)
    assert not is_open(clinic, another)
    with pytest.raises(NobodyThere, match="Choose another time"):
        book_slot(clinic.slots[1], another, by=another)
    with pytest.raises(NobodyThere), db.session.begin_nested():
        move_booking(booking, clinic.slots[1], by=member)
    assert booking.state is BookingState.CONFIRMED
    assert book_slot(clinic.slots[2], another, by=host).slot_id == clinic.slots[2].id
    clinic.unhosted = False  # as if others had stood in the way, and a job had to do it
    for _ in range(2):
        jobs.enqueue("clinics.hosts_away", {"absence": absence.id})
    jobs.run_due("a worker")
    assert not is_open(clinic, another)
    call_off(absence, by=host)
    assert is_open(clinic, member)
    assert told() == ["PlacesClosed", "PlacesClosed", "PlacesOpened"]


def test_half_the_hosts_keep_it_open_and_another_host_opens_it(
    make_clinic, host, other, member, make_person, council
):
    clinic = make_clinic(hosts=[host, other])
    away(host)
    assert is_open(clinic, member)
    with pytest.raises(HostAway), db.session.begin_nested():
        change(clinic, host, hosts=[host])
    db.session.expire_all()
    away(other)
    assert not is_open(clinic, member)
    change(clinic, host, topics=[])
    assert not is_open(clinic, member)
    third = make_person("Hilda Moss", council, roles=(Role.CLINIC_HOST,))
    change(clinic, host, hosts=[host, third])
    assert is_open(clinic, member)


def test_held_all_the_same_it_stays_open_until_a_new_absence(
    make_clinic, make_plan, host, other, member, manager
):
    first = away(host)
    planned = plan_clinic(make_plan(despite="A colleague stands in"), by=manager)
    assert is_open(planned, member)
    call_off(first, by=host)
    away(host)
    assert not is_open(planned, member)
    change(planned, manager, despite="The colleague still does")
    assert is_open(planned, member)
    change(planned, manager, topics=[])
    assert is_open(planned, member)
    change(planned, manager, hosts=[other])
    assert is_open(planned, member)


def test_nobody_is_offered_a_place_at_it_until_it_opens(
    make_clinic, host, member, another, make_person, council
):
    clinic = make_clinic(closes=time(14, 20))
    booking = book_slot(clinic.slots[0], member, by=member)
    entry = join([clinic], another, by=another)
    absence = away(host)
    cancel_booking(booking, by=member)
    assert entry.state is WaitingState.WAITING
    late = make_person("Cllr Late", council, ward="Mill")
    with pytest.raises(NobodyThere), db.session.begin_nested():
        join([clinic], late, by=late)
    call_off(absence, by=host)
    assert entry.state is WaitingState.OFFERED


def test_nobody_is_placed_there_when_another_is_called_off(make_clinic, host, other, member, manager):
    off = make_clinic(hosts=[other], room="Annexe")
    book_slot(off.slots[0], member, by=member)
    closed = make_clinic(day=date(2026, 11, 27))
    away(host, starts_at=datetime(2026, 11, 26, tzinfo=UTC), ends_at=datetime(2026, 11, 28, tzinfo=UTC))
    assert closed.unhosted
    call_off_clinic(off, reason="No heating", by=manager)
    assert [plan.clinic for plan in plan_replacing(off)] == [None]


def test_its_hosts_and_managers_see_why_and_what_to_do_and_members_the_next_best(
    make_clinic, host, other, member, another, manager, browser
):
    clinic = make_clinic()
    instead = make_clinic(hosts=[other], room="Annexe", opens=time(16), closes=time(16, 20))
    book_slot(clinic.slots[0], another, by=another)
    form = f"/clinics/slots/{clinic.slots[1].id}/booking"
    reader, runner, boss = browser(member), browser(host), browser(manager)
    typed = {"topic": clinic.topics[0].id, "details": "My papers do not open"}
    assert reader.get(form).status_code == 200
    away(host)
    answer = reader.post(form, data=typed)
    assert answer.status_code == 409
    for part in (
        "Whoever holds that clinic is away",
        "My papers do not open",
        f"/clinics/slots/{instead.slots[0].id}/",
    ):
        assert part in answer.text
    assert "This time cannot be booked" in reader.get(form).text
    assert "Whoever holds that clinic is away" in reader.get(f"/clinics/{clinic.id}/waiting").text
    assert form not in reader.get("/clinics").text
    assert "Harriet Stone is away" not in reader.get(f"/clinics/{clinic.id}").text
    for person in (runner, boss):
        page = person.get(f"/clinics/{clinic.id}").text
        for part in (
            "Its places are closed: Harriet Stone is away.",
            "1 person has booked",
            "/plan",
            "/calling-off",
        ):
            assert part in page
        for address in ("/clinics/hosting", f"/clinics/planner?on={clinic.day}"):
            assert "Places closed" in person.get(address).text
    assert "Why is it held all the same?" in boss.get(f"/clinics/{clinic.id}/plan").text


def test_a_host_who_is_nothing_else_enters_an_absence_and_reads_what_it_leaves_undone(
    make_clinic, make_person, council, host, browser, manager, count_queries
):
    only_host = make_person("Hattie Moss", council, roles=(Role.CLINIC_HOST,))
    alone, shared = (
        make_clinic(hosts=[only_host]),
        make_clinic(hosts=[only_host, host], opens=time(10), closes=time(11)),
    )
    visitor = browser(only_host)
    assert 'href="/absences"' in visitor.get("/clinics/hosting").text
    form = visitor.get("/absences/new").text
    assert "open work" not in form
    days = {f"{end}_day-{part}": n for end in ("first", "last") for part, n in
            (("day", "20"), ("month", "11"), ("year", "2026"))}  # fmt: skip
    assert visitor.post("/absences/new", data={"kind": "leave", **days}).location == "/absences"
    with count_queries() as queries:
        page = visitor.get("/absences").text
    assert len(queries) <= 8, queries
    assert "1 thing to see to" in page
    assert page.count("Nobody is there to host the clinic on Friday 20 November 2026, 2pm to 3pm") == 1
    assert f'href="/clinics/{alone.id}"' in page
    assert f'href="/clinics/{shared.id}"' not in page
    theirs = away(host)
    assert f'href="/clinics/{shared.id}"' in visitor.get("/absences").text
    assert f'href="/clinics/{shared.id}"' in browser(manager).get(f"/team/{host.id}").text
    own = db.session.scalar(sa.select(Absence).where(Absence.person_id == only_host.id))
    assert visitor.post(f"/absences/{theirs.id}/end").status_code == 404
    assert visitor.post(f"/absences/{own.id}/end").status_code == 303
    assert db.session.get_one(Clinic, alone.id).unhosted is False
