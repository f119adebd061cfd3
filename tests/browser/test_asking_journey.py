"""Somebody asks for help, follows it and says that it works: a member page by page, staff on one page."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select

from ictsupport import clock
from ictsupport.database import db
from ictsupport.people.meetings.models import Meeting
from ictsupport.people.models import Person, Role
from ictsupport.systems.models import System
from ictsupport.systems.outages.declaring import declare, end
from ictsupport.systems.outages.models import Outage
from ictsupport.tickets.models import Resolution, Ticket
from ictsupport.tickets.resolving import resolve

from .conftest import DESKTOP, IPAD, PHONE, Site, Window
from .quality import assert_accessible

SIZES = pytest.mark.parametrize("size", [DESKTOP, IPAD], ids=["desktop", "ipad"])


def say_what(page: Page, subject: str) -> None:
    page.get_by_role("radio", name="Something else").check()
    page.get_by_role("radio", name="Something is wrong").check()
    page.get_by_label("In a few words, what is it?").fill(subject)


def say_how_urgent(page: Page) -> None:
    page.get_by_role("radio", name="I can work, but it is harder than it should be").check()
    page.get_by_role("radio", name="Only me").check()


@SIZES
def test_a_member_asks_and_says_that_it_works(
    window: Callable[..., Window], site: Site, size: dict[str, int], tmp_path: Path
):
    subject = f"The papers do not open at {size['width']}"
    seen = window("member", size=size)
    page = seen.open("/")
    page.get_by_role("link", name="Something is wrong").click()
    assert_accessible(page, seen.listener)
    page.get_by_role("button", name="Continue").click()
    expect(page.get_by_role("alert")).to_contain_text("Tell us in a few words what it is")
    assert_accessible(page, seen.listener)
    say_what(page, subject)
    page.get_by_role("button", name="Continue").click()
    say_how_urgent(page)
    (tmp_path / "what-it-said.txt").write_text("Error 12")
    page.get_by_label("Add a photograph or a file").set_input_files(tmp_path / "what-it-said.txt")
    assert_accessible(page, seen.listener)
    page.get_by_role("button", name="Continue").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Check your answers")
    assert_accessible(page, seen.listener)
    page.get_by_role("button", name="Send it to the helpdesk").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("We have your request")
    assert_accessible(page, seen.listener)

    page.get_by_role("link", name="See your request").click()
    page.get_by_label("Write to us about it").fill("It says error 12")
    page.get_by_role("button", name="Send", exact=True).click()
    expect(page.get_by_role("main")).to_contain_text("It says error 12")
    assert_accessible(page, seen.listener)

    _resolve(site, subject)
    seen.open("/")
    assert_accessible(page, seen.listener)
    page.get_by_role("link", name=f"Does it work now? {subject}").click()
    assert_accessible(page, seen.listener)
    page.get_by_role("button", name="It works now").click()
    expect(page.get_by_role("main")).to_contain_text("Thank you. We have closed your request.")
    seen.open("/tickets")
    assert_accessible(page, seen.listener)


def test_a_member_with_a_meeting_today_asks_in_three_screens(window: Callable[..., Window], site: Site):
    title = "Extraordinary Council"
    with site.app.app_context():
        member = db.session.get_one(Person, site.person("member"))
        begins = clock.now() + timedelta(hours=1)
        ends = begins + timedelta(hours=2)
        council = member.terms[0].council
        db.session.add(Meeting(council=council, uid=title, title=title, starts_at=begins, ends_at=ends))
        db.session.commit()
    page = window("member", size=IPAD).open("/")
    page.get_by_role("link", name="Something is wrong").click()
    say_what(page, "The agenda stays white")
    page.get_by_role("button", name="Continue").click()
    page.get_by_role("radio", name="I have a meeting today and need it there").check()
    page.get_by_role("radio", name="Only me").check()
    page.get_by_role("radio", name=title).check()
    page.get_by_role("button", name="Continue").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Check your answers")
    expect(page.get_by_role("main")).to_contain_text(title)
    page.get_by_role("button", name="Send it to the helpdesk").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("We have your request")


@pytest.mark.parametrize("size", [IPAD, PHONE], ids=["ipad", "phone"])
def test_what_is_known_comes_in_without_moving_what_is_pressed_next(
    window: Callable[..., Window], site: Site, size: dict[str, int]
):
    with site.app.test_request_context():
        system = db.session.scalars(select(System).where(System.name == "Committee management")).one()
        outage = declare(system, "Papers of tonight stay white on iPads", by=None, advice="Read on. " * 60)
        db.session.commit()
        outage_id = outage.id
    seen = window("member", size=size)
    page = seen.open("/tickets/new?kind=incident")
    following = page.get_by_label("In a few words, what is it?")
    known = page.locator("#known")
    stood = following.bounding_box()
    page.get_by_label("Which system is it about?").select_option(label="Committee management")
    expect(known).to_contain_text("Papers of tonight stay white on iPads")
    assert following.bounding_box() == stood
    assert_accessible(page, seen.listener)
    known.locator("summary").click()
    expect(known.get_by_role("region", name="We know about this")).to_be_visible()
    assert_accessible(page, seen.listener)
    following.scroll_into_view_if_needed()
    page.keyboard.press("Escape")
    page.get_by_label("Which system is it about?").select_option(index=0)
    expect(known).not_to_contain_text("Papers of tonight")
    page.evaluate("scrollTo(0, 0)")
    assert following.bounding_box() == stood
    page.get_by_label("Which system is it about?").select_option(label="Committee management")
    known.get_by_role("button", name="Me too").click()
    expect(page.get_by_role("main")).to_contain_text("Papers of tonight stay white on iPads")
    with site.app.test_request_context():
        end(db.session.get_one(Outage, outage_id), "It works again.", by=None)
        db.session.commit()


def test_staff_ask_on_one_page_without_scripts_and_carry_on_later(window: Callable[..., Window]):
    seen = window("staff", scripts=False)
    page = seen.open("/tickets/new?kind=request")
    page.get_by_role("radio", name="Something else").check()
    page.get_by_label("In a few words, what is it?").fill("A second screen")
    say_how_urgent(page)
    page.get_by_role("button", name="Continue").click()
    seen.open("/tickets/new")
    page.get_by_role("link", name="Carry on").first.click()
    page.get_by_role("button", name="Send it to the helpdesk").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("We have your request")


def test_the_one_page_can_be_used_by_everybody(window: Callable[..., Window]):
    seen = window("staff", size=IPAD)
    assert_accessible(seen.open("/tickets/new"), seen.listener)
    seen.page.get_by_role("button", name="Continue").click()
    assert_accessible(seen.page, seen.listener)
    page = seen.open("/tickets/new")
    expect(page.get_by_role("link", name="Carry on").first).to_be_visible()
    page.get_by_role("radio", name="Printing").check()
    expect(page.get_by_text("Which printer is it, or where does it stand?")).to_be_visible()


def _resolve(site: Site, subject: str) -> None:
    """The desk does its part."""
    agent_id = site.person(Role.AGENT)
    with site.app.test_request_context():
        ticket = db.session.scalars(select(Ticket).where(Ticket.subject == subject)).one()
        agent = db.session.get_one(Person, agent_id)
        resolve(ticket, Resolution.FIXED, "The app is new again.", by=agent)
        db.session.commit()
