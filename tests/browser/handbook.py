"""The pictures of the handbook, taken anew from the demonstration: `make pictures`.

Some only: `python -m tests.browser.handbook moving waiting-list`.
"""

import socket
import sys
import tempfile
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urljoin
from zoneinfo import ZoneInfo

import waitress
from flask import Flask
from playwright.sync_api import Page, sync_playwright
from sqlalchemy import Select, select

from ictsupport import clock, create_app
from ictsupport.clinics.day.models import DropIn
from ictsupport.clinics.day.models import Visitor as Stranger
from ictsupport.clinics.links import link_to_booking
from ictsupport.clinics.models import Booking, BookingState, Clinic, Slot
from ictsupport.clinics.queries import next_free_times
from ictsupport.clinics.series.models import PassedOver
from ictsupport.clinics.waiting.models import CallingOff, WaitingEntry, WaitingPlace, WaitingState
from ictsupport.commands import demonstration
from ictsupport.config import Settings
from ictsupport.database import db
from ictsupport.devices.models import Custody
from ictsupport.people.models import Delegation, Person, Role, Term
from ictsupport.schema import upgrade
from ictsupport.tickets.approvals.models import Approval, Approver
from ictsupport.tickets.by_email.models import Mailed
from ictsupport.tickets.models import Status, Ticket, TicketType
from ictsupport.tickets.problems.models import Problem

from .conftest import CHROMIUM, FLAGS, IPAD, PHONE, Site, Visitor

FOLDER = Path("docs/handbook/pictures")
DESK = {"width": 1280, "height": 800}


@dataclass(frozen=True)
class Picture:
    """One page as somebody sees it, once they have done there what `after` says."""

    name: str
    visitor: Visitor
    address: str
    size: dict[str, int]
    after: Callable[[Page], None] = lambda _page: None


def unfolding_what_is_quoted(page: Page) -> None:
    page.get_by_text("Quoted text and signature").first.click()


def choosing_to_move(page: Page) -> None:
    page.get_by_role("radio").first.check()
    page.get_by_role("button", name="Book", exact=True).click()
    page.get_by_role("button", name="Move to another time").click()


def raising_a_ticket(page: Page) -> None:
    page.get_by_role("radio", name="raise a ticket").check()
    page.get_by_label("What we did").fill("The papers app still asks for a password. We ask its supplier.")
    page.locator("main").evaluate("main => main.querySelector('fieldset').scrollIntoView()")


def looking_who_gets_which_time(page: Page) -> None:
    for member in page.get_by_role("group").first.get_by_role("checkbox").all()[:5]:
        member.check()
    for clinic in page.get_by_role("group").last.get_by_role("checkbox").all():
        clinic.check()
    page.get_by_role("button", name="See who gets which time").click()


def looking_at_a_later_beginning(page: Page) -> None:
    page.get_by_label("This date and those that follow").check()
    page.get_by_label("From").fill("4:30pm")
    page.get_by_label("To", exact=True).fill("6:30pm")
    page.get_by_role("button", name="Save changes").click()


def look_at_a_bulk_run(page: Page) -> None:
    """Some that can be resolved, and some that cannot."""
    for row in page.locator("td.pick input").all()[:9]:
        row.check()
    page.get_by_label("With the ticked").select_option(label="Resolve")
    page.get_by_role("button", name="Continue").click()
    page.get_by_label("How it ended").select_option(label="Fixed")
    page.get_by_label("What was done").fill("Put right by this morning’s update.")
    page.get_by_role("button", name="See what it changes").click()
    page.get_by_role("heading", name="Stays as it is").wait_for()


def looking_before_merging(page: Page) -> None:
    """This ticket and what somebody else waits for."""
    rows = page.request.get(urljoin(page.url, "/tickets/export.csv?view=untriaged")).text().splitlines()
    page.get_by_label("The other ticket").fill(rows[1].split(",")[0])
    page.get_by_role("radio", name="This one").check()
    page.get_by_role("button", name="See what it changes").click()
    page.get_by_role("heading", name="What this would alter").scroll_into_view_if_needed()


def put_somebody_on(page: Page) -> None:
    page.get_by_label("Who?").fill("Morgan Okafor")
    page.get_by_role("button", name="Add them").click()
    page.get_by_label("Who?").fill("Dawn Rimmer")
    page.get_by_label("Has the same trouble").check()
    page.get_by_role("button", name="Add them").click()


def look_at_a_macro(page: Page) -> None:
    page.get_by_role("main").get_by_role("link", name="Account unlocked").click()
    page.get_by_role("heading", name="Account unlocked").wait_for()


def close_for_some_days(page: Page) -> None:
    """From tomorrow on, so that work there is moves."""
    page.get_by_label("What is it?").fill("Moving house")
    for name, days in (("First day", 1), ("Last day", 5)):
        day = clock.now() + timedelta(days=days)
        box = page.get_by_role("group", name=name)
        for part, value in (("Day", day.day), ("Month", day.month), ("Year", day.year)):
            box.get_by_label(part, exact=True).fill(str(value))
    page.get_by_role("button", name="See what it would alter").click()
    page.get_by_role("heading", name="What this would alter").scroll_into_view_if_needed()


def change_the_colours(page: Page) -> None:
    page.get_by_label("Main colour").fill("#0a4d38")
    page.get_by_label("Second colour").fill("#2f8f6b")
    page.get_by_role("button", name="See what it would alter").click()
    page.get_by_role("heading", name="What this would alter").wait_for()


def look_at_a_rule(page: Page) -> None:
    page.get_by_label("Words or phrases it says").fill("laptop, password")
    page.get_by_label("Goes to").select_option(label="Infrastructure")
    page.get_by_role("button", name="See what it would alter").click()
    shown = page.get_by_role("heading", name="What this would alter")
    shown.wait_for()
    shown.scroll_into_view_if_needed()


def ask_the_tester(page: Page) -> None:
    page.get_by_label("Subject").fill("A new starter on Monday")
    page.get_by_label("Request type").select_option(label="New starter")
    page.get_by_role("button", name="Try it").click()
    page.get_by_role("table").wait_for()


def look_at_a_list_of_devices(page: Page) -> None:
    """A new iPad, one that changes hands, and one that is back."""
    lines = [
        "Asset tag,Type,Model,Serial number,Council,Lent to",
        "CY-9001,iPad,iPad (11th generation),DMP88123401,Chorley,",
        "CY-4002,,,,,cllr.ben.clarke@chorley.example",
        "CY-4005,,,,,nobody",
    ]
    file = {"name": "devices.csv", "mimeType": "text/csv", "buffer": "\n".join(lines).encode()}
    page.locator("input[type=file]").set_input_files(files=[file])  # type: ignore[list-item]
    page.get_by_role("button", name="Look at it first").click()
    page.get_by_role("heading", name="What this file would do").wait_for()


PICTURES = (
    Picture("queue", Role.AGENT, "/tickets", DESK),
    Picture("board", Role.AGENT, "/tickets/board", DESK),
    Picture("team", Role.MANAGER, "/team", DESK),
    Picture("deal-out", Role.MANAGER, "/deal-out", DESK),
    Picture("ticket", Role.AGENT, "/tickets/{ticket}", DESK),
    Picture("today", Role.AGENT, "/today", DESK),
    Picture("call", Role.AGENT, "/tickets/call/{caller}", DESK),
    Picture("clocks", Role.AGENT, "/tickets/{ticket}/clocks", DESK),
    Picture("approvals", Role.AGENT, "/tickets/{approved}/approvals", DESK),
    Picture("deciding", Role.REPORT_AUTHOR, "/approvals/{approver}", IPAD),
    Picture("merging", Role.AGENT, "/tickets/{ticket}/merging", DESK, looking_before_merging),
    Picture("problems", Role.MANAGER, "/problems", DESK),
    Picture("day-sheet", Role.MANAGER, "/clinics/{today}/sheet", IPAD),
    Picture("booking", "member", "/clinics/slots/{slot}/booking", IPAD),
    Picture("clinic-figures", Role.MANAGER, "/reports/clinics", DESK),
    Picture("returns", Role.MANAGER, "/devices/returns", DESK),
    Picture("search", Role.AGENT, "/search?q=lapttop", DESK),
    Picture("asking", "member", "/tickets/new?kind=incident", IPAD),
    Picture("first-page", "member", "/", PHONE),
    Picture("guides", "member", "/guides", IPAD),
    Picture("clinics", "member", "/clinics", IPAD),
    Picture("settings", Role.MANAGER, "/settings", DESK),
    Picture("targets", Role.MANAGER, "/settings/targets", DESK),
    Picture("routing", Role.MANAGER, "/settings/routing", DESK),
    Picture("request-types", Role.MANAGER, "/settings/request-types", DESK),
    Picture("load", Role.MANAGER, "/reports/load", DESK),
    Picture("staffing", Role.MANAGER, "/staffing", DESK),
    Picture("bulk", Role.AGENT, "/tickets?view=everything", DESK, look_at_a_bulk_run),
    Picture("macro", Role.AGENT, "/tickets/{ticket}/macros", DESK, look_at_a_macro),
    Picture("questions", Role.MANAGER, "/settings/request-types/printing/questions", DESK),
    Picture("closure", Role.MANAGER, "/settings/hours/2/closures", DESK, close_for_some_days),
    Picture("brand", Role.ADMINISTRATOR, "/settings/brands/chorley", DESK, change_the_colours),
    Picture("watchers", Role.AGENT, "/tickets/{ticket}/people", DESK, put_somebody_on),
    Picture("split", Role.AGENT, "/tickets/{ticket}/split", DESK),
    Picture("known-error", Role.AGENT, "/problems/{problem}", DESK),
    Picture("recurring", Role.MANAGER, "/settings/recurring-tickets", DESK),
    Picture("settings-preview", Role.MANAGER, "/settings/routing/new", DESK, look_at_a_rule),
    Picture("tester", Role.MANAGER, "/settings/routing/test", DESK, ask_the_tester),
    Picture("ring-back", Role.MANAGER, "/tickets/ratings", DESK),
    Picture("person", Role.ADMINISTRATOR, "/people/{caller}", DESK),
    Picture("post-office", Role.ADMINISTRATOR, "/post-office", DESK),
    Picture("contracts", Role.SYSTEMS_LEAD, "/contracts", DESK),
    Picture("turn", "waits", "/clinics", PHONE),
    Picture("seen", "seen", "/clinics/bookings/{seen}", IPAD),
    Picture("by-link", "", "/clinics/yours/{link}", PHONE),
    Picture("offer", "member", "/clinics/bookings/{offer}/offer", PHONE),
    Picture("waiting-list", "seen", "/clinics/{full}/waiting", IPAD),
    Picture("walk-in", Role.MANAGER, "/clinics/{today}/walk-ins", IPAD),
    Picture("outcome", Role.MANAGER, "/clinics/bookings/{here}/outcome", IPAD, raising_a_ticket),
    Picture("calling-off", Role.MANAGER, "/clinics/{clinic}/calling-off", IPAD),
    Picture("people-to-phone", Role.MANAGER, "/clinics/{off}/called-off", IPAD),
    Picture("clinic-calendar", Role.MANAGER, "/clinics/planner?view=month", DESK),
    Picture("series-change", Role.MANAGER, "/clinics/{full}/plan", IPAD, looking_at_a_later_beginning),
    Picture("kept-places", Role.DEMOCRATIC_SERVICES, "/clinics/kept-places", IPAD),
    Picture("together", Role.DEMOCRATIC_SERVICES, "/clinics/together", IPAD, looking_who_gets_which_time),
    Picture("device", Role.MANAGER, "/devices/{device}", DESK),
    Picture("series", Role.MANAGER, "/clinics/series/{series}", DESK),
    Picture("device-import", Role.MANAGER, "/devices/import", DESK, look_at_a_list_of_devices),
    Picture("visitor", Role.MANAGER, "/clinics/visitors/{visitor}/person", IPAD),
    Picture("bringing", "brings", "/clinics/requests/{brings}", IPAD),
    Picture("for-a-member", "delegate", "/clinics?for={member}", IPAD),
    Picture("ticket-by-email", Role.MANAGER, "/tickets/{mailed}", DESK, unfolding_what_is_quoted),
    Picture("moving", "member", "/clinics/slots/{slot}/booking", IPAD, choosing_to_move),
)


def main(names: Sequence[str]) -> None:
    """Serve the demonstration and take every picture, or those of these names."""
    if unknown := set(names) - {picture.name for picture in PICTURES}:
        sys.exit(f"There is no picture called {', '.join(sorted(unknown))}.")
    pictures = [picture for picture in PICTURES if not names or picture.name in names]
    FOLDER.mkdir(parents=True, exist_ok=True)
    moment = in_the_morning()
    with clock.at(moment):
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        with tempfile.TemporaryDirectory() as folder:
            app = create_app(
                Settings(database_url=f"sqlite:///{folder}/pictures.db", instance=folder, workers=False)
            )
            with app.app_context():
                upgrade()
                demonstration.load(tickets=1_500)
                db.session.remove()
            app.wsgi_app = stopped(app.wsgi_app, moment)  # type: ignore[method-assign]
            server = waitress.create_server(app, host="127.0.0.1", port=port, threads=4, ident=None)
            threading.Thread(target=server.run, daemon=True).start()
            site = Site(app, f"http://127.0.0.1:{port}", people_at_clinics(app))
            take(pictures, site, {**things(app), **at_clinics(app)})
            server.close()


def in_the_morning() -> datetime:
    """The last working day at 10:42: in the evening nobody would be at work on the pictures."""
    here = clock.now().astimezone(ZoneInfo("Europe/London"))
    day = here.date() - timedelta(days=max(0, here.weekday() - 4))
    return datetime.combine(day, time(10, 42), here.tzinfo)


def stopped(answer: Callable[..., Any], moment: datetime) -> Callable[..., Any]:
    """Answer everything at this moment: the server's threads have clocks of their own."""

    def at_that_moment(*request: Any) -> Any:
        with clock.at(moment):
            return answer(*request)

    return at_that_moment


def things(app: Flask) -> dict[str, str]:
    """What the addresses are about."""
    with app.app_context():
        worked = select(Ticket.reference, Ticket.requester_id).where(
            Ticket.OPEN,
            Ticket.status == Status.IN_PROGRESS,
            Ticket.confidential.is_(False),
            Ticket.ticket_type != TicketType.PROBLEM,
        )
        reference, caller = db.session.execute(worked.order_by(Ticket.id.desc()).limit(1)).one()
        waits = select(Ticket.reference, Approver.id).join(Approver.approval).join(Approval.ticket)
        first = waits.where(Approval.needed > 1, Approver.WAITS).order_by(Approver.id).limit(1)
        approved, approver = db.session.execute(first).one()
        to_come = select(Clinic.id).where(Clinic.starts_at > clock.now(), Clinic.called_off_at.is_(None))
        clinics = db.session.scalars(to_come.order_by(Clinic.starts_at)).all()
        slot, _left = next_free_times(clinics)[0]
        known = select(Ticket.reference).join(Problem, Problem.ticket_id == Ticket.id)
        problem = db.session.scalars(known.where(Problem.workaround != "").order_by(Ticket.id)).first()
        mailed = db.session.scalars(
            select(Ticket.reference).join(Mailed, Mailed.ticket_id == Ticket.id).order_by(Mailed.id)
        ).first()
    return {
        "ticket": reference,
        "caller": str(caller),
        "problem": str(problem),
        "mailed": str(mailed),
        "approved": approved,
        "approver": str(approver),
        "clinic": str(clinics[0]),
        "slot": str(slot.id),
    }


def at_clinics(app: Flask) -> dict[str, str]:
    """What is on today, what is full, and what is called off."""
    with app.app_context():
        today = select(Clinic.id).join(DropIn, DropIn.clinic_id == Clinic.id).where(DropIn.WAITS)
        there = (
            select(Booking.id).join(Booking.slot).where(Slot.clinic_id == today.limit(1).scalar_subquery())
        )
        waits = WaitingEntry.state == WaitingState.WAITING
        full = select(WaitingPlace.clinic_id).join(WaitingPlace.entry).where(waits)
        found = {
            "today": today,
            "seen": there.where(Booking.state == BookingState.SEEN),
            "here": there.where(Booking.state == BookingState.CHECKED_IN),
            "full": full.where(WaitingEntry.lost_booking_id.is_(None)),
            "off": select(CallingOff.clinic_id),
            "offer": select(WaitingEntry.booking_id).where(
                WaitingEntry.lost_booking_id.is_(None), WaitingEntry.state == WaitingState.OFFERED
            ),
            "device": select(Custody.device_id).where(Custody.returned_at.is_(None)).order_by(Custody.id),
        }
        found |= {
            "visitor": select(Stranger.person_id).where(
                Stranger.clinic_id.in_(today), Stranger.tied_to_id.is_(None)
            ),
            "series": select(PassedOver.series_id).order_by(PassedOver.series_id),
            "member": select(Delegation.member_id).where(Delegation.delegate_id == a_delegate()),
            "brings": _to_bring().with_only_columns(Ticket.reference),
        }
        about = {name: str(db.session.scalars(rows.limit(1)).one()) for name, rows in found.items()}
        to_come = there.with_only_columns(Booking).where(Booking.state == BookingState.CONFIRMED)
        booking = db.session.scalars(to_come.order_by(Slot.starts_at.desc()).limit(1)).one()
        return {**about, "link": link_to_booking(booking).rsplit("/", 1)[1]}


def people_at_clinics(app: Flask) -> dict[Visitor, int]:
    """A member who has been seen today, and one who waits in the queue."""
    with app.app_context():
        waits = select(DropIn.person_id).join(DropIn.person).where(DropIn.WAITS, Person.email.is_not(None))
        seen = (
            select(Booking.person_id)
            .where(Booking.state == BookingState.SEEN)
            .order_by(Booking.outcome_at.desc())
        )
        found: dict[Visitor, int] = {}
        brings = _to_bring().with_only_columns(Ticket.requester_id)
        for name, rows in (("waits", waits), ("seen", seen), ("brings", brings)):
            found[name] = db.session.scalars(rows.limit(1)).one()
        return {**found, "delegate": a_delegate()}


def a_delegate() -> int:
    """Somebody who acts for members."""
    return db.session.scalars(select(Delegation.delegate_id).order_by(Delegation.id).limit(1)).one()


def _to_bring() -> Select[Ticket]:
    """Open requests of members, the newest first."""
    of_members = Ticket.requester_id.in_(select(Term.person_id).where(Term.ends_on.is_(None)))
    open_still = select(Ticket).where(Ticket.OPEN, of_members, Ticket.confidential.is_(False))
    return open_still.where(Ticket.ticket_type != TicketType.PROBLEM).order_by(Ticket.id.desc())


def take(pictures: Sequence[Picture], site: Site, about: dict[str, str]) -> None:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(CHROMIUM), args=FLAGS)
        for picture in pictures:
            context = browser.new_context(viewport=picture.size, reduced_motion="reduce")
            name = site.app.config["SESSION_COOKIE_NAME"]
            if picture.visitor:
                cookie = site.cookie(picture.visitor)
                context.add_cookies([{"name": name, "value": cookie, "url": site.address}])
            photograph(context.new_page(), picture, site.address + picture.address.format(**about))
            context.close()
        browser.close()


def photograph(page: Page, picture: Picture, address: str) -> None:
    answer = page.goto(address)
    assert answer is not None
    assert answer.ok, f"{address} answered {answer.status}"
    picture.after(page)
    page.wait_for_load_state("networkidle")
    page.screenshot(path=str(FOLDER / f"{picture.name}.png"))


if __name__ == "__main__":
    main(sys.argv[1:])
