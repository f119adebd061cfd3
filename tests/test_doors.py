"""Every door is tried by everybody: each route, each role, each method, against the written table (see doors.py).

Everybody comes on one kind of database. On the other, everybody who is let in, and of those who are not,
one for each way of being told so: whom a rule names is the same there, only how it is asked for differs.
"""

import importlib
import itertools
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from flask import Flask, url_for
from werkzeug.routing import Rule

from ictsupport.database import db
from ictsupport.people.models import Council, Person, Role, Site
from ictsupport.people.sessions import COOKIE_KEY, open_sign_in
from ictsupport.systems.models import System
from ictsupport.tickets.models import Queue

from .conftest import KINDS
from .doors import MEMBER, SIGNED_OUT, STAFF, STAFF_ELSEWHERE, Door, Visitor, World

METHODS = ("GET", "POST")
LET_IN = (*range(200, 400), 400, 409, 422)
SHORTLY = {"Accept": "application/json"}
"""Asks to be refused in one line instead of with a page (tests/pages/test_errors.py looks at those)."""
TABLES: dict[str, ModuleType] = {
    path.parent.name: importlib.import_module(f"tests.{path.parent.name}.doors")
    for path in sorted(Path(__file__).parent.glob("*/doors.py"))
}


def rows_of(package: str) -> Iterator[tuple[str, Door]]:
    for endpoint, doors in TABLES[package].DOORS.items():
        for door in doors if isinstance(doors, list) else [doors]:
            yield endpoint, door


def routes(app: Flask) -> list[Rule]:
    return [rule for rule in app.url_map.iter_rules() if rule.endpoint != "static"]


def test_every_route_has_its_row_and_every_row_its_route(shared_app: Flask):
    written = {endpoint for package in TABLES for endpoint in TABLES[package].DOORS}
    assert {rule.endpoint for rule in routes(shared_app)} == written


def test_a_row_names_the_methods_of_its_route(shared_app: Flask):
    offered: dict[str, set[str]] = {}
    for rule in routes(shared_app):
        offered.setdefault(rule.endpoint, set()).update((rule.methods or set()) - {"HEAD", "OPTIONS"})
    for package in TABLES:
        for endpoint, door in rows_of(package):
            named = {method for method in METHODS if door.audience(method) is not None}
            assert named == offered.get(endpoint, set()), endpoint


@pytest.fixture
def world(
    council: Council,
    other_council: Council,
    site: Site,
    member: Person,
    staff: Person,
    other_staff: Person,
    desk: dict[str, Queue],
    telephony: System,
    make_person: Callable[..., Person],
) -> World:
    """A council with somebody in each role, who holds no other."""
    roles = {role: make_person(f"Only {role.value.title()}", council, roles=(role,)) for role in Role}
    return World(
        council=council,
        other_council=other_council,
        site=site,
        visitors={MEMBER: member, STAFF: staff, STAFF_ELSEWHERE: other_staff, **roles},
        desk=desk,
        telephony=telephony,
    )


@pytest.mark.long
@pytest.mark.parametrize("package", TABLES)
def test_who_is_let_in(package: str, kind: str, app: Flask, world: World):
    knock = Knocker(app, world, getattr(TABLES[package], "things", lambda _world: {})(world))
    knock.everybody = kind == KINDS[-1]
    wrong = [trouble for endpoint, door in rows_of(package) for trouble in knock.at(endpoint, door)]
    assert not wrong, "\n".join(wrong)


class Knocker:
    """Asks at a door as everybody, each time as if it were the first: what an answer wrote is taken back."""

    everybody = True

    def __init__(self, app: Flask, world: World, things: dict[str, Any]) -> None:
        self.app = app
        self.things = things
        self.turns = itertools.count()
        self.connection: Any = db.engines[None]
        self.cookies: dict[Visitor, str] = {SIGNED_OUT: ""}
        for visitor, person in world.visitors.items():
            self.cookies[visitor] = self.cookie_of(person)
        db.session.commit()
        with app.test_request_context():
            self.sign_in = url_for("people.sign_in")

    def cookie_of(self, person: Person) -> str:
        """The cookie of a browser in which the person is signed in."""
        with self.app.test_request_context():
            token = open_sign_in(person)
        client = self.app.test_client()
        with client.session_transaction() as content:
            content[COOKIE_KEY] = token
        name = self.app.config["SESSION_COOKIE_NAME"]
        cookie = client.get_cookie(name)
        assert cookie is not None
        return f"{name}={cookie.value}"

    def at(self, endpoint: str, door: Door) -> Iterator[str]:
        """What was answered otherwise than the row says."""
        for address in self.addresses(endpoint, door):
            for method in METHODS:
                for visitor in self.callers(door, method):
                    wanted = self.expected(door, method, visitor)
                    how = {} if wanted == "let in" else SHORTLY
                    got = self.ask(method, address, door, visitor, how)
                    if wanted != got:
                        who = visitor.value if isinstance(visitor, Role) else visitor
                        yield f"{endpoint}: {method} {address} as {who}: wanted {wanted}, got {got}"

    def callers(self, door: Door, method: str) -> Iterator[Visitor]:
        """Who knocks. Where the route does not know the method, nobody is looked at: one who asks is enough."""
        if door.audience(method) is None:
            yield STAFF
            return
        refused: dict[str, list[Visitor]] = {}
        for visitor in self.cookies:
            wanted = self.expected(door, method, visitor)
            if self.everybody or wanted == "let in":
                yield visitor
            else:
                refused.setdefault(wanted, []).append(visitor)
        for visitors in refused.values():
            yield visitors[next(self.turns) % len(visitors)]

    def addresses(self, endpoint: str, door: Door) -> Iterator[str]:
        """Where the row's things are found."""
        for rule in self.app.url_map.iter_rules(endpoint):
            with self.app.test_request_context():
                yield url_for(
                    endpoint,
                    **{name: self.things[door.fill.get(name, name)] for name in rule.arguments},
                )

    @staticmethod
    def expected(door: Door, method: str, visitor: Visitor) -> str:
        audience = door.audience(method)
        if audience is None:
            return "405"
        if visitor in audience:
            return "let in"
        if visitor in door.hidden:
            return "404"
        return "asked to sign in" if visitor == SIGNED_OUT else "403"

    def ask(self, method: str, address: str, door: Door, visitor: Visitor, how: dict[str, str]) -> str:
        before = self.connection.begin_nested()
        try:
            with self.app.app_context():
                response = self.app.test_client(use_cookies=False).open(
                    address,
                    method=method,
                    data=dict(door.data) if method == "POST" else None,
                    headers={"Cookie": self.cookies[visitor], **how},
                )
        except Exception as error:
            return f"{type(error).__name__}: {error}"
        finally:
            before.rollback()
        response.close()
        if visitor == SIGNED_OUT and response.headers.get("Location", "").startswith(f"{self.sign_in}?next="):
            return "asked to sign in"
        return "let in" if response.status_code in LET_IN else str(response.status_code)
