"""The cast: councils, people and things that tests play with. Makers end in `make_...`."""

from collections.abc import Callable, Iterable
from datetime import UTC, date, datetime
from typing import Any

import pytest
from flask import Flask

from ictsupport.database import db
from ictsupport.people.models import (
    Calendar,
    CalendarVersion,
    Closure,
    Council,
    Grant,
    Membership,
    Person,
    Role,
    Site,
    Team,
    Term,
)
from ictsupport.people.scopes import scoped_to
from ictsupport.systems.models import System
from ictsupport.tickets.models import Matrix, Queue
from ictsupport.tickets.targets.models import Policy

LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)
WORKING_WEEK = {str(day): [["08:30", "17:00"]] for day in range(5)}
CELLS = {"1,1": 1, "1,2": 2, "1,3": 3, "2,1": 2, "2,2": 3, "2,3": 4, "3,1": 3, "3,2": 4, "3,3": 5}
TARGETS = {
    "1": {"response": [30, "minutes"], "resolution": [240, "minutes"]},
    "2": {"response": [60, "minutes"], "resolution": [1, "working days"]},
    "3": {"response": [240, "minutes"], "resolution": [5, "working days"]},
    "4": {"response": [1, "working days"], "resolution": [10, "working days"]},
    "5": {"response": [2, "working days"], "resolution": [20, "working days"]},
}

__all__ = [
    "administrator",
    "agent",
    "calendars",
    "context",
    "council",
    "desk",
    "make_person",
    "manager",
    "member",
    "other_council",
    "other_staff",
    "policy",
    "rival",
    "site",
    "staff",
    "telephony",
]


def keep(row: Any) -> Any:
    """Put a row into the test's transaction and give it its id."""
    keep_all([row])
    return row


def keep_all(rows: Iterable[Any]) -> None:
    """The same for many, in one go. Those whom a desk is made with get their ids when it does: in one go too."""
    db.session.add_all(rows)
    if not db.session.info.get(DESK_TO_COME):
        db.session.flush()


DESK_TO_COME = "a desk will be made"


@pytest.fixture
def context(app: Flask, request: pytest.FixtureRequest) -> Flask:
    """Says that a test or fixture calls verbs directly."""
    db.session.info[DESK_TO_COME] = "desk" in request.fixturenames
    return app


@pytest.fixture
def council(context: Flask) -> Council:
    return keep(
        Council(
            name="Northbrook Borough Council",
            short_name="Northbrook",
            slug="northbrook",
            email_domains=["northbrook.example"],
        )
    )


@pytest.fixture
def other_council(context: Flask) -> Council:
    return keep(
        Council(
            name="Eastmere District Council",
            short_name="Eastmere",
            slug="eastmere",
            email_domains=["eastmere.example"],
        )
    )


@pytest.fixture
def site(council: Council) -> Site:
    return keep(
        Site(council=council, name="Town Hall", address="1 Market Street", rooms=["Committee room 2"])
    )


@pytest.fixture
def make_person(context: Flask) -> Callable[..., Person]:
    """make_person("Ann Lee", council, roles=[Role.AGENT], ward="Mill") makes staff, an agent or a member."""

    def make(
        name: str,
        employer: Council | None = None,
        roles: tuple[Role, ...] = (),
        ward: str | None = None,
        **more: Any,
    ) -> Person:
        address = name.lower().replace("cllr ", "").replace(" ", ".")
        domain = employer.email_domains[0] if employer else "supplier.example"
        person = Person(
            name=name,
            sort_name=" ".join(reversed(name.rsplit(" ", 1))),
            email=more.pop("email", f"{address}@{domain}"),
            employer=employer,
            **more,
        )
        if employer:
            person.serves.append(employer)
        if ward and employer:
            person.terms.append(Term(council=employer, ward=ward, cohort=2023, starts_on=date(2023, 5, 8)))
            person.employer = None
        person.grants.extend(Grant(role=role, **scoped_to(None)) for role in roles)
        return keep(person)

    return make


@pytest.fixture
def member(make_person: Callable[..., Person], council: Council) -> Person:
    return make_person("Cllr Pat Ashcroft", council, ward="Mill Hill")


@pytest.fixture
def rival(make_person: Callable[..., Person], council: Council) -> Person:
    return make_person("Cllr Robin Vale", council, ward="Castle")


@pytest.fixture
def staff(make_person: Callable[..., Person], council: Council) -> Person:
    return make_person("Tina Worsley", council)


@pytest.fixture
def other_staff(make_person: Callable[..., Person], other_council: Council) -> Person:
    return make_person("Owen Marsh", other_council)


@pytest.fixture
def agent(make_person: Callable[..., Person], council: Council) -> Person:
    return make_person("Asha Iqbal", council, roles=(Role.AGENT,))


@pytest.fixture
def manager(make_person: Callable[..., Person], council: Council) -> Person:
    return make_person("Morgan Okafor", council, roles=(Role.MANAGER, Role.AGENT))


@pytest.fixture
def administrator(make_person: Callable[..., Person], council: Council) -> Person:
    return make_person("Alex Grundy", council, roles=(Role.ADMINISTRATOR,))


@pytest.fixture
def calendars(context: Flask, council: Council) -> dict[str, Calendar]:
    """The service's own calendar and the council's: 8:30am to 5pm, closed on 28 to 31 December 2026."""

    def make(name: str, whose: Council | None) -> Calendar:
        return Calendar(
            name=name,
            zone="Europe/London",
            bank_holidays="ENG",
            **scoped_to(whose),
            versions=[CalendarVersion(effective_from=date(2015, 1, 1), week=WORKING_WEEK)],
            closures=[
                Closure(starts_on=date(2026, 12, 28), ends_on=date(2026, 12, 31), name="Christmas closure")
            ],
        )

    made = {"service": make("Shared ICT service", None), "council": make("Northbrook", council)}
    keep_all(made.values())
    return made


@pytest.fixture
def policy(context: Flask) -> Policy:
    return keep(
        Policy(
            name="Standard targets",
            targets=TARGETS,
            pauses=["awaiting requester"],
            effective_from=LONG_AGO,
            **scoped_to(None),
        )
    )


@pytest.fixture
def desk(
    context: Flask, calendars: dict[str, Calendar], policy: Policy, agent: Person, manager: Person
) -> dict[str, Queue]:
    """A desk that works: calendars, targets, the matrix, a triage queue and a second one, with their teams."""

    def make(name: str, slug: str, **more: Any) -> Queue:
        team = Team(name=name, **scoped_to(None))
        for person in (agent, manager):
            db.session.add(Membership(team=team, person=person, starts_on=date(2020, 1, 1)))
        return Queue(name=name, slug=slug, team=team, **more)

    db.session.info[DESK_TO_COME] = False
    made = {
        "helpdesk": make("Helpdesk", "helpdesk", is_triage=True, is_helpdesk=True),
        "business": make("Business systems", "business-systems"),
    }
    keep_all([Matrix(cells=CELLS, effective_from=LONG_AGO, **scoped_to(None)), *made.values()])
    return made


@pytest.fixture
def telephony(context: Flask) -> System:
    return keep(System(name="Telephony", slug="telephony", purpose="Calls in and out"))
