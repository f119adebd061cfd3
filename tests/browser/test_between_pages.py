"""What comes between pages, and is reached by no link: a sign-in about to end, too much at once, a conflict, a macro."""

from collections.abc import Callable

from playwright.sync_api import Page, expect
from sqlalchemy import select

from ictsupport.database import db
from ictsupport.people.models import Person, Role
from ictsupport.tickets.desk.models import Macro, Reach
from ictsupport.tickets.models import Queue, Ticket
from ictsupport.tickets.triage import move

from .conftest import DESKTOP, PHONE, Site, Window
from .quality import assert_accessible, axe
from .test_desk_together import open_ticket


def holds_up(page: Page, seen: Window) -> None:
    """For everybody: in light and dark, wide and as narrow as a phone."""
    assert_accessible(page, seen.listener)
    page.set_viewport_size(PHONE)
    assert axe(page) == []
    page.emulate_media(color_scheme="dark")
    assert axe(page, only="color-contrast") == []
    page.emulate_media(color_scheme="light")
    page.set_viewport_size(DESKTOP)


def test_a_sign_in_that_is_about_to_end(window: Callable[..., Window]):
    seen = window("staff")
    seen.page.clock.install()
    page = seen.open("/privacy")
    left = page.locator("meta[name=session-ends]").get_attribute("data-left")
    page.route(f"**{left}", lambda route: route.fulfill(json={"seconds": 240}))
    page.clock.fast_forward(360_000_000)
    expect(page.get_by_role("dialog", name="You will be signed out soon")).to_be_visible()
    holds_up(page, seen)
    page.unroute(f"**{left}")
    page.get_by_role("button", name="Stay signed in").click()
    expect(page.get_by_role("dialog")).to_have_count(0)


def test_more_than_can_be_sent_at_once(site: Site, window: Callable[..., Window]):
    seen = window(Role.AGENT)
    page = seen.open(f"/tickets/{open_ticket(site)}")
    page.get_by_label("Message").evaluate("(box) => { box.value = 'x'.repeat(1200000); }")
    with page.expect_navigation():
        page.get_by_role("button", name="Send").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("too")
    holds_up(page, seen)


def test_a_choice_between_two_changes_and_a_macro(site: Site, window: Callable[..., Window]):
    reference = open_ticket(site)
    seen = window(Role.AGENT)
    page = seen.open(f"/tickets/{reference}")
    manager = site.person(Role.MANAGER)
    with site.app.app_context():
        ticket = db.session.scalars(select(Ticket).where(Ticket.reference == reference)).one()
        other, theirs = db.session.scalars(select(Queue).where(Queue.id != ticket.queue_id).limit(2)).all()
        move(ticket, theirs, by=db.session.get_one(Person, manager))
        db.session.commit()
        mine, macro = other.name, db.session.scalars(select(Macro.id).where(Macro.reach == Reach.ALL)).first()
    page.get_by_label("Queue").select_option(label=mine)
    page.get_by_role("button", name="Move", exact=True).click()
    expect(page.get_by_role("row", name="The queue")).to_contain_text(theirs.name)
    holds_up(page, seen)
    page = seen.open(f"/tickets/{reference}/macros/{macro}")
    expect(page.get_by_role("table", name="What it would change")).to_be_visible()
    holds_up(page, seen)
