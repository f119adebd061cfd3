"""After an election: places are kept for the new members until a day, and several of them are booked in one go."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
import sqlalchemy as sa

from ictsupport import clock, jobs
from ictsupport.clinics.booking import SlotFull, book_slot
from ictsupport.clinics.calling_off import cancel_booking
from ictsupport.clinics.cohorts.keeping import (
    KeptUntilThePast,
    TooManyKept,
    keep_no_longer,
    keep_places_for,
)
from ictsupport.clinics.cohorts.together import book_together, cohorts_for
from ictsupport.clinics.models import Booking, Clinic
from ictsupport.clinics.queries import free_times, next_clinics, next_free_slot
from ictsupport.clinics.series.planning import plan_series
from ictsupport.clinics.waiting.joining import StillFree, join
from ictsupport.clinics.waiting.models import WaitingState
from ictsupport.clinics.waiting.offering import keep_waiting_lists
from ictsupport.database import db
from ictsupport.people.models import Grant, Role
from ictsupport.people.scopes import scoped_to

UNTIL = date(2026, 11, 19)


@pytest.fixture
def new_members(make_person, council):
    """Five who were elected in 2026."""
    people = [make_person(f"Cllr New {name}", council, ward=f"Ward {name}") for name in "ABCDE"]
    for person in people:
        person.terms[0].cohort = 2026
    db.session.flush()
    return people


@pytest.fixture
def kept(make_clinic, host):
    """Friday 2pm to 3pm, three slots of two places, of which one each is kept until the end of Thursday."""
    clinic = make_clinic(places=2)
    keep_places_for(2026, [clinic], places=1, until=UNTIL, by=host)
    return clinic


@pytest.fixture
def clerk(make_person, council):
    return make_person("Dawn Rimmer", council, roles=(Role.DEMOCRATIC_SERVICES,))


def free(clinic, person):
    return [each.free for each in free_times(clinic, person)]


def test_kept_places_are_for_the_cohort_until_the_day_has_ended(kept, member, rival, new_members):
    assert (free(kept, member), free(kept, new_members[0])) == ([1, 1, 1], [2, 2, 2])
    book_slot(kept.slots[0], member, by=member)
    with pytest.raises(SlotFull):
        book_slot(kept.slots[0], rival, by=rival)
    assert next_free_slot(rival)[1].id == kept.slots[1].id
    assert book_slot(kept.slots[0], new_members[0], by=new_members[0]).place == 2
    with clock.at(datetime(2026, 11, 20, 0, 0, tzinfo=UTC)):
        assert free(kept, rival) == [2, 2]


def test_their_own_places_go_first(kept, member, new_members):
    assert book_slot(kept.slots[0], new_members[0], by=new_members[0]).place == 2
    assert book_slot(kept.slots[0], member, by=member).place == 1


def test_who_waits_is_offered_a_place_when_it_is_kept_no_longer(
    kept, member, rival, host, new_members, make_person, council
):
    for slot in kept.slots:
        other = make_person(f"Cllr {slot.id}", council, ward="Mill")
        book_slot(slot, other, by=other)
    entry = join([kept], rival, by=rival)
    with pytest.raises(StillFree):  # theirs are free
        join([kept], new_members[0], by=new_members[0])
    keep_waiting_lists({})
    assert entry.state is WaitingState.WAITING
    keep_no_longer(kept, by=host)
    keep_no_longer(kept, by=host)
    assert entry.state is WaitingState.OFFERED


def test_a_kept_place_that_comes_free_is_offered_to_the_first_of_them_who_waits(
    make_clinic, host, rival, new_members
):
    clinic = make_clinic(closes=time(14, 20))
    keep_places_for(2026, [clinic], places=1, until=UNTIL, by=host)
    booking = book_slot(clinic.slots[0], new_members[0], by=new_members[0])
    before, entry = (join([clinic], each, by=each) for each in (rival, new_members[1]))
    cancel_booking(booking, by=new_members[0])
    assert (before.state, entry.state) == (WaitingState.WAITING, WaitingState.OFFERED)


def test_no_more_is_kept_than_there_is_and_not_into_the_past(make_clinic, host):
    clinic = make_clinic(places=2, drop_in=1)
    with pytest.raises(TooManyKept, match="1 place that"):
        keep_places_for(2026, [clinic], places=2, until=UNTIL, by=host)
    with pytest.raises(KeptUntilThePast):
        keep_places_for(2026, [clinic], places=1, until=date(2026, 11, 1), by=host)


def test_five_are_booked_in_one_go_each_at_the_soonest_time(kept, new_members, make_clinic, member, clerk):
    later = make_clinic(day=date(2026, 11, 27), closes=time(14, 20))
    for slot in kept.slots[:2]:
        book_slot(slot, member, by=member) if slot is kept.slots[0] else None
    placed = book_together(new_members, [kept, later], by=clerk)
    assert [each.slot.id for each in placed] == [
        kept.slots[0].id, kept.slots[1].id, kept.slots[1].id, kept.slots[2].id, kept.slots[2].id,
    ]  # fmt: skip
    bookings = db.session.scalars(sa.select(Booking).where(Booking.booked_by_id == clerk.id)).all()
    assert len({booking.person_id for booking in bookings}) == 5
    again = book_together(new_members[:1], [kept, later], by=clerk)
    assert again[0].slot.clinic_id == later.id  # the rest is full
    assert "No time is free" in book_together(new_members[1:2], [later], by=clerk)[0].why


def test_dates_that_a_series_makes_later_keep_what_the_date_before_them_keeps(
    make_plan, host, clerk, browser, member
):
    made = plan_series(make_plan(places=2), every_weeks=1, by=host).clinics
    series = made[0].series_id
    form = {"cohort": "northbrook-2023", "series": series, "places": "1", "until": "2026-12-31"}
    page = browser(clerk).post("/clinics/kept-places", data=form, follow_redirects=True).text
    assert f"Places are kept at {len(made)} clinics" in page
    assert f"{len(made)} dates from 20 November 2026" in page
    ends = made[-1].kept_until

    def made_after(weeks):
        with clock.at(clock.now() + timedelta(weeks=weeks)):
            jobs.enqueue("clinics.make_dates", {})
            jobs.run_all()
        return db.session.scalars(sa.select(Clinic).order_by(Clinic.recurrence.desc()).limit(1)).one()

    later = made_after(1)
    assert later not in made
    assert (later.kept_cohort, later.kept_places, later.kept_until) == (2023, 1, ends)
    assert free(later, host) == [1, 1, 1]
    assert made_after(9).kept_cohort is None  # the day has passed by then
    with clock.at(clock.now() + timedelta(days=1)):
        listed = ",".join(str(each.id) for each in (*made, later))
        assert browser(clerk).post("/clinics/kept-places/end", data={"clinics": listed}).status_code == 303
        assert free(later, host) == [2, 2, 2]


def test_democratic_services_keep_places_look_and_book_by_page(
    make_clinic, clerk, new_members, browser, outbox, rival
):
    clinic = make_clinic(places=2)
    visitor = browser(clerk)
    kept = visitor.post(
        "/clinics/kept-places",
        data={"cohort": "northbrook-2026", "clinic": clinic.id, "places": "1", "until": "2026-11-19"},
        follow_redirects=True,
    )
    assert "Places are kept at 1 clinic for members elected in 2026." in kept.text
    assert "Kept places" in browser(rival).get(f"/clinics/{clinic.id}").text
    form = {"cohort": "northbrook-2026", "clinic": clinic.id, "member": [each.id for each in new_members]}
    before = len(outbox())
    look = visitor.post("/clinics/together", data={**form, "step": "look"}).text
    assert "Who would get which time" in look
    assert look.count("20 November 2026 at 2pm") == 2
    assert (db.session.scalar(sa.select(sa.func.count(Booking.id))), len(outbox())) == (0, before)
    done = visitor.post("/clinics/together", data={**form, "step": "book"}, follow_redirects=True).text
    assert "5 members booked. Each is sent an invitation." in done
    assert done.count("has a time already") == 5
    assert len(outbox()) == before + 5
    text = visitor.post("/clinics/together", data={**form, "step": "book"}, follow_redirects=True).text
    left_out = ", ".join(each.name for each in new_members[1:])
    assert f"1 member booked. Each is sent an invitation. No time was free for {left_out}." in text
    text = visitor.post("/clinics/together", data={**form, "step": "book"}, follow_redirects=True).text
    assert "Nobody is booked. No time was free for" in text
    nobody = visitor.post("/clinics/together", data={"cohort": "northbrook-2026", "step": "book"})
    assert (nobody.status_code, "Tick at least one member" in nobody.text) == (422, True)
    visitor.post(f"/clinics/{clinic.id}/kept-places/end")
    assert not clinic.keeps_places


def test_whoever_only_sees_a_clinic_does_not_end_what_it_keeps(
    make_clinic, host, make_person, council, other_council, browser
):
    clinic = make_clinic(places=2, for_staff_too=True)
    keep_places_for(2026, [clinic], places=1, until=UNTIL, by=host)
    guest = make_person("Gail Guest", council)
    guest.grants.append(Grant(role=Role.DEMOCRATIC_SERVICES, **scoped_to(other_council)))
    db.session.commit()
    visitor = browser(guest)
    assert visitor.get(f"/clinics/{clinic.id}").status_code == 200
    assert visitor.post(f"/clinics/{clinic.id}/kept-places/end").status_code == 403
    assert visitor.post("/clinics/kept-places/end", data={"clinics": clinic.id}).status_code == 403
    assert clinic.keeps_places


def test_only_cohorts_of_members_one_books_for_are_listed(
    clerk, new_members, member, make_person, other_council
):
    make_person("Cllr Else", other_council, ward="Fen")
    assert [each.name for each in cohorts_for(clerk)] == [
        "Northbrook, elected in 2026", "Eastmere, elected in 2023", "Northbrook, elected in 2023",
    ]  # fmt: skip
    assert cohorts_for(member)[0].year == 2023


def test_the_pages_cost_the_same_for_few_and_many(
    make_clinic, clerk, new_members, browser, count_queries, make_person, council
):
    visitor, counts = browser(clerk), []
    for days in (range(20, 21), range(21, 28)):
        for day in days:
            make_clinic(day=date(2026, 11, day))
            make_person(f"Cllr More {day}", council, ward="Mill").terms[0].cohort = 2026
        found = []
        for page in ("/clinics/together", "/clinics/kept-places", "/clinics"):
            visitor.get(page)
            with count_queries() as queries:
                visitor.get(page)
            found.append(len(queries))
        counts.append(found)
    assert counts[0] == counts[1]
    assert max(counts[1]) <= 8
    assert next_clinics(new_members[0])
