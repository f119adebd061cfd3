"""Who and where the demonstration plays: councils, sites, people, the desk and its rules."""

import random
import re
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import insert

from ...database import db
from ...people.models import (
    Calendar,
    CalendarVersion,
    Closure,
    Council,
    Delegation,
    Grant,
    Membership,
    Person,
    Role,
    Site,
    Team,
    Term,
    served_councils,
)
from ...people.scopes import scoped_to
from ...systems.models import System
from ...tickets.models import Matrix, Queue, RoutingRule
from ...tickets.targets.models import Policy
from .content import content

STAFF = 300
LONG_AGO = datetime(2015, 1, 1, tzinfo=UTC)
WEEK = {str(day): [["08:30", "17:00"]] for day in range(4)} | {"4": [["08:30", "16:30"]]}
CELLS = {"1,1": 1, "1,2": 2, "1,3": 3, "2,1": 2, "2,2": 3, "2,3": 4, "3,1": 3, "3,2": 4, "3,3": 5}
TARGETS = {
    "1": {"response": [30, "minutes"], "resolution": [240, "minutes"]},
    "2": {"response": [60, "minutes"], "resolution": [1, "working days"]},
    "3": {"response": [240, "minutes"], "resolution": [5, "working days"]},
    "4": {"response": [1, "working days"], "resolution": [10, "working days"]},
    "5": {"response": [2, "working days"], "resolution": [20, "working days"]},
}


@dataclass
class Setting:
    """What the rest of the demonstration is played with."""

    dice: random.Random
    today: date
    councils: dict[str, Council] = field(default_factory=dict)
    members: list[Person] = field(default_factory=list)
    staff: list[Person] = field(default_factory=list)
    agents: dict[str, Person] = field(default_factory=dict)
    officers: dict[str, Person] = field(default_factory=dict)
    teams: dict[str, Team] = field(default_factory=dict)
    queues: dict[str, Queue] = field(default_factory=dict)
    systems: dict[str, System] = field(default_factory=dict)

    def ago(self, **span: float) -> date:
        return self.today - timedelta(**span)

    def months(self, count: int) -> date:
        """The first of the month so many months from now (before now if negative)."""
        index = self.today.year * 12 + self.today.month - 1 + count
        return date(index // 12, index % 12 + 1, 1)


def set_the_scene(dice: random.Random, today: date) -> Setting:
    """Make councils, people and the desk; the rest of the demonstration is played with what comes back."""
    scene = Setting(dice, today)
    names = _Names(dice)
    for told in content("councils")["council"]:
        _council(scene, told)
    _calendars(scene)
    _teams(scene)
    for agent in content("councils")["agent"]:
        names.take(agent["name"])
    for officer in content("councils")["officer"]:
        names.take(officer["name"])
    _agents(scene)
    _officers(scene)
    for told in content("councils")["council"]:
        _members(scene, told, names)
    _staff(scene, names)
    db.session.flush()
    _delegates(scene)
    return scene


class _Names:
    """Names that nobody has yet."""

    def __init__(self, dice: random.Random) -> None:
        self.dice = dice
        self.taken: set[str] = set()

    def take(self, name: str) -> str:
        self.taken.add(name)
        return name

    def new(self) -> str:
        known = content("names")
        while True:
            name = f"{self.dice.choice(known['given'])} {self.dice.choice(known['family'])}"
            if name not in self.taken:
                return self.take(name)


def _council(scene: Setting, told: dict[str, object]) -> None:
    council = Council(
        name=told["name"],
        short_name=told["short_name"],
        slug=told["slug"],
        email_domains=[told["domain"]],
        brand={"colour": told["colour"]},
    )
    for site in told["site"]:  # type: ignore[attr-defined]
        council.sites.append(Site(name=site["name"], address=site["address"], rooms=site["rooms"]))
    scene.councils[council.short_name] = council
    db.session.add(council)
    db.session.flush()


def _calendars(scene: Setting) -> None:
    for council in (None, *scene.councils.values()):
        closures = [
            Closure(starts_on=date(year, 12, 27), ends_on=date(year, 12, 31), name="Closed between the years")
            for year in range(scene.today.year - 3, scene.today.year + 3)
        ]
        db.session.add(
            Calendar(
                name=council.name if council else "Shared ICT service",
                zone="Europe/London",
                bank_holidays="ENG",
                versions=[CalendarVersion(effective_from=date(2015, 1, 1), week=WEEK)],
                closures=closures,
                **scoped_to(council),
            )
        )


def _teams(scene: Setting) -> None:
    for told in content("councils")["team"]:
        team = Team(name=told["name"], **scoped_to(None))
        queue = Queue(
            name=told["queue"],
            slug=told["slug"],
            team=team,
            is_triage=told.get("triage", False),
            is_helpdesk=told.get("helpdesk", False),
        )
        scene.teams[team.name], scene.queues[queue.name] = team, queue
        db.session.add_all([team, queue])
    db.session.flush()


def _person(
    name: str, council: Council | None, *, member: bool = False, title: str = "", **more: object
) -> Person:
    local = re.sub(r"[^a-z]+", ".", name.lower()).strip(".")
    domain = council.email_domains[0] if council else "suppliers.example"
    given, _, family = name.rpartition(" ")
    person = Person(
        name=f"Cllr {name}" if member else name,
        sort_name=f"{family}, {given}",
        email=f"cllr.{local}@{domain}" if member else f"{local}@{domain}",
        job_title=title,
        **more,
    )
    if council is not None:
        person.serves.append(council)
        if not member:
            person.employer = council
    db.session.add(person)
    return person


def _agents(scene: Setting) -> None:
    chorley, *_ = scene.councils.values()
    for told in content("councils")["agent"]:
        person = _person(
            told["name"], chorley, title=told["title"], phone="01257 515 1" + str(len(scene.agents) + 20)
        )
        roles = {Role.AGENT, *(Role(role) for role in told.get("roles", []))}
        person.grants.extend(
            Grant(role=role, **scoped_to(None)) for role in sorted(roles, key=lambda r: r.value)
        )
        joined = scene.ago(days=1500)
        if told["title"] == "Helpdesk manager":
            joined = scene.months(-2)
        db.session.add(Membership(team=scene.teams[told["team"]], person=person, starts_on=joined))
        scene.agents[told["name"]] = person
    helpdesk = scene.queues["Helpdesk"]
    helpdesk.cleared.append(scene.agents["Morgan Okafor"])
    helpdesk.cleared.append(scene.agents["Marta Nowak"])


def _officers(scene: Setting) -> None:
    for told in content("councils")["officer"]:
        council = scene.councils[told["council"]]
        person = _person(told["name"], council, title=told["title"])
        for role in told.get("roles", []):
            shared = role != "democratic services"
            person.grants.append(Grant(role=Role(role), **scoped_to(None if shared else council)))
        scene.officers[told["name"]] = person


def _members(scene: Setting, told: dict[str, object], names: _Names) -> None:
    council = scene.councils[str(told["short_name"])]
    wards = list(told["wards"])  # type: ignore[call-overload]
    last_poll = next(
        poll
        for year in range(scene.today.year, 0, -1)
        if (poll := _poll(year)) + timedelta(days=4) <= scene.today
    )
    for seat in range(int(str(told["seats"]))):
        # Thirds: a third of the seats each year. All at once: the last such year was the last divisible election.
        back = seat % 3 if told["thirds"] else (last_poll.year - 2023) % 4
        cohort = last_poll.year - back
        member = _person(names.new(), council, member=True, phone=f"07700 9{scene.dice.randrange(10**5):05}")
        committees = scene.dice.sample(list(told["committees"]), k=scene.dice.choice([1, 1, 2, 2, 3]))  # type: ignore[call-overload]
        member.terms.append(
            Term(
                council=council,
                ward=wards[seat % len(wards)],
                cohort=cohort,
                committees=committees,
                starts_on=_poll(cohort) + timedelta(days=4),
            )
        )
        member.site = council.sites[0]
        if scene.dice.random() < 0.06:
            member.access_needs = scene.dice.choice(
                ["Large print", "A quiet room", "Step-free access", "Time to write things down"]
            )
        scene.members.append(member)


def _poll(year: int) -> date:
    """The first Thursday in May."""
    first = date(year, 5, 1)
    return first + timedelta(days=(3 - first.weekday()) % 7)


def _staff(scene: Setting, names: _Names) -> None:
    titles = content("names")["titles"]
    councils = list(scene.councils.values())
    for number in range(STAFF):
        council = councils[number % len(councils)]
        person = _person(names.new(), council, title=scene.dice.choice(titles))
        person.site = scene.dice.choice(council.sites)
        scene.staff.append(person)


def _delegates(scene: Setting) -> None:
    """An executive assistant acts for a few members of her council."""
    assistant = next(
        scene.officers[told["name"]] for told in content("councils")["officer"] if told.get("delegate")
    )
    own = [member for member in scene.members if member.terms[0].council is assistant.employer]
    for member in own[:4]:
        db.session.add(
            Delegation(
                member=member,
                delegate=assistant,
                scopes=["raise", "view", "book", "approve"],
                starts_on=scene.ago(days=200),
            )
        )


def set_the_rules(scene: Setting) -> None:
    """How tickets get their priority, their targets and their queue."""
    db.session.add(Matrix(cells=CELLS, effective_from=LONG_AGO, **scoped_to(None)))
    db.session.add(
        Policy(
            name="Shared service targets",
            targets=TARGETS,
            pauses=["awaiting requester"],
            steps=[
                {"clock": "response", "percent": 80, "do": "notify"},
                {"clock": "resolution", "percent": 80, "do": "notify"},
                {"clock": "resolution", "after": [1, "working days"], "do": "notify"},
            ],
            effective_from=LONG_AGO,
            **scoped_to(None),
        )
    )
    for position, told in enumerate(content("systems")["system"], start=1):
        if told["queue"] != "Helpdesk":
            rule = RoutingRule(
                position=position * 10, system=scene.systems[told["slug"]], queue=scene.queues[told["queue"]]
            )
            db.session.add(rule)


def serves_too(scene: Setting) -> None:
    """The desk serves every council, not only the one that employs it."""
    councils = [council.id for council in scene.councils.values()]
    rows = [
        {"person_id": person.id, "council_id": council_id}
        for person in scene.agents.values()
        for council_id in councils
        if council_id != person.employer_id
    ]
    db.session.execute(insert(served_councils), rows)


def at_noon(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time(12), zone)
