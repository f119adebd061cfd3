"""Whatever is typed into a form: never an error of the program, nothing half-saved, nothing typed is lost.

Every page is opened as whoever gets furthest and as whoever asks for help. Each form found there is sent in every bad
way there is, as a browser could send it; what was written is taken back each time.
"""

import io
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from html import unescape
from html.parser import HTMLParser
from typing import Any
from urllib.parse import urlsplit

import pytest
import sqlalchemy as sa
from flask import Flask
from werkzeug.test import TestResponse

from ictsupport.database import db
from ictsupport.people.models import Grant, Role
from ictsupport.people.scopes import scoped_to
from ictsupport.tickets.models import Channel
from ictsupport.tickets.raising import raise_ticket

from .conftest import KINDS
from .doors import MEMBER, PUBLIC, STAFF, Visitor, World
from .test_doors import TABLES, Knocker, rows_of, world

__all__ = ["world"]

ALL_ROLES = "holder of every role"
PACKAGES = sorted(TABLES)

TYPED = "Kept words"
LONG = f"{TYPED} " * 9_100
CONTROL = f"{TYPED} \x00\x01\x07\x1b[2J\u202e\ufeff\u2028"
FOREIGN = "4000000000"
HUGE = "9" * 40
NAMES = ["../../etc/passwd", 'a";x="<script>.png', "x" * 5_000 + ".txt", "\x00\u202egpj.exe", "."]
STALE = ("version", "stamp", "seen")
ALWAYS = ("csrf_token", "once")
KEPT_ON_PURPOSE = ("sign_in", "press", "request")
"""Rows that stay though a form is sent back: who is signed in, which button was pressed, what is not sent yet."""
BY_HAND = {
    "tickets.bulk": {"act": "select", "chosen": "text", "leave": "checkbox", "list": "text", "step": "button"}
    | {"assignee": "select", "note": "text", "tags": "text", "body": "text"},
    "tickets.call_typed": {"subject": "text", "description": "text", "version": "hidden"},
    "tickets.draft": {"body": "text", "kind": "radio", "then": "radio", "version": "hidden"},
    "tickets.insert_reply": {"saved_reply": "select", "body": "text", "version": "hidden"},
    "tickets.checklist": {"checklist": "select"},
    "tickets.major_children": {"words": "text", "children": "checkbox"},
    "tickets.major_update": {"body": "text"},
    "tickets.problem_update": {"body": "text"},
    "tickets.outage": {"outage": "radio", "words": "text"},
    "tickets.view": {"name": "text", "queue": "select"},
    "tickets.view_content": {"list": "text"},
    "setting_up.question_place": {"way": "button"},
    "setting_up.request_type_place": {"way": "button"},
}
"""What is sent where no page of this world has a form for it, or only a script sends it; others are sent bare."""
SECRET = "Zebras in the committee room"


@dataclass
class Sheet:
    """A form as it stands on a page: its address, and its fields with their kind and what stands in them."""

    action: str
    fields: list[tuple[str, str, str]] = field(default_factory=list)
    on_page: bool = True

    @property
    def asks_words(self) -> bool:
        return any(kind == "text" for _name, kind, _value in self.fields)

    def answers(self, puts: dict[str, str | None]) -> list[tuple[str, Any]]:
        """As the page has it, but with these in the fields of each kind, or of that name; None leaves them out."""
        found: list[tuple[str, Any]] = []
        for name, kind, value in self.fields:
            wanted = puts.get(name, puts.get(kind, value))
            if wanted is not None and kind != "file" and name not in ALWAYS:
                found.append((name, wanted))
            elif name in ALWAYS:
                found.append((name, value))
        return found


class Reader(HTMLParser):
    """Finds the forms of a page."""

    def __init__(self, address: str) -> None:
        super().__init__()
        self.address = address
        self.sheets: list[Sheet] = []
        self.open: Sheet | None = None
        self.choice: str | None = None
        self.words: str | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        had = {name: value or "" for name, value in attrs}
        if tag == "form" and had.get("method", "get").lower() == "post":
            self.open = Sheet(had.get("action") or self.address)
            self.sheets.append(self.open)
        if self.open is None:
            return
        name, kind = had.get("name", ""), had.get("type", "text")
        if tag == "input" and name:
            if kind in ("radio", "checkbox"):
                self.put(name, kind, had.get("value", "on") if "checked" in had else None)
            elif kind != "submit":
                kept = ("hidden", "file", "password")
                self.put(name, kind if kind in kept else "text", had.get("value", ""))
        elif tag == "select" and name:
            self.choice = name
            self.put(name, "select", "")
        elif tag == "option" and self.choice and "selected" in had:
            self.put(self.choice, "select", had.get("value", ""))
        elif tag == "textarea" and name:
            self.put(name, "text", "")
        elif tag == "button" and name and had.get("type", "submit") == "submit":
            self.put(name, "button", had.get("value", ""))

    def put(self, name: str, kind: str, value: str | None) -> None:
        assert self.open is not None
        there = [at for at, each in enumerate(self.open.fields) if each[0] == name]
        if not there:
            self.open.fields.append((name, kind, value or ""))
        elif value and kind in ("radio", "select"):
            self.open.fields[there[0]] = (name, kind, value)

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self.open = None
        if tag == "select":
            self.choice = None


@dataclass(frozen=True)
class Way:
    """A bad way to send a form: what it puts into the fields of which kind, and whether a form with words may take it."""

    name: str
    puts: dict[str, str | None]
    refused: bool = False

    def suits(self, sheet: Sheet) -> bool:
        kinds = {kind for _name, kind, _value in sheet.fields} | {
            name for name, _kind, _value in sheet.fields
        }
        return not self.puts or bool(self.needs & kinds)

    @property
    def needs(self) -> set[str]:
        """Without a field of one of these kinds it is no other way than one before."""
        return self.puts.keys() - (
            {"text"} if len(self.puts) > 1 and TYPED in str(self.puts.get("text")) else set()
        )


def ways(secret: str) -> list[Way]:
    everything = ("text", "select", "radio", "checkbox", "hidden", "button")
    return [
        Way("as it stands", {}),
        Way("nothing at all", dict.fromkeys(everything)),
        Way("empty", dict.fromkeys(("text", "select", "radio", "version"), "")),
        Way("over-long", {"text": LONG}, refused=True),
        Way("control characters", {"text": CONTROL}),
        Way("other types", {"text": TYPED, "select": "²", "radio": "[]", "checkbox": "{}", "version": "x"}),
        Way(
            "stale, with numbers of nothing",
            {
                "text": TYPED,
                **dict.fromkeys(("select", "radio", "checkbox"), FOREIGN),
                **dict.fromkeys(STALE, "0"),
            },
        ),
        Way(
            "huge numbers", dict.fromkeys(("text", "select", "radio", "checkbox", "version", "button"), HUGE)
        ),
        Way("somebody else’s", {"text": secret}),
    ]


class Sender(Knocker):
    """Opens pages and sends their forms, each time as if it were the first."""

    def __init__(self, app: Flask, world: World, things: dict[str, Any]) -> None:
        super().__init__(app, world, things)
        tables = [table for table in db.metadata.sorted_tables if table.name not in KEPT_ON_PURPOSE]
        sums = [sa.func.sum(table.c.version) for table in tables if "version" in table.c]
        counts = [sa.select(sa.func.count()).select_from(table) for table in tables]
        self.all_there_is = sa.select(*(each.scalar_subquery() for each in [*counts, *map(sa.select, sums)]))
        self.was = self.look()

    def look(self) -> Any:
        return self.connection.execute(self.all_there_is).one()

    def send(
        self, method: str, address: str, visitor: Visitor, sent: Sequence[tuple[str, Any]] = ()
    ) -> tuple[TestResponse, bool]:
        """The answer, and whether it says no although something is different in the database."""
        data: dict[str, list[Any]] = {}
        for name, value in sent:
            data.setdefault(name, []).append(value)
        before = self.connection.begin_nested()
        try:
            with self.app.app_context():
                answer = self.app.test_client(use_cookies=False).open(
                    address,
                    method=method,
                    data=data if method == "POST" else None,
                    headers={"Cookie": self.cookies[visitor]},
                )
            half_saved = says_no(answer) and self.look() != self.was
        finally:
            before.rollback()
        return answer, half_saved


def says_no(answer: TestResponse) -> bool:
    return answer.status_code >= 400 or "govuk-error-summary" in answer.text


def sheets_of(page: TestResponse, address: str) -> list[Sheet]:
    reader = Reader(address)
    reader.feed(page.text)
    return reader.sheets


def by_whom(audience: frozenset[Visitor]) -> Iterator[Visitor]:
    """Whoever gets furthest, and whoever only asks."""
    if audience & set(Role):
        yield ALL_ROLES
    for visitor in (STAFF, MEMBER):
        if visitor in audience and not audience >= PUBLIC:
            yield visitor
    if audience >= PUBLIC:
        yield MEMBER


def found_on_pages(send: Sender, package: str) -> Iterator[tuple[Visitor, Sheet]]:
    """Every form there is, once for each kind of address and set of fields."""
    known = set()
    for endpoint, door in rows_of(package):
        for visitor in by_whom(frozenset(door.get or ())):
            for address in send.addresses(endpoint, door):
                page, _changed = send.send("GET", address, visitor)
                sheets = sheets_of(page, address) if page.mimetype == "text/html" else []
                for sheet in sheets:
                    kind = re.sub(r"[A-Z]+-\d+|\d+|\?.*", "", sheet.action)
                    what = (visitor, kind, frozenset(name for name, _kind, _value in sheet.fields))
                    if what not in known:
                        known.add(what)
                        yield visitor, sheet


def trouble(way: Way, sheet: Sheet, answer: TestResponse, half_saved: bool) -> str:
    """What is wrong with an answer, in a few words."""
    text = unescape(answer.text)
    if answer.status_code >= 500:
        return f"answered {answer.status_code}"
    if half_saved:
        return "refused, but something was saved"
    if SECRET in text:
        return "tells of what somebody else asked in confidence"
    if not sheet.on_page:
        return ""
    if way.refused and sheet.asks_words and not says_no(answer):
        return f"taken ({answer.status_code})"
    if answer.status_code in (200, 422) and answer.mimetype == "text/html" and says_no(answer):
        if not any(mark in text for mark in ("govuk-error-summary", 'role="alert"', "govuk-warning-text")):
            return "says no, but not why"
        if sheet.asks_words and TYPED in (way.puts.get("text") or "") and TYPED not in text:
            return "what was typed is gone"
    return ""


def elsewhere(sheet: Sheet, secret: str, other: str) -> Iterator[str]:
    """Where the form would be if the ticket were one that must not be known, or the thing on it another ticket's."""
    if of_ticket := re.match(r"(/\w+/)([A-Z]+-\d+)(?=/)(/(tasks|links|approvals|files)/\d)?", sheet.action):
        rest = sheet.action[of_ticket.end(2) :]
        yield f"{of_ticket[1]}{secret}{rest}"
        if of_ticket[3] and of_ticket[2] != other:
            yield f"{of_ticket[1]}{other}{rest}"


@pytest.mark.long
@pytest.mark.parametrize("kind", KINDS[-1:], indirect=True, scope="session")
@pytest.mark.parametrize("package", PACKAGES)
def test_no_form_breaks_saves_half_or_loses_what_was_typed(package: str, app: Flask, world: World):
    send, secret, other = a_sender(package, app, world)
    wrong = []
    for visitor, sheet in every_sheet(send, package):
        here = f"{sheet.action} as {visitor}"
        for way in ways(secret):
            if way.suits(sheet):
                sent = send.send("POST", sheet.action, visitor, sheet.answers(way.puts))
                wrong += [f"{here}, {way.name}: {said}" for said in [trouble(way, sheet, *sent)] if said]
        files = [name for name, kind, _value in sheet.fields if kind == "file"]
        for called in NAMES if files else ():
            way = Way("a file", {"text": TYPED})
            named = [(name, (io.BytesIO(b"words"), called)) for name in files]
            sent = send.send("POST", sheet.action, visitor, [*sheet.answers(way.puts), *named])
            wrong += [
                f"{here}, a file {called[:20]!r}: {said}" for said in [trouble(way, sheet, *sent)] if said
            ]
        for address in elsewhere(sheet, secret, other):
            answer, _half = send.send("POST", address, visitor, sheet.answers({"text": TYPED}))
            if answer.status_code != 404:
                wrong.append(f"{here}, sent to {address}: {answer.status_code}")
    assert not wrong, "\n".join(wrong)


def every_sheet(send: Sender, package: str) -> Iterator[tuple[Visitor, Sheet]]:
    """The forms of the pages, and by hand what else can be sent."""
    met = set()
    for visitor, sheet in found_on_pages(send, package):
        met.add(endpoint_of(send.app, sheet.action))
        yield visitor, sheet
    for endpoint, door in rows_of(package):
        if door.post and endpoint not in met:
            fields = {"version": "hidden", **BY_HAND.get(endpoint, {})}
            for address in send.addresses(endpoint, door):
                yield (
                    min(door.post, key=str),
                    Sheet(address, [(name, fields[name], "") for name in fields], on_page=False),
                )


def endpoint_of(app: Flask, address: str) -> str:
    found = app.url_map.bind("localhost").match(urlsplit(address).path, method="POST")
    return str(found[0])


def a_sender(package: str, app: Flask, world: World) -> tuple[Sender, str, str]:
    """Who sends, and the references of a ticket that nobody may know of and of one with nothing on it."""
    person = world.visitors[Role.ADMINISTRATOR]
    others = [role for role in Role if role is not Role.ADMINISTRATOR]
    db.session.add_all(Grant(person_id=person.id, role=role, **scoped_to(None)) for role in others)
    asked: dict[str, Any] = {
        "requester": world.other_staff,
        "by": world.other_staff,
        "channel": Channel.PHONE,
    }
    secret = raise_ticket(subject=SECRET, description="", confidential=True, **asked)
    other = raise_ticket(subject="Nothing on it", description="", **asked | {"requester": world.staff})
    db.session.commit()
    everybody = World(**{**vars(world), "visitors": {**world.visitors, ALL_ROLES: person}})
    sender = Sender(app, everybody, getattr(TABLES[package], "things", lambda _world: {})(everybody))
    return sender, secret.reference, other.reference
