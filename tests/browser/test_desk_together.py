"""Two agents at one ticket: what one types survives what the other does, and each hears of the other."""

from collections.abc import Callable

from playwright.sync_api import expect

from ictsupport.database import db
from ictsupport.people.models import Person, Role
from ictsupport.tickets.models import Channel
from ictsupport.tickets.raising import raise_ticket
from ictsupport.tickets.triage import assign

from .conftest import Site, Window
from .quality import assert_accessible

BEGUN = "I have looked at the switch and"


def open_ticket(site: Site, subject: str = "The switch hums") -> str:
    """A plain ticket of its own for each test, in progress with the agent."""
    asker, holder = site.person("staff"), site.person(Role.AGENT)
    with site.app.app_context():
        requester, agent = db.session.get_one(Person, asker), db.session.get_one(Person, holder)
        ticket = raise_ticket(
            requester=requester,
            by=requester,
            subject=subject,
            description="It began this morning.",
            channel=Channel.SELF_SERVICE,
        )
        assign(ticket, agent, by=agent)
        db.session.commit()
        return ticket.reference


def test_a_draft_survives_a_colleagues_edit_and_reply_and_is_sent(site: Site, window: Callable[..., Window]):
    reference = open_ticket(site)
    asha = window(Role.AGENT)
    page = asha.open(f"/tickets/{reference}")
    page.get_by_label("Message").fill(BEGUN)
    expect(page.locator("#draft-state")).to_contain_text("Draft saved at")

    morgan = window(Role.MANAGER)
    other = morgan.open(f"/tickets/{reference}")
    expect(other.locator(".company__who")).to_contain_text("is writing")
    assert BEGUN not in other.content()
    other.get_by_label("Message").fill("We know of this.")
    other.get_by_role("button", name="Send").click()
    expect(other.locator(".timeline")).to_contain_text("We know of this.")
    other.get_by_label("Queue").select_option(index=1)
    other.get_by_role("button", name="Move", exact=True).click()

    page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    expect(page.locator(".company__news")).to_contain_text("replied")
    assert_accessible(page, asha.listener)
    expect(page.get_by_label("Message")).to_have_value(BEGUN)
    page.get_by_role("link", name="Show it").click()
    expect(page.locator(".timeline")).to_contain_text("We know of this.")
    expect(page.get_by_label("Message")).to_have_value(BEGUN)
    page.get_by_label("Message").fill(f"{BEGUN} it hums.")
    page.get_by_role("button", name="Send").click()
    expect(page.locator(".timeline")).to_contain_text(f"{BEGUN} it hums.")
    expect(page.get_by_label("Message")).to_have_value("")
    page.get_by_role("link", name="Your drafts").click()
    expect(page.locator("main")).not_to_contain_text(BEGUN)


def test_leaving_the_page_at_once_keeps_what_was_typed(site: Site, window: Callable[..., Window]):
    reference = open_ticket(site)
    asha = window(Role.AGENT)
    page = asha.open(f"/tickets/{reference}")
    page.get_by_label("Message").fill("Typed in a hurry")
    page.get_by_role("link", name="Your drafts").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Your drafts")
    kept = page.locator("main").get_by_text("Typed in a hurry")
    for _ in range(20):  # what is sent as one leaves may come after the page that was asked for next
        asha.open("/tickets/drafts")
        if kept.count():
            break
        page.wait_for_timeout(250)
    expect(kept).to_be_visible()
    assert_accessible(page, asha.listener)
    page.get_by_role("row").filter(has_text="Typed in a hurry").get_by_role("link").click()
    page.get_by_role("button", name="Discard draft").click()
    expect(page.get_by_label("Message")).to_have_value("")


def test_what_the_message_does_to_the_ticket_is_chosen_in_the_box(site: Site, window: Callable[..., Window]):
    reference = open_ticket(site)
    page = window(Role.AGENT).open(f"/tickets/{reference}")
    expect(page.get_by_label("How it ended")).to_be_hidden()
    page.get_by_label("Resolve it").check()
    page.get_by_label("How it ended").select_option(label="Fixed")
    page.get_by_label("Message").fill("Changed the cable.")
    page.get_by_role("button", name="Send").click()
    expect(page.locator(".ticket__under")).to_contain_text("Resolved")
