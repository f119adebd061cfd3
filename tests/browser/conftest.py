"""A real browser at a real server: Debian's Chromium, waitress, and the demonstration in a database of its own."""

import os
import socket
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import waitress
from flask import Flask
from flask.sessions import SecureCookieSessionInterface
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright
from sqlalchemy import Select, select

from ictsupport.commands import demonstration
from ictsupport.database import db
from ictsupport.people.models import Grant, Person, Role, Term
from ictsupport.people.scopes import scoped_to
from ictsupport.people.sessions import COOKIE_KEY, open_sign_in
from tests.conftest import application

from .quality import Listener

CHROMIUM = Path(os.environ.get("CHROMIUM", "/usr/bin/chromium"))
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
DESKTOP = {"width": 1440, "height": 900}
IPAD = {"width": 810, "height": 1080}
PHONE = {"width": 390, "height": 844}

Visitor = Role | str
"""A role, "member", "staff", or "" for somebody who is signed out."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Everything here needs Chromium: without it the tests are left out, but never silently on the build machine."""
    here = [item for item in items if Path(__file__).parent in item.path.parents]
    for item in here:
        item.add_marker(pytest.mark.browser)
        item.add_marker(pytest.mark.filterwarnings("ignore::ResourceWarning"))
        item.add_marker(pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"))
        if not CHROMIUM.exists() and not os.environ.get("CI"):
            reason = "There is no Chromium here. On Debian: apt-get install chromium"
            item.add_marker(pytest.mark.skip(reason=reason))


@dataclass
class Site:
    """The service as it is served, and a way in for everybody."""

    app: Flask
    address: str
    people: dict[Visitor, int] = field(default_factory=dict)

    def person(self, visitor: Visitor) -> int:
        """The id of somebody who is what `visitor` says and as little else as there is."""
        if visitor not in self.people:
            with self.app.app_context():
                self.people[visitor] = _somebody(visitor)
        return self.people[visitor]

    def cookie(self, visitor: Visitor) -> str:
        """The cookie of a new sign-in."""
        with self.app.test_request_context():
            person = db.session.get(Person, self.person(visitor))
            assert person is not None
            token = open_sign_in(person)
            db.session.commit()
            serializer = SecureCookieSessionInterface().get_signing_serializer(self.app)
            assert serializer is not None
            return str(serializer.dumps({COOKIE_KEY: token}))


def _somebody(visitor: Visitor) -> int:
    people = select(Person.id).where(Person.left_on.is_(None), Person.email.is_not(None)).order_by(Person.id)
    if isinstance(visitor, Role):
        held = select(Grant.person_id).where(Grant.role == visitor, Grant.ended_at.is_(None))
        others = select(Grant.person_id).where(Grant.role != visitor, Grant.ended_at.is_(None))
        found = db.session.scalar(people.where(Person.id.in_(held), Person.id.not_in(others)))
        found = found or db.session.scalar(people.where(Person.id.in_(held))) or _appointed(people, visitor)
    elif visitor == "member":
        found = db.session.scalar(
            people.where(Person.id.in_(select(Term.person_id).where(Term.ends_on.is_(None))))
        )
    else:
        found = db.session.scalar(
            people.where(~Person.grants.any(), ~Person.terms.any(), Person.employer_id.is_not(None))
        )
    assert found is not None, f"Nobody in the demonstration is {visitor}"
    return found


def _appointed(people: Select[int], role: Role) -> int:
    """Somebody who is given a role that nobody in the demonstration holds."""
    found = db.session.scalars(people.where(~Person.grants.any(), ~Person.terms.any())).first()
    assert found is not None
    db.session.add(Grant(person_id=found, role=role, **scoped_to(None)))
    db.session.commit()
    return found


@pytest.fixture(scope="session")
def site() -> Iterator[Site]:
    """The demonstration, served on a free port of this machine."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with application("sqlite", csrf=True, workers=False) as app:
        app.config["PROPAGATE_EXCEPTIONS"] = False
        app.config["TESTING"] = False
        with app.app_context():
            demonstration.load(tickets=400)
            db.session.remove()
        server = waitress.create_server(app, host="127.0.0.1", port=port, threads=4, ident=None)
        thread = threading.Thread(target=server.run, daemon=True)
        thread.start()
        yield Site(app, f"http://127.0.0.1:{port}")
        server.close()
        thread.join(timeout=5)


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(CHROMIUM), args=FLAGS)
        yield browser
        browser.close()


@dataclass
class Window:
    """A page in the browser, and what is heard from it."""

    page: Page
    listener: Listener
    address: str

    def open(self, path: str) -> Page:
        self.page.goto(self.address + path)
        return self.page


@pytest.fixture
def window(site: Site, chromium: Browser) -> Iterator[Callable[..., Window]]:
    """window(Role.AGENT, size=IPAD) is a browser window of somebody who is signed in; window() one of nobody."""
    contexts: list[BrowserContext] = []

    def open_window(visitor: Visitor = "", size: dict[str, int] = DESKTOP, scripts: bool = True) -> Window:
        context = chromium.new_context(
            viewport=size,
            base_url=site.address,
            java_script_enabled=scripts,
            reduced_motion="reduce",
            locale="en-GB",
        )
        contexts.append(context)
        if visitor:
            name = site.app.config["SESSION_COOKIE_NAME"]
            context.add_cookies(
                [{"name": name, "value": site.cookie(visitor), "url": site.address, "httpOnly": True}]
            )
        page = context.new_page()
        listener = Listener()
        listener.listen(page)
        return Window(page, listener, site.address)

    yield open_window
    for context in contexts:
        context.close()
