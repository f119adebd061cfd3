"""A confidential ticket leaves no trace for whoever is not cleared: every page reads as if it had never been raised.

Each package's pages are read as everybody: every address of the url map, every
list with the views, filters and exports its links and forms lead to, and every
box that searches or suggests, asked for the words of the ticket. Then the
ticket is taken out of the world, and everything is read again: the two must be
the same, counts and all. A page that asked nothing of the tables in which the
ticket stood is the same without a second look. Only load figures count what is
confidential.
"""

import html
import io
import itertools
import re
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from flask import Flask, url_for
from werkzeug.datastructures import FileStorage
from werkzeug.routing import Rule

from ictsupport.database import db, dialect_name
from ictsupport.people.models import Person, Role
from ictsupport.tickets.amending import amend
from ictsupport.tickets.approvals.asking import ask
from ictsupport.tickets.desk.drafting import keep_draft
from ictsupport.tickets.holding import hold
from ictsupport.tickets.models import Channel, HoldReason, Resolution, Ticket
from ictsupport.tickets.problems.keeping import open_problem
from ictsupport.tickets.raising import raise_ticket
from ictsupport.tickets.related.linking import link
from ictsupport.tickets.related.merging import merge
from ictsupport.tickets.related.models import LinkKind
from ictsupport.tickets.replying import note, reply
from ictsupport.tickets.resolving import resolve
from ictsupport.tickets.tagging import tag
from ictsupport.tickets.tasks.doing import add_task
from ictsupport.tickets.triage import assign, move

from .conftest import NOW, statements
from .doors import DESK, World
from .test_doors import TABLES, Knocker, routes, rows_of
from .test_doors import world as world

SUBJECT, BODY, NOTE, FILE, NAME = "zephyrine", "quokkafact", "wombatnote", "marmosetfile", "brackwater"
WORDS = (SUBJECT, BODY, NOTE, FILE)
"""Stand in the confidential tickets and nowhere else. The requester is known without them."""

TYPED = (SUBJECT, "zephirine", NAME, f"{SUBJECT[:5]}*", BODY, NOTE, FILE)
"""What is asked for in a box: the words, mistyped, half typed, and the requester."""

COUNTS_IT = ("/reports/load", "/reports/tickets")
"""Load figures count what is confidential, and say how many of the tickets behind them stay hidden."""

SHOWS_POST = ("/post-office",)
"""What administrators for all councils look after: every message, whoever it went to."""

READABLE = (
    "text/html",
    "text/csv",
    "text/calendar",
    "text/plain",
    "application/json",
    "application/atom+xml",
)
ALIKE = {"sqlite": (9, 3), "postgresql": (4, 2)}
"""How many addresses with the same path and the same kinds of parameter are read, by the desk and by others.

Who may see what is said in SQL that both databases share; how words are sought is not: on PostgreSQL some of each will do.
"""

FRESH = re.compile(r'\b(nonce|value|content)="[\w.\-]{16,}"')
"""Made anew for each page: nonces and the keys of forms."""

WRITES = re.compile(r'^(?:INSERT INTO|UPDATE|DELETE FROM) "?(\w+)', re.M)
BY_TRIGGERS = "search_fts"
"""The tables in which a ticket is written down, and the one that SQLite's triggers write in."""


@dataclass(frozen=True)
class Answer:
    status: int
    text: str
    sent: str = field(compare=False)
    """The statements that it took."""


@dataclass
class Secret:
    """The confidential tickets, whose they are, and who works them."""

    requester: Person
    cleared: Person
    ordinary: Ticket
    reference: str = ""
    ticket_id: int = 0


@pytest.mark.long
@pytest.mark.parametrize("package", TABLES)
def test_nobody_who_is_not_cleared_finds_a_trace(
    package: str,
    app: Flask,
    world: World,
    make_person: Callable[..., Person],
) -> None:
    secret = set_the_scene(world, make_person)
    things: dict[str, Any] = getattr(TABLES[package], "things", lambda _world: {})(world)
    with statements() as sent:
        reader = Reader(app, world, secret, things, sent)
        aside = reader.connection.begin_nested()
        sent.clear()
        raise_secrets(secret, world)
        tables = {*WRITES.findall("\n".join(sent)), BY_TRIGGERS}
        reader.learn(secret)
        seen = dict(reader.read(package, reader.who))
        told = dict(reader.read(package, ["cleared"])) if package == "tickets" else {}
        aside.rollback()
        db.session.expire_all()
        touched = re.compile(rf"\b({'|'.join(tables)})\b")
        plain = {key: reader.ask(*key) if touched.search(was.sent) else was for key, was in seen.items()}
    wrong = list(differences(plain, seen))
    assert not wrong, "\n".join(wrong)
    for word in WORDS if told else ():
        assert any(word in answer.text.lower() for answer in told.values()), (
            f"not even who is cleared finds {word}"
        )


def set_the_scene(world: World, make_person: Callable[..., Person]) -> Secret:
    """Somebody with an ordinary ticket, and somebody cleared for what is confidential."""
    requester = make_person("Ottoline Brackwater", world.council)
    cleared = make_person("Cleo Warden", world.council, roles=(Role.AGENT,))
    world.desk["business"].cleared.append(cleared)
    ordinary = raise_one(requester, world, subject="Screen flickers", description="Since this morning.")
    return Secret(requester, cleared, ordinary)


def raise_one(requester: Person, world: World, **more: Any) -> Ticket:
    return raise_ticket(
        requester=requester,
        by=requester,
        channel=Channel.SELF_SERVICE,
        systems=[world.telephony],
        **more,
    )


def raise_secrets(secret: Secret, world: World) -> None:
    """An urgent one, one on hold and one resolved: with words, a note, a file and an answer."""
    by = secret.cleared
    made = []
    for place in range(3):
        ticket = raise_one(
            secret.requester,
            world,
            subject=f"{SUBJECT} grievance screen flickers {place}",
            description=f"It says {BODY} there",
            impact=1,
            urgency=1,
            needed_by=NOW + timedelta(hours=5),
            confidential=True,
        )
        move(ticket, world.desk["business"], by=by)
        reply(ticket, f"About {BODY}", by=by, files=[FileStorage(io.BytesIO(b"x"), filename=f"{FILE}.txt")])
        note(ticket, f"Looks like {NOTE}", by=by)
        made.append(ticket)
    urgent, held, done = made
    assign(urgent, by, by=by)
    hold(held, HoldReason.SUPPLIER, by=by, until=NOW.date())
    resolve(done, Resolution.FIXED, f"Mended the {BODY}", by=by)
    amend(urgent, by=by, supplier_reference=f"{NOTE}-1")
    tie(urgent, held, secret, world)
    db.session.flush()
    secret.reference, secret.ticket_id = urgent.reference, urgent.id
    db.session.commit()


def tie(urgent: Ticket, held: Ticket, secret: Secret, world: World) -> None:
    """Whatever ties a ticket to others and to people: links, a tag, a task, an approval, a problem, a draft, a merge."""
    by = secret.cleared
    link(secret.ordinary, LinkKind.RELATED, urgent, by=by)
    tag(urgent, [NOTE], by=by)
    add_task(urgent, f"Ask about {NOTE}", by=by, assignee=by, due_on=NOW.date())
    ask(held, f"May we {NOTE}?", by=None, people=[by])
    keep_draft(urgent, {"text": f"Dear {BODY}"}, by=by)
    open_problem(
        subject=f"All of {BODY}",
        description=f"It says {BODY}",
        systems=[world.telephony],
        council=world.council,
        by=by,
        tickets=[urgent, held],
        cause=NOTE,
    )
    also = raise_one(secret.requester, world, subject=f"{SUBJECT} again", description=BODY)
    move(also, world.desk["business"], by=by)
    link(also, LinkKind.PARENT, secret.ordinary, by=by)
    amend(also, by=by, confidential=True)
    merge(urgent, [also], by=by)


class Reader(Knocker):
    """Reads what there is as everybody, and as who is cleared."""

    def __init__(
        self, app: Flask, world: World, secret: Secret, things: dict[str, Any], sent: list[str]
    ) -> None:
        super().__init__(app, world, things)
        self.sent = sent
        self.who = list(self.cookies)
        self.cookies["cleared"] = self.cookie_of(secret.cleared)
        db.session.commit()
        self.about: dict[str, Any] = {"person_id": secret.requester.id, "slug": world.telephony.slug}

    def learn(self, secret: Secret) -> None:
        self.about |= {"reference": secret.reference, "ticket_id": secret.ticket_id}

    def read(self, package: str, who: list[Any]) -> Iterator[tuple[tuple[Any, str], Answer]]:
        """What everybody is answered where they are let in; test_doors.py proves that nobody else is."""
        paths = {urlsplit(address).path for address, _ in self.addresses(package)}
        by_desk, by_others = ALIKE[dialect_name()]
        for visitor in who:
            alike: Counter[Any] = Counter()
            found: list[str] = []
            for address, audience in dict(self.addresses(package)).items():
                if visitor in audience:
                    answer = self.ask(visitor, address)
                    yield (visitor, address), answer
                    found += self.onward(answer.text, paths) if answer.status == 200 else []
            for address in dict.fromkeys(found):
                parts = urlsplit(address)
                alike[signature := (parts.path, frozenset(parse_qs(parts.query)))] += 1
                if alike[signature] <= (by_desk if visitor in DESK else by_others):
                    yield (visitor, address), self.ask(visitor, address)

    def addresses(self, package: str) -> Iterator[tuple[str, set[Any]]]:
        """Every page of the package, about its own things and about the ticket, its requester and system, and for whom."""
        rules: dict[str, list[Rule]] = {}
        for rule in routes(self.app):
            rules.setdefault(rule.endpoint, []).append(rule)
        with self.app.test_request_context():
            for endpoint, door in rows_of(package):
                audience: set[Any] = set(door.get or ())
                audience |= {"cleared"} if Role.AGENT in audience else set()
                for rule in rules[endpoint] if audience else ():
                    own = {name: self.things[door.fill.get(name, name)] for name in rule.arguments}
                    about = {name: self.about[name] for name in rule.arguments if name in self.about}
                    yield url_for(endpoint, **own), audience
                    yield url_for(endpoint, **{**own, **about}), audience

    def onward(self, text: str, paths: set[str]) -> Iterator[str]:
        """Where links lead to that are lists too, and what boxes answer to the words."""
        for lead in re.findall(r'href="([^"#]+\?[^"#]*)"', text):
            address = html.unescape(lead)
            if urlsplit(address).path in paths:
                yield address
        forms = re.findall(r'<form[^>]*action="([^"]*)"[^>]*>(.*?)</form>', text, re.S)
        boxes = {action for action, inside in forms if 'name="q"' in inside}
        boxes |= set(re.findall(r'data-suggest[\w-]*="([^"]+)"', text))
        for box in boxes:
            address = html.unescape(box)
            if urlsplit(address).path in paths:
                joint = "&" if "?" in address else "?"
                yield from (f"{address}{joint}{urlencode({'q': typed})}" for typed in TYPED)

    def ask(self, visitor: Any, address: str) -> Answer:  # type: ignore[override]
        before = self.connection.begin_nested()
        self.sent.clear()
        try:
            with self.app.app_context():
                response = self.app.test_client(use_cookies=False).get(
                    address, headers={"Cookie": self.cookies[visitor]}
                )
                text = response.get_data(as_text=True) if response.mimetype in READABLE else ""
        finally:
            before.rollback()
        response.close()
        told = "\n".join((response.headers.get("Location", ""), FRESH.sub("", text)))
        return Answer(response.status_code, told, "\n".join(self.sent))


def differences(plain: dict[tuple[Any, str], Answer], seen: dict[tuple[Any, str], Answer]) -> Iterator[str]:
    for (who, address), without in plain.items():
        with_it, name = seen[who, address], getattr(who, "value", who)
        if address.startswith(SHOWS_POST):
            continue
        asked = address.lower()
        for word in WORDS:
            if word not in asked and word in with_it.text.lower():
                yield f"{address} as {name} tells {word}"
        if with_it != without and not address.startswith(COUNTS_IT):
            yield f"{address} as {name} differs: {first_difference(without.text, with_it.text)}"


def first_difference(without: str, with_it: str) -> str:
    for one, other in itertools.zip_longest(without.split("\n"), with_it.split("\n"), fillvalue=""):
        if one != other:
            return f"{other.strip()[:200]!r}, without it {one.strip()[:200]!r}"
    return "the status"
