"""Planning a series by form, changing its dates with a look before, and the calendar of all clinics."""

from datetime import date, time

import pytest
import sqlalchemy as sa

from ictsupport.clinics.booking import book_slot
from ictsupport.clinics.models import Clinic
from ictsupport.clinics.series.models import PassedOver, SeriesPlan
from ictsupport.clinics.series.planning import plan_series
from ictsupport.database import db
from ictsupport.people.models import Grant, Role
from ictsupport.people.scopes import scoped_to

from ..cast import keep


@pytest.fixture
def series(make_plan, host):
    """Fridays at 2pm from 20 November 2026, without end."""
    return plan_series(make_plan(), every_weeks=1, by=host).clinics


def typed(clinic, **more):
    return {
        "site": clinic.site_id,
        "room": clinic.room,
        "day": clinic.day.isoformat(),
        "opens": "2pm",
        "closes": "3pm",
        "slot_minutes": "20",
        "buffer_minutes": "0",
        "places": "1",
        "drop_in": "0",
        "hosts": [host.id for host in clinic.hosts],
        "topics": [topic.id for topic in clinic.topics],
        "book_from": "",
        "book_until": "60",
        "move_until": "60",
        "cancel_until": "0",
        "version": str(clinic.version),
        **more,
    }


def test_a_series_is_planned_by_form_and_found_from_the_clinics(site, host, make_plan, browser):
    person = browser(host)
    assert "/clinics/hosting" in person.get("/clinics").text
    assert "/clinics/series" in person.get("/clinics/hosting").text
    data = {
        "site": site.id, "day": "2026-12-08", "opens": "2pm", "closes": "4pm", "slot_minutes": "30", "places": "2",
        "drop_in": "1", "buffer_minutes": "10", "book_from": "14", "hosts": [host.id], "book_until": "60",
        "move_until": "60", "cancel_until": "0", "repeat": "0",
    }  # fmt: skip
    answer = person.post("/clinics/new", data=data)
    assert answer.status_code == 303
    page = person.get(answer.location).text
    assert "Clinics the second Tuesday of every month" in page
    assert "1 kept for drop-in" in page
    assert "Tuesday 12 January 2027" in page
    assert answer.location in person.get("/clinics/series").text
    clinic = db.session.scalars(sa.select(Clinic)).first()
    assert answer.location in person.get(f"/clinics/{clinic.id}").text


def test_a_change_is_shown_before_it_is_saved(series, host, member, browser):
    booking = book_slot(series[2].slots[0], member, by=member)
    person, address = browser(host), f"/clinics/{series[1].id}/plan"
    assert "Which dates?" in person.get(address).text
    data = typed(series[1], opens="3pm", closes="4pm")
    assert "Choose which dates" in person.post(address, data=data).text
    data["which"] = "FOLLOWING"
    page = person.post(address, data=data).text
    assert "Nothing is saved yet" in page
    assert member.name in page
    assert "Friday 4 December 2026 at 3pm" in page
    assert db.session.get_one(Clinic, series[2].id).opens == time(14)
    again = person.post(address, data={**data, "again": "y"}).text
    assert 'value="3pm"' in again
    assert person.post(address, data={**data, "confirmed": "y"}).status_code == 303
    db.session.expire_all()
    assert db.session.get_one(Clinic, series[2].id).opens == time(15)
    assert booking.sequence == 1
    stale = person.post(address, data={**data, "confirmed": "y"})
    assert stale.status_code == 409
    assert "Somebody else has changed" in stale.text


def test_the_desk_goes_on_with_a_reason_where_a_host_may_not(series, make_plan, host, agent, browser):
    data = typed(series[0], day="2026-11-27", room="Annexe", repeat="")
    refused = browser(host).post("/clinics/new", data=data)
    assert refused.status_code == 409
    assert "already hosts" in refused.text
    assert 'name="despite"' not in refused.text
    person = browser(agent)
    asked = person.post("/clinics/new", data=data)
    assert asked.status_code == 409
    assert 'name="despite"' in asked.text
    assert person.post("/clinics/new", data={**data, "despite": "Next door"}).status_code == 303
    assert db.session.scalars(sa.select(Clinic.despite).where(Clinic.room == "Annexe")).one() == "Next door"


def test_dates_are_skipped_held_and_the_series_ended_from_its_page(series, host, browser):
    key = series[0].series_id
    person, address = browser(host), f"/clinics/series/{key}"
    wrong = person.post(f"{address}/skipping", data={"day": "2027-03-04", "reason": "No"})
    assert wrong.status_code == 409
    assert "no date to come on 4 March 2027. The nearest: 26 February 2027 and 5 March 2027." in wrong.text
    planned = person.post(f"{address}/skipping", data={"day": series[1].day.isoformat(), "reason": "No"})
    assert f"/clinics/{series[1].id}/calling-off" in planned.text
    skipped = person.post(f"{address}/skipping", data={"day": "2027-03-05", "reason": "Painting"})
    assert skipped.status_code == 303
    assert "Painting" in person.get(address).text
    hold = f"{address}/dates/2027-03-05T14:00/holding"
    assert hold in person.get(address).text
    assert person.post(hold, data={"reason": "Painted already"}).status_code == 303
    assert db.session.scalars(sa.select(PassedOver)).all() == []
    assert person.get(hold).status_code == 404
    assert person.post(f"{address}/ending").status_code == 303
    assert db.session.get_one(SeriesPlan, key).ends_on == date(2027, 2, 12)
    assert person.post(f"{address}/going-on").status_code == 303
    assert db.session.get_one(SeriesPlan, key).ends_on is None


def test_a_series_is_there_only_for_those_whose_role_reaches_it(
    series, make_person, other_council, member, browser
):
    address = f"/clinics/series/{series[0].series_id}"
    person = make_person("Ed Fen", other_council)
    keep(Grant(person=person, role=Role.CLINIC_HOST, **scoped_to(other_council)))
    elsewhere = browser(person)
    for page in (address, f"{address}/skipping", f"/clinics/{series[0].id}/plan"):
        assert elsewhere.get(page).status_code == 404
    assert elsewhere.post(f"{address}/ending").status_code == 404
    assert f"/clinics/{series[0].id}" not in elsewhere.get("/clinics/planner").text
    assert browser(member).get(address).status_code == 403


def test_a_calendar_shows_a_week_and_a_month(series, host, staff, browser):
    person = browser(host)
    week = person.get("/clinics/planner").text
    assert "Friday 20 November 2026" in week
    assert f"/clinics/{series[0].id}" in week
    assert f"/clinics/{series[1].id}" not in week
    month = person.get("/clinics/planner?view=month&on=2026-12-02").text
    assert "December 2026" in month
    assert all(f"/clinics/{clinic.id}" in month for clinic in series[2:6])
    for odd in ("on=2026-02-31", "on=0001-01-01", "on=9999-12-31", "view=year&on=x"):
        assert person.get(f"/clinics/planner?{odd}").status_code == 200
    assert browser(staff).get("/clinics/planner").status_code == 403


def test_the_pages_cost_the_same_for_one_series_and_for_six(make_plan, host, member, browser, count_queries):
    person = browser(host)
    first = plan_series(make_plan(), every_weeks=1, by=host).clinics[0]
    pages = (
        "/clinics/series",
        f"/clinics/series/{first.series_id}",
        "/clinics/planner?view=month",
        "/clinics/hosting",
        "/clinics",
    )
    before = [asked(person, page, count_queries) for page in pages]
    for hour in (9, 10, 11, 12, 16):
        clinics = plan_series(
            make_plan(opens=time(hour), closes=time(hour + 1)), every_weeks=1, by=host
        ).clinics
    book_slot(clinics[0].slots[0], member, by=member)
    db.session.flush()
    db.session.expire_all()
    assert [asked(person, page, count_queries) for page in pages] == before
    assert max(before) <= 8


def asked(person, page, count_queries) -> int:
    person.get(page)
    with count_queries() as counted:
        assert person.get(page).status_code == 200
    return len(counted)
