"""Every page that links lead to, opened as everybody: accessible in light and dark, nothing wider than a phone."""

import os
import re
from collections.abc import Callable, Iterator
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from flask.testing import FlaskClient
from playwright.sync_api import Page
from werkzeug.exceptions import HTTPException

from ictsupport.people.models import Role

from .conftest import IPAD, Site, Visitor, Window
from .pages import PAGES
from .quality import faults

TOGETHER = pytest.mark.xdist_group("pages as seen with a role")  # which look at each view once between them
VISITORS = ["", "member", "staff", *(pytest.param(role, marks=TOGETHER) for role in Role)]
MOST = 120


class Links(HTMLParser):
    """The addresses that a page's links lead to."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        address = dict(attributes).get("href") or ""
        if tag == "a" and address.startswith("/") and not address.startswith("//"):
            self.found.append(address.partition("#")[0])


def endpoint_of(site: Site, address: str) -> str:
    """Which view answers; two addresses of one view need only one look."""
    parts = urlsplit(address)
    try:
        return str(site.app.url_map.bind("127.0.0.1").match(parts.path)[0])
    except HTTPException:
        return address


def reachable(site: Site, visitor: Visitor) -> Iterator[tuple[str, str]]:
    """(view, address) of each page that links lead this visitor to, one address for each view."""
    client: FlaskClient = site.app.test_client()
    if visitor:
        client.set_cookie(site.app.config["SESSION_COOKIE_NAME"], site.cookie(visitor), domain="localhost")
    waiting, seen = ["/"], set()
    while waiting and len(seen) < MOST:
        address = waiting.pop(0)
        view = endpoint_of(site, address)
        if view in seen:
            continue
        seen.add(view)
        answer = client.get(address, follow_redirects=True)
        if answer.mimetype != "text/html":
            continue
        yield view, address
        links = Links()
        links.feed(answer.text)
        waiting += links.found


def picture(page: Page, name: str) -> None:
    """Keep how the page looks, for people to look at, when PICTURES is set."""
    if os.environ.get("PICTURES"):
        file = Path(__file__).parent / "pictures" / f"{re.sub(r'[^a-z0-9.]+', '-', name.lower())}.png"
        page.screenshot(path=file, full_page=True)


@pytest.fixture(scope="session")
def looked_at() -> dict[str, set[str]]:
    """The views looked at so far, by the kind of page they give."""
    return {}


@pytest.mark.long
@pytest.mark.parametrize(
    "visitor", VISITORS, ids=lambda who: who.value if isinstance(who, Role) else who or "nobody"
)
def test_every_page_can_be_used_by_everybody(
    site: Site, window: Callable[..., Window], looked_at: dict[str, set[str]], visitor: Visitor
):
    """A view is looked at once for members and staff and once for those with roles: they see different pages."""
    shown = looked_at.setdefault("roles" if isinstance(visitor, Role) else str(visitor), set())
    seen = window(visitor)
    wrong = []
    for view, address in [
        *reachable(site, visitor),
        *((f"{who}{path}", path) for who, path in PAGES if who == visitor),
    ]:
        if view in shown:
            continue
        shown.add(view)
        page = seen.open(address)
        wrong += [f"{address}: {fault}" for fault in (*faults(page), *seen.listener.all())]
        picture(page, f"{getattr(visitor, 'value', visitor) or 'nobody'}-{view}")
    assert not wrong, "\n" + "\n".join(wrong)


@pytest.mark.parametrize("visitor", ["", "member", "staff", Role.AGENT], ids=str)
def test_the_first_page_fits_an_ipad_and_works_without_scripts(
    window: Callable[..., Window], visitor: Visitor
):
    page = window(visitor, size=IPAD, scripts=False).open("/")
    assert page.locator("h1").count() == 1
    assert page.locator("main").is_visible()
