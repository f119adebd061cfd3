"""Somebody asks for help, an agent answers and resolves it, and it is reopened when it still does not work."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import delete, select, update

from ictsupport import clock
from ictsupport.database import db
from ictsupport.people.models import Role
from ictsupport.tickets.assigning.models import StandingTicket, Standstill
from ictsupport.tickets.lists.models import SavedView
from ictsupport.tickets.models import Queue, Status, Ticket
from ictsupport.tickets.related.major import declare, stand_down

from .conftest import DESKTOP, IPAD, Site, Window
from .quality import assert_accessible

SIZES = pytest.mark.parametrize("size", [DESKTOP, IPAD], ids=["desktop", "ipad"])
BAD_NEWS = (
    "The planning and building control system of both councils does not open from any office. "
    "The supplier is at work on it, and we expect news by 2pm. Use the paper forms until then."
)
STORY = "It says: paper jam. There is no paper in it.\nI tried twice."


def ask(page: Page, subject: str) -> str:
    """Fill in the questions of a staff request and send them; returns the reference."""
    page.get_by_role("link", name="Something is wrong").click()
    page.get_by_label("In a few words, what is it?").fill(subject)
    page.get_by_label("Which system is it about?").select_option(label="Printing")
    page.get_by_label("I can work, but it is harder than it should be").check()
    page.get_by_label("Tell us more (optional)").fill(STORY)
    page.get_by_role("button", name="Continue").click()
    expect(page.locator(".govuk-error-summary")).to_contain_text("Choose what it is about")
    expect(page.get_by_label("In a few words, what is it?")).to_have_value(subject)
    page.get_by_label("Something else").check()
    page.get_by_role("button", name="Continue").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Check your answers")
    return subject


@SIZES
def test_a_request_is_raised_answered_resolved_and_reopened(
    window: Callable[..., Window], size: dict[str, int]
):
    asking = window("staff", size=size)
    page = asking.open("/")
    ask(page, f"The printer by the stairs jams ({size['width']})")
    assert_accessible(page, asking.listener)

    page.get_by_role("link", name="Change in a few words").click()
    subject = f"The big printer by the stairs jams ({size['width']})"
    page.get_by_label("In a few words, what is it?").fill(subject)
    page.get_by_role("button", name="Continue").click()
    page.get_by_role("button", name="Send it to the helpdesk").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("We have your request")
    found = re.search(r"ICT-\d+", page.locator(".govuk-panel").inner_text())
    assert found is not None
    reference = found[0]
    assert_accessible(page, asking.listener)

    working = window(Role.AGENT, size=size)
    desk = working.open(f"/tickets/{reference}")
    expect(desk.get_by_role("heading", level=1)).to_have_text(subject)
    expect(desk.locator(".timeline")).to_contain_text("paper jam")
    desk.get_by_role("button", name="Assign to me").click()
    expect(desk.get_by_role("button", name="Assign to me")).to_have_count(0)
    assert_accessible(desk, working.listener)
    desk.locator("form#message textarea").fill("I will come by at 2pm and look inside.")
    desk.get_by_role("button", name="Send", exact=True).click()
    expect(desk.locator(".timeline")).to_contain_text("I will come by at 2pm")

    desk.get_by_role("button", name="Resolve").click()
    desk.locator("main form button.govuk-button").last.click()
    expect(desk.locator(".govuk-error-summary")).to_be_visible()
    assert_accessible(desk, working.listener)
    desk.get_by_label(re.compile("resolved", re.I)).or_(
        desk.locator("select[name=resolution]")
    ).first.select_option(label="Fixed")
    desk.locator("textarea[name=notes]").fill("Took a scrap of paper out of the rollers.")
    desk.locator("main form button.govuk-button").last.click()
    expect(desk.locator("main")).to_contain_text("Resolved")

    asking.open(f"/tickets/{reference}")
    expect(page.locator("main")).to_contain_text("Took a scrap of paper out")
    assert_accessible(page, asking.listener)
    page.locator("summary", has_text="Still not working").click()
    page.locator("textarea[name=wrong]").fill("It jammed again at once.")
    page.get_by_role("button", name="Tell us it is still not working").click()
    expect(page.locator(".govuk-notification-banner--success")).to_be_visible()
    working.open(f"/tickets/{reference}")
    expect(desk.locator(".timeline")).to_contain_text("It jammed again at once.")
    expect(desk.locator(".ticket__under")).to_contain_text("In progress")


def test_the_queue_shows_sixteen_rows_and_the_first_stands_high(window: Callable[..., Window]):
    page = window(Role.AGENT).open("/tickets")
    stands_high(page)
    bar = page.locator("header.bar").bounding_box()
    assert bar is not None
    assert bar["height"] <= 48


def test_its_rows_stand_as_high_on_a_bad_day_of_somebody_with_many_views(
    window: Callable[..., Window], site: Site
):
    with a_bad_day(site) as longest_named:
        seen = window(Role.MANAGER)
        for view in ("open", "everything", longest_named):
            page = seen.open(f"/tickets?view={view}")
            stands_high(page)
            expect(page.locator(".views > li > a[aria-current]")).to_be_visible()
            assert_accessible(page, seen.listener)
        assert page.locator(".strip a").first.is_hidden()
        page.locator(".strip > summary").click()
        expect(page.locator(".strip")).to_contain_text(BAD_NEWS)
        expect(page.locator(".strip a")).to_have_count(4)
        assert_accessible(page, seen.listener)
        page.locator(".strip > summary").click()
        page.locator(
            ".views summary"
        ).click()  # what unfolds lies over half of a link below it: no fault of the link's
        expect(page.get_by_role("link", name="Everything")).to_be_visible()
        assert not seen.listener.all()


def stands_high(page: Page) -> None:
    """The first row begins within 200 pixels, and sixteen fit on the screen."""
    rows = page.locator("table.rows tbody tr")
    boxes = [box for row in rows.all()[:25] if (box := row.bounding_box())]
    assert boxes[0]["y"] <= 200
    assert (900 - boxes[0]["y"]) // max(box["height"] for box in boxes) >= 16


@contextmanager
def a_bad_day(site: Site) -> Iterator[str]:
    """Two major incidents, two queues that stand still, and eight views of one's own; gives one of a long name."""
    manager_id = site.person(Role.MANAGER)
    with site.app.test_request_context():
        found = select(Ticket).where(Ticket.OPEN, Ticket.confidential.is_(False)).order_by(Ticket.id)
        suffering = db.session.scalars(found.limit(2)).all()
        for ticket in suffering:
            declare(ticket, BAD_NEWS, by=None)
        free = db.session.scalars(
            found.where(Ticket.assignee_id.is_(None), Ticket.status != Status.ON_HOLD).limit(1)
        ).one()
        for queue_id in db.session.scalars(select(Queue.id).order_by(Queue.id).limit(2)).all():
            row = Standstill(queue_id=queue_id, since=clock.now(), because="Everybody is away")
            db.session.add(row)
            db.session.flush()
            db.session.add(StandingTicket(standstill_id=row.id, ticket_id=free.id))
        names = [f"{n}: of members and staff, to do by noon" for n in range(8)]
        views = [SavedView(owner_id=manager_id, name=name, query="priority=4") for name in names]
        db.session.add_all(views)
        db.session.commit()
        key, ids = views[-1].key, [view.id for view in views]
        incidents = [ticket.id for ticket in suffering]
    try:
        yield key
    finally:
        with site.app.test_request_context():
            for ticket in db.session.scalars(select(Ticket).where(Ticket.id.in_(incidents))).all():
                stand_down(ticket, by=None)
            db.session.execute(update(Standstill).values(ended_at=clock.now()))
            db.session.execute(delete(SavedView).where(SavedView.id.in_(ids)))
            db.session.commit()


def test_filters_stand_in_the_address_and_each_can_be_taken_off(window: Callable[..., Window]):
    seen = window(Role.AGENT)
    page = seen.open("/tickets")
    page.locator("details.filters > summary", has_text="Filter").click()
    page.locator("details.filters[open] input[type=checkbox]").first.check()
    page.get_by_role("button", name="Apply filters").click()
    expect(page.locator("a.chip")).to_have_count(1)
    assert "?" in page.url
    assert_accessible(page, seen.listener)
    page.locator("a.chip").click()
    expect(page.locator("a.chip")).to_have_count(0)
