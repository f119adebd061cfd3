"""Times are large enough for a thumb, and the host keeps the day: a ticket raised in one step, a sheet for paper."""

import re
from collections.abc import Callable
from datetime import time, timedelta
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select

from ictsupport import clock
from ictsupport.clinics.booking import book_slot
from ictsupport.clinics.planning import Plan, offered_topics, plan_clinic
from ictsupport.database import db
from ictsupport.people.models import Person, Role
from ictsupport.people.models import Site as Building

from .conftest import PHONE, Site, Window
from .quality import assert_accessible
from .test_pages import picture

LONDON = ZoneInfo("Europe/London")
A4 = {"width": 680, "height": 1000}
"""What is left of the sheet between its margins."""


@pytest.fixture(scope="session")
def today(site: Site) -> int:
    """A clinic that is held today from 8am to 8pm, planned the day before; the member has booked the first time."""
    member_id, host_id = site.person("member"), site.person(Role.AGENT)
    with site.app.app_context():
        member, host = db.session.get_one(Person, member_id), db.session.get_one(Person, host_id)
        building = db.session.scalars(
            select(Building).where(Building.council_id == member.seat.council_id)
        ).first()
        with clock.at(clock.now() - timedelta(days=1)):
            clinic = plan_clinic(
                Plan(
                    site=building,
                    room="Room of today",
                    day=(clock.now() + timedelta(days=1)).astimezone(LONDON).date(),
                    opens=time(8),
                    closes=time(20),
                    slot_minutes=60,
                    hosts=[host],
                    despite="It is held whatever day this is",
                ),
                by=host,
            )
            topics = offered_topics()
            book_slot(clinic.slots[0], member, by=member, topic=topics[0], details="The papers will not open")
        db.session.commit()
        return clinic.id


def test_times_are_large_targets_on_a_phone_too(window: Callable[..., Window]):
    member = window("member", size=PHONE)
    page = member.open("/clinics")
    for box in (each.bounding_box() for each in page.locator("a.time").all()[:12]):
        assert box["height"] >= 44
        assert box["width"] >= 44
    assert_accessible(page, member.listener)
    picture(page, "clinics 1 list phone")
    page.emulate_media(color_scheme="dark")
    picture(page, "clinics 1 list phone dark")


def test_the_host_checks_in_and_records_a_ticket(window: Callable[..., Window], today: int):
    host = window(Role.CLINIC_HOST)
    page = host.open(f"/clinics/{today}/sheet")
    assert_accessible(page, host.listener)
    picture(page, "clinics 6 sheet")
    page.get_by_role("button", name="Check in").first.click()
    expect(page.get_by_text("is checked in.")).to_be_visible()
    page.get_by_role("button", name="Outcome").first.click()
    page.get_by_text("Not settled: raise a ticket").click()
    expect(page.get_by_label("What is the ticket about?")).to_have_value(
        re.compile("The papers will not open")
    )
    page.get_by_label("What we did").fill("The app has to be installed anew by the desk.")
    assert_accessible(page, host.listener)
    picture(page, "clinics 7 outcome")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text(re.compile("Ticket [A-Z]+-[0-9]+ is raised"))).to_be_visible()
    picture(page, "clinics 8 sheet after")
    on_paper(page)


def on_paper(page: Page) -> None:
    """On paper there are no buttons, and access needs only where they are wanted."""
    page.emulate_media(media="print")
    page.set_viewport_size(A4)
    picture(page, "clinics 9 sheet on paper")
    assert not page.get_by_role("button", name="Check in").first.is_visible()
    assert not page.get_by_role("columnheader", name="Access needs").is_visible()
    page.emulate_media(media="screen")
    page.get_by_label("Put access needs on paper too").check()
    page.get_by_role("button", name="Set").click()
    page.emulate_media(media="print")
    assert page.locator("th", has_text="Access needs").is_visible()
