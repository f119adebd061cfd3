"""How a form of settings is sent: looked at first, then saved."""

import html
import re
from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient

from ictsupport.people.models import Council, Grant, Person, Role
from ictsupport.people.scopes import scoped_to
from tests.cast import keep
from tests.tickets.conftest import later, make_ticket, ticket  # noqa: F401


class Sheet:
    """A form of settings in one browser: open it, look at what it would alter, save it."""

    def __init__(self, browser: FlaskClient, address: str) -> None:
        self.browser, self.address = browser, address
        self.page = browser.get(address).text

    @property
    def hidden(self) -> dict[str, str]:
        found = re.findall(r'<input[^>]*name="(stamp|seen)"[^>]*value="([^"]*)"', self.page)
        return {name: html.unescape(value) for name, value in found}

    def look(self, **answers: Any) -> str:
        """Send it the first time; what it answers, tags taken out."""
        response = self.browser.post(self.address, data={**self.hidden, **answers})
        self.page = response.text
        assert response.status_code in (200, 422), response.headers.get("Location")
        return text_of(self.page)

    def save(self, **answers: Any) -> Any:
        """Send it until it is saved: once more, if this was not looked at before."""
        response = self.browser.post(self.address, data={**self.hidden, **answers})
        if response.status_code == 200:
            self.page = response.text
            response = self.browser.post(self.address, data={**self.hidden, **answers})
        self.page = response.text
        return response


def text_of(page: str) -> str:
    """What the page says in its main part, on one line."""
    main = page.partition("<main")[2].partition("</main>")[0] or page
    return html.unescape(" ".join(re.sub(r"<[^>]+>", " ", main).split()))


@pytest.fixture
def sheet(browser: Callable[..., FlaskClient]) -> Callable[[Person, str], Sheet]:
    """sheet(person, "/settings/queues/new") is that form in the person's browser."""
    return lambda person, address: Sheet(browser(person), address)


@pytest.fixture
def local_manager(make_person: Callable[..., Person], council: Council) -> Person:
    """Manages the desk for one council only."""
    person = make_person("Lou Local", council)
    person.grants.append(Grant(role=Role.MANAGER, **scoped_to(council)))
    return keep(person)
