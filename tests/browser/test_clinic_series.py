"""A series is looked at on its page and in the calendar, and a change of its dates is checked before it is saved."""

from collections.abc import Callable
from datetime import time, timedelta
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import expect
from sqlalchemy import select

from ictsupport import clock
from ictsupport.clinics.booking import book_slot
from ictsupport.clinics.planning import Plan
from ictsupport.clinics.series.planning import plan_series
from ictsupport.database import db
from ictsupport.people.models import Person, Role
from ictsupport.people.models import Site as Building

from .conftest import PHONE, Site, Window
from .quality import assert_accessible
from .test_pages import picture

LONDON = ZoneInfo("Europe/London")


@pytest.fixture(scope="session")
def series(site: Site) -> int:
    """Every week from tomorrow on, with two places in a slot; the member has booked in the second week."""
    member_id, host_id = site.person("member"), site.person(Role.CLINIC_HOST)
    with site.app.app_context():
        member, host = db.session.get_one(Person, member_id), db.session.get_one(Person, host_id)
        building = db.session.scalars(
            select(Building).where(Building.council_id == member.seat.council_id)
        ).first()
        made = plan_series(
            Plan(
                site=building,
                room="Room of the series",
                day=clock.today(LONDON) + timedelta(days=1),
                opens=time(6),
                closes=time(8),
                places=2,
                drop_in=1,
                hosts=[host],
            ),
            every_weeks=1,
            by=host,
        )
        book_slot(made.clinics[1].slots[0], member, by=host)
        db.session.commit()
        return made.clinics[0].series_id


def test_a_series_and_its_calendar_are_looked_at(window: Callable[..., Window], series: int):
    for size, name in ((None, "desk"), (PHONE, "phone")):
        host = window(Role.CLINIC_HOST, size=size) if size else window(Role.CLINIC_HOST)
        for address in (
            "/clinics/planner",
            "/clinics/planner?view=month",
            "/clinics/series",
            f"/clinics/series/{series}",
        ):
            page = host.open(address)
            assert_accessible(page, host.listener)
            picture(page, f"series {name} {address.rpartition('/')[2]}")
    page.emulate_media(color_scheme="dark")
    picture(page, "series phone dark")


def test_a_change_is_checked_before_it_is_saved(window: Callable[..., Window], series: int):
    host = window(Role.CLINIC_HOST)
    page = host.open(f"/clinics/series/{series}")
    page.get_by_role("button", name="Change the dates to come").click()
    expect(page.get_by_label("All dates to come")).to_be_checked()
    page.get_by_label("To", exact=True).fill("8:20am")
    page.get_by_label("From", exact=True).fill("6:20am")
    assert_accessible(page, host.listener)
    picture(page, "series change")
    page.get_by_role("button", name="Save changes").click()
    expect(page.get_by_role("heading", name="Check the change before it is saved")).to_be_visible()
    assert_accessible(page, host.listener)
    picture(page, "series check")
    page.get_by_role("button", name="Save and tell them").click()
    expect(page.get_by_text("1 person has been written to.")).to_be_visible()
