"""What a ticket leads to: a decision by a link in a mail, a request of its own, a problem that many tickets have."""

import re
from collections.abc import Callable
from urllib.parse import urlsplit

from playwright.sync_api import expect
from sqlalchemy import select

from ictsupport.database import db
from ictsupport.mail import Outgoing
from ictsupport.people.models import Person, Role
from ictsupport.systems.models import System
from ictsupport.tickets.models import Channel, Ticket
from ictsupport.tickets.problems.suggesting import find, rule_now
from ictsupport.tickets.raising import raise_ticket
from ictsupport.tickets.replying import reply

from .conftest import Site, Window
from .quality import assert_accessible
from .test_desk_together import open_ticket


def test_whoever_is_asked_decides_by_the_link_in_the_mail_without_signing_in(
    site: Site, window: Callable[..., Window]
):
    reference, approver = open_ticket(site), site.person(Role.SYSTEMS_LEAD)
    with site.app.app_context():
        address = db.session.get_one(Person, approver).email or ""
    asha = window(Role.AGENT)
    page = asha.open(f"/tickets/{reference}")
    page.get_by_role("link", name="Approvals", exact=True).click()
    page.get_by_role("button", name="Ask for approval").click()
    page.get_by_label("What is to be approved?").fill("A new switch, £240")
    page.get_by_label("Name or e-mail address").fill(address)
    page.get_by_role("button", name="Ask them").click()
    expect(page.get_by_role("main")).to_contain_text("has been asked")
    assert_accessible(page, asha.listener)
    page.get_by_role("button", name="Remind them now").click()
    expect(page.get_by_role("main")).to_contain_text("They were written to a short while ago")

    anybody = window()
    their = anybody.open(_link_to(site, approver))
    expect(their.get_by_role("main")).to_contain_text("A new switch, £240")
    assert_accessible(their, anybody.listener)
    their.get_by_label("Refuse").check()
    their.get_by_role("button", name="Send my decision").click()
    expect(their.get_by_role("alert")).to_contain_text("Say why you refuse")
    their.get_by_label("Approve").check()
    their.get_by_label("Why?").fill("It is the cheapest.")
    their.get_by_role("button", name="Send my decision").click()
    expect(their.get_by_role("main")).to_contain_text("You have approved it")
    assert_accessible(their, anybody.listener)

    asha.open(f"/tickets/{reference}")
    expect(page.locator(".timeline")).to_contain_text("approved")
    expect(page.locator(".timeline")).to_contain_text("“It is the cheapest.”")


def test_what_was_said_beside_the_matter_becomes_a_request_of_its_own(
    site: Site, window: Callable[..., Window]
):
    reference = open_ticket(site)
    with site.app.app_context():
        ticket = db.session.scalars(select(Ticket).where(Ticket.reference == reference)).one()
        reply(ticket, "My second screen flickers, too.", by=ticket.requester)
        db.session.commit()
    asha = window(Role.AGENT)
    page = asha.open(f"/tickets/{reference}")
    page.get_by_role("link", name="Make a new request of this").last.click()
    assert_accessible(page, asha.listener)
    page.get_by_label("Subject").fill("The second screen flickers")
    page.get_by_role("button", name="Make the new request").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("The second screen flickers")
    expect(page.locator(".timeline")).to_contain_text("My second screen flickers, too.")
    asha.open(f"/tickets/{reference}")
    expect(page.locator(".timeline")).to_contain_text("made a new request of what was said")


def test_similar_tickets_become_a_problem_and_a_known_error(site: Site, window: Callable[..., Window]):
    with site.app.app_context():
        system = db.session.scalars(select(System).order_by(System.id)).first()
        assert system is not None
        requester = db.session.get_one(Person, site.person("staff"))
        for _ in range(rule_now().least):
            raise_ticket(
                requester=requester,
                by=requester,
                subject="Zebra labels smudge badly",
                description="On every roll.",
                channel=Channel.SELF_SERVICE,
                systems=[system],
            )
        find()
        db.session.commit()
    morgan = window(Role.MANAGER)
    page = morgan.open("/problems")
    assert_accessible(page, morgan.listener)
    suggested = page.locator("section.box li").filter(has_text="Zebra labels smudge badly").first
    suggested.get_by_role("button", name="Open the problem with them").click()
    expect(page.get_by_role("main")).to_contain_text("is opened, with its tickets")
    expect(page.get_by_role("table")).to_contain_text("Zebra labels smudge badly")
    page.get_by_role("button", name="Write down what is known").click()
    assert_accessible(page, morgan.listener)
    page.get_by_label("Cause").fill("The rollers are worn.")
    page.get_by_label("Workaround").fill("Wipe the rollers with a dry cloth.")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("main")).to_contain_text("a known error since")
    assert_accessible(page, morgan.listener)
    page.get_by_role("table").get_by_role("link").first.click()
    expect(page.get_by_role("complementary").or_(page.locator(".split__side"))).to_contain_text(
        "Wipe the rollers"
    )


def _link_to(site: Site, person_id: int) -> str:
    """The path of the newest link to a decision that the person was sent."""
    with site.app.app_context():
        texts = db.session.scalars(
            select(Outgoing.text).where(Outgoing.to_id == person_id).order_by(Outgoing.id.desc())
        )
        for text in texts:
            if found := re.search(r"https?://\S+/approvals/by-link/\S+", text):
                return urlsplit(found[0]).path
    raise AssertionError("No mail has a link to a decision.")


def test_a_call_that_is_logged_is_not_kept_open_by_the_press_that_logs_it(
    window: Callable[..., Window], site: Site
):
    seen = window(Role.AGENT)
    page = seen.open(f"/tickets/call/{site.person('staff')}")
    kept: list[str] = []
    page.on("request", lambda request: kept.append(request.url) if request.url.endswith("/typed") else None)
    page.evaluate("globalThis.setTimeout = () => 0")  # whoever is quick presses before anything is kept
    page.get_by_label("What is it about?").fill("Voicemail is full")
    page.get_by_role("button", name="Log the call").click()
    expect(page.get_by_role("main")).to_contain_text("is logged.")
    assert kept == []
