"""The pictures of the handbook, taken anew from the demonstration: `make pictures`."""

import socket
import tempfile
import threading
from dataclasses import dataclass
from pathlib import Path

import waitress
from flask import Flask
from flask_migrate import upgrade
from playwright.sync_api import Page, sync_playwright
from sqlalchemy import select

from ictsupport import clock, create_app
from ictsupport.clinics.models import Clinic
from ictsupport.clinics.queries import next_free_times
from ictsupport.commands import demonstration
from ictsupport.config import Settings
from ictsupport.database import db
from ictsupport.people.models import Role
from ictsupport.tickets.approvals.models import Approval, Approver
from ictsupport.tickets.models import Status, Ticket, TicketType

from .conftest import CHROMIUM, FLAGS, IPAD, PHONE, Site, Visitor

FOLDER = Path("docs/handbook/pictures")
DESK = {"width": 1280, "height": 800}


@dataclass(frozen=True)
class Picture:
    """One page as somebody sees it."""

    name: str
    visitor: Visitor
    address: str
    size: dict[str, int]


PICTURES = (
    Picture("queue", Role.AGENT, "/tickets", DESK),
    Picture("board", Role.AGENT, "/tickets/board", DESK),
    Picture("ticket", Role.AGENT, "/tickets/{ticket}", DESK),
    Picture("today", Role.AGENT, "/today", DESK),
    Picture("call", Role.AGENT, "/tickets/call/{caller}", DESK),
    Picture("clocks", Role.AGENT, "/tickets/{ticket}/clocks", DESK),
    Picture("approvals", Role.AGENT, "/tickets/{approved}/approvals", DESK),
    Picture("deciding", Role.REPORT_AUTHOR, "/approvals/{approver}", IPAD),
    Picture("merging", Role.AGENT, "/tickets/{ticket}/merging", DESK),
    Picture("problems", Role.MANAGER, "/problems", DESK),
    Picture("day-sheet", Role.MANAGER, "/clinics/{clinic}/sheet", IPAD),
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
    Picture("contracts", Role.SYSTEMS_LEAD, "/contracts", DESK),
)


def main() -> None:
    """Serve the demonstration and take every picture."""
    FOLDER.mkdir(parents=True, exist_ok=True)
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
        server = waitress.create_server(app, host="127.0.0.1", port=port, threads=4, ident=None)
        threading.Thread(target=server.run, daemon=True).start()
        take(Site(app, f"http://127.0.0.1:{port}"), things(app))
        server.close()


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
    return {
        "ticket": reference,
        "caller": str(caller),
        "approved": approved,
        "approver": str(approver),
        "clinic": str(clinics[0]),
        "slot": str(slot.id),
    }


def take(site: Site, about: dict[str, str]) -> None:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(CHROMIUM), args=FLAGS)
        for picture in PICTURES:
            context = browser.new_context(viewport=picture.size, reduced_motion="reduce")
            name = site.app.config["SESSION_COOKIE_NAME"]
            context.add_cookies([{"name": name, "value": site.cookie(picture.visitor), "url": site.address}])
            photograph(context.new_page(), picture, site.address + picture.address.format(**about))
            context.close()
        browser.close()


def photograph(page: Page, picture: Picture, address: str) -> None:
    answer = page.goto(address)
    assert answer is not None
    assert answer.ok, f"{address} answered {answer.status}"
    page.wait_for_load_state("networkidle")
    page.screenshot(path=str(FOLDER / f"{picture.name}.png"))


if __name__ == "__main__":
    main()
