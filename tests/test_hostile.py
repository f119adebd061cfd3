"""Whatever is sent to a door, the answer is words; never that the service is broken."""

from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask

from ictsupport.database import db
from ictsupport.pages.addresses import CleanRequest, WithoutNul
from ictsupport.pages.presses import new_key
from ictsupport.people.models import Grant, Role
from ictsupport.people.scopes import scoped_to

from .conftest import KINDS
from .doors import EVERYBODY, Door, Visitor, World
from .test_doors import METHODS, TABLES, Knocker, rows_of, world

__all__ = ["world"]

ALL_ROLES = "holder of every role"
HOSTILE = "4000000000"
"""A number that SQLite would look for and PostgreSQL refuses: so it is tried there, if it is there."""


class Everything(WithoutNul):
    """A form in which every answer is there that anybody asks for, and is the same."""

    def __contains__(self, _name: object) -> bool:
        return True

    def __bool__(self) -> bool:
        return True

    def __getitem__(self, name: str) -> Any:
        return new_key() if name == "once" else HOSTILE

    def getlist(self, name: str, type: Any = None) -> list[Any]:
        try:
            return [type(self[name]) if type else self[name]]
        except ValueError:
            return []


class HostileRequest(CleanRequest):
    parameter_storage_class = Everything
    args = property(lambda request: request.form)  # type: ignore[assignment]


def by_whom(door: Door, method: str) -> Iterator[Visitor]:
    """Whoever gets furthest: with every role, or as the door has it."""
    audience = door.audience(method) or frozenset()
    if audience:
        yield ALL_ROLES if audience & set(Role) else min(audience & EVERYBODY, key=str)


@pytest.mark.long
@pytest.mark.parametrize("kind", KINDS[-1:], indirect=True, scope="session")
@pytest.mark.parametrize("package", TABLES)
def test_nothing_that_is_sent_breaks_a_door(
    package: str, app: Flask, world: World, monkeypatch: pytest.MonkeyPatch
):
    person = world.visitors[Role.ADMINISTRATOR]
    others = [role for role in Role if role is not Role.ADMINISTRATOR]
    db.session.add_all(Grant(person_id=person.id, role=role, **scoped_to(None)) for role in others)
    db.session.commit()
    people = {**world.visitors, ALL_ROLES: person}
    everybody = World(**{**vars(world), "visitors": people})
    knock = Knocker(app, everybody, getattr(TABLES[package], "things", lambda _world: {})(everybody))
    monkeypatch.setattr(app, "request_class", HostileRequest)
    doors: dict[str, Door] = {}
    for endpoint, door in rows_of(package):
        doors.setdefault(endpoint, door)
    wrong = []
    for endpoint, door in doors.items():
        for method in METHODS:
            for visitor in by_whom(door, method):
                for address in knock.addresses(endpoint, door):
                    got = knock.ask(method, address, door, visitor, {"Accept": "application/json"})
                    if got != "let in" and not got.startswith("4"):
                        wrong.append(f"{method} {address}: {got}")
    assert not wrong, "\n".join(wrong)
