"""A member books an iPad clinic in three taps, moves it, cancels it; the host checks somebody in and notes the outcome."""

import re
from collections.abc import Callable
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import expect
from sqlalchemy import select

from ictsupport import clock
from ictsupport.clinics.models import Clinic
from ictsupport.database import db
from ictsupport.people.models import Role

from .conftest import DESKTOP, IPAD, Site, Window
from .quality import assert_accessible

SIZES = pytest.mark.parametrize("size", [DESKTOP, IPAD], ids=["desktop", "ipad"])


@SIZES
def test_a_member_books_moves_and_cancels(window: Callable[..., Window], size: dict[str, int]):
    seen = window("member", size=size)
    page = seen.open("/clinics")
    booked = page.locator("section.mine li")
    before = booked.count()

    page.locator("a.time").first.click()
    when = page.get_by_role("heading", level=1).inner_text()
    page.get_by_role("radio").first.check()
    page.get_by_role("button", name="Book", exact=True).click()
    expect(page.locator(".govuk-notification-banner--success")).to_be_visible()
    assert_accessible(page, seen.listener)

    seen.open("/clinics")
    expect(booked).to_have_count(before + 1)
    booked.filter(has_text=when).get_by_role("link", name=re.compile("Move or cancel")).click()
    page.get_by_role("button", name="Move to another time").click()
    assert_accessible(page, seen.listener)
    page.locator("button.time").last.click()
    expect(page.locator(".govuk-notification-banner--success")).to_be_visible()

    page.get_by_role("button", name="Cancel booking").click()
    page.get_by_role("button", name="Cancel booking").click()
    expect(page.locator(".govuk-notification-banner--success")).to_contain_text("cancelled")
    seen.open("/clinics")
    expect(booked).to_have_count(before)


def test_a_booking_can_be_made_without_scripts(window: Callable[..., Window]):
    page = window("member", size=IPAD, scripts=False).open("/clinics")
    page.locator("a.time").first.click()
    page.get_by_role("button", name="Book", exact=True).click()
    expect(page.locator(".govuk-error-summary")).to_be_visible()
    page.get_by_role("radio").first.check()
    page.get_by_role("button", name="Book", exact=True).click()
    expect(page.locator(".govuk-notification-banner--success")).to_be_visible()
    page.get_by_role("button", name="Cancel booking").click()
    page.get_by_role("button", name="Cancel booking").click()
    expect(page.locator(".govuk-notification-banner--success")).to_contain_text("cancelled")


@pytest.fixture
def clinic_today(site: Site) -> int:
    """The next clinic of the demonstration, held today instead."""
    with site.app.app_context():
        now = clock.now()
        clinic = db.session.scalars(
            select(Clinic)
            .where(Clinic.starts_at > now - timedelta(hours=20), Clinic.called_off_at.is_(None))
            .order_by(Clinic.starts_at)
        ).first()
        assert clinic is not None
        days = timedelta(days=(clock.today(ZoneInfo(clinic.zone)) - clinic.day).days)
        for row in (clinic, *clinic.slots):
            row.starts_at += days
        clinic.day, clinic.ends_at = clinic.day + days, clinic.ends_at + days
        db.session.commit()
        return clinic.id


@SIZES
def test_the_host_checks_somebody_in_and_notes_what_came_of_it(
    window: Callable[..., Window], size: dict[str, int], clinic_today: int
):
    seen = window(Role.CLINIC_HOST, size=size)
    page = seen.open(f"/clinics/{clinic_today}/sheet")
    row = page.locator("tr", has=page.get_by_role("button", name="Check in")).first
    name = row.locator("td.who b").inner_text()
    row.get_by_role("button", name="Check in").click()
    row = page.locator("tr", has_text=name)
    expect(row).to_contain_text("Checked in")
    row.get_by_role("button", name="Outcome").click()
    assert_accessible(page, seen.listener)
    page.get_by_role("button", name="Save").click()
    expect(page.locator(".govuk-error-summary")).to_be_visible()
    page.get_by_label("Fixed", exact=True).check()
    page.get_by_role("button", name="Save").click()
    expect(page.locator("tr", has_text=name)).to_contain_text("Fixed")
