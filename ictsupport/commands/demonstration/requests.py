"""Eighteen months of tickets: what was asked, when, by whom, and how the desk coped.

Arrivals follow the week and the year. How long things take follows how many
posts of the team were filled at the time, which is the story the load page
can show: work piles up while posts are vacant and eases when they are filled.
"""

import math
import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from ...people.calendars import calendar_for
from ...people.models import Person
from ...people.scopes import Scope
from ...tickets.history import Act, Said, Story
from ...tickets.models import (
    CallResult,
    Channel,
    HoldReason,
    MessageKind,
    Resolution,
    Status,
    TicketType,
)
from .content import content
from .setting import CELLS, Setting

MONTHS = 18
CHANNELS = [(Channel.SELF_SERVICE, 52), (Channel.EMAIL, 18), (Channel.PHONE, 25), (Channel.WALK_IN, 5)]
WEEKDAYS = [1.25, 1.05, 1.0, 0.95, 0.75, 0.04, 0.04]
YEAR = {
    1: 1.1,
    2: 1.0,
    3: 1.05,
    4: 1.05,
    5: 1.1,
    6: 1.0,
    7: 0.95,
    8: 0.8,
    9: 1.1,
    10: 1.05,
    11: 1.05,
    12: 0.8,
}
STRAIN = {
    "Helpdesk": [(-18, 1.0), (-10, 1.25), (-8, 1.75), (-5, 2.0), (-2, 1.5), (-1, 1.0)],
    "Business systems": [(-18, 1.0), (-6, 1.5), (-4, 1.9)],
    "Infrastructure": [(-18, 1.0)],
    "Telephony and printing": [(-18, 1.0), (-12, 1.2), (-9, 1.0)],
}
"""From so many months ago, things took so many times as long: the posts of the establishment tell why."""

CLOSES_AFTER = 5


def stories(scene: Setting, count: int, now: datetime) -> Iterator[Story]:
    """About `count` tickets, oldest first, as they stand at `now`."""
    teller = _Teller(scene, now)
    first = scene.months(-MONTHS)
    days = [first + timedelta(days=n) for n in range((scene.today - first).days + 1)]
    weights = [WEEKDAYS[day.weekday()] * YEAR[day.month] for day in days]
    each = count / sum(weights)
    for day, weight in zip(days, weights, strict=True):
        wanted = each * weight
        number = int(wanted) + (scene.dice.random() < wanted - int(wanted))
        moments = sorted(teller.moment_on(day) for _ in range(number))
        yield from (teller.tell(moment) for moment in moments if moment < now)


@dataclass
class _Asked:
    """What somebody asked for."""

    kind: dict[str, Any]
    subject: str
    text: str
    person: Person
    is_member: bool
    channel: Channel
    queue: str
    needed_by: datetime | None
    meeting: str


class _Teller:
    def __init__(self, scene: Setting, now: datetime) -> None:
        self.scene, self.dice, self.now = scene, scene.dice, now
        self.texts = content("texts")
        self.zone = calendar_for(None).zone
        self.queue_of = {told["slug"]: told["queue"] for told in content("systems")["system"]}
        self.kinds = self.texts["kind"]
        self.everybody = [*scene.staff, *scene.members]

    # When

    def moment_on(self, day: date) -> datetime:
        """A time of day at which people ask: two humps in office hours, now and then an evening."""
        pick = self.dice.random()
        if pick < 0.06:
            hour = self.dice.uniform(18, 22)
        else:
            hour = self.dice.triangular(8.2, 17, 9.6) if pick < 0.65 else self.dice.triangular(11, 17, 14)
        local = datetime.combine(day, time(), self.zone) + timedelta(hours=hour)
        return local.astimezone(UTC).replace(microsecond=0)

    def strain(self, queue: str, at: datetime) -> float:
        factor = 1.0
        for months, value in STRAIN[queue]:
            if at.date() >= self.scene.months(months):
                factor = value
        return factor

    # What

    def ask(self, at: datetime) -> _Asked:
        kinds = [kind for kind in self.kinds if kind["category"]]
        weights = [
            kind["weight"] * (1.8 if kind.get("season") == "march" and at.month in (3, 4) else 1.0)
            for kind in kinds
        ]
        kind = self.dice.choices(kinds, weights)[0]
        ask = self.dice.choice(kind["ask"])
        is_member = kind["who"] == "member" or (kind["who"] == "both" and self.dice.random() < 0.25)
        person = self.dice.choice(self.scene.members if is_member else self.scene.staff)
        channel = self.dice.choices([c for c, _ in CHANNELS], [w for _, w in CHANNELS])[0]
        needed_by, meeting = None, ""
        if is_member:
            meeting = self.dice.choice(person.terms[0].committees)
        if kind["how"][1] == 1 or (is_member and self.dice.random() < 0.12):
            local = at.astimezone(self.zone)
            evening = local.replace(hour=18, minute=30, second=0)
            needed_by = (evening if local.hour < 17 else evening + timedelta(days=1)).astimezone(UTC)
        queue = self.queue_of.get(kind["system"], "Helpdesk") if kind["category"] != "iPad" else "Helpdesk"
        return _Asked(
            kind,
            self.fill(ask["subject"], person, meeting),
            self.fill(ask["text"], person, meeting),
            person,
            is_member,
            channel,
            queue,
            needed_by,
            meeting if needed_by else "",
        )

    def fill(self, text: str, person: Person, meeting: str) -> str:
        site = person.site.name if person.site else "the Town Hall"
        return text.format(
            site=site,
            meeting=meeting or self.dice.choice(["Planning Committee", "Overview and Scrutiny", "Council"]),
            name=self.dice.choice(self.scene.staff).name,
            title=self.dice.choice(content("names")["titles"]).lower(),
            team=self.dice.choice(["licensing", "housing", "benefits", "parks"]),
            n=self.dice.randrange(3, 60),
        )

    def said(self, what: str, person: Person) -> str:
        return self.fill(self.dice.choice(self.texts["said"][what]), person, "")

    # How it went

    def tell(self, at: datetime) -> Story:
        asked = self.ask(at)
        return _Ticket(self, asked, at).story()


class _Ticket:
    """One ticket on its way through the desk."""

    def __init__(self, teller: _Teller, asked: _Asked, at: datetime) -> None:
        self.teller, self.dice, self.asked, self.at = teller, teller.dice, asked, at
        council = asked.person.terms[0].council if asked.is_member else asked.person.employer
        assert council is not None
        self.council = council
        self.calendar = calendar_for(self.council.id)
        self.acts: list[Act] = []
        self.confidential = self.dice.random() < asked.kind.get("confidential", 0)
        self.agent = self._agent()

    def _agent(self) -> Person:
        told = [a for a in content("councils")["agent"] if a["team"] == self.asked.queue]
        if self.confidential:
            told = [a for a in told if a["name"] in ("Morgan Okafor", "Marta Nowak")] or told
        weights = [
            0.15 if "manager" in a["title"].lower() or "lead" in a["title"].lower() else 1.0 for a in told
        ]
        return self.teller.scene.agents[self.dice.choices(told, weights)[0]["name"]]

    def story(self) -> Story:
        columns, urgent = self._columns(), self.asked.needed_by is not None
        strain = 1.0 if urgent else self.teller.strain(self.asked.queue, self.at)
        if self.asked.channel.is_in_person and self.dice.random() < 0.42:
            self._solved_while_speaking(strain)
        else:
            self._worked(strain, urgent)
        self.acts = [act for act in self.acts if act.at <= self.teller.now]
        system = self.asked.kind["system"]
        systems = (self.teller.scene.systems[system].id,) if system else ()
        return Story(columns, self.acts, systems)

    def _columns(self) -> dict[str, Any]:
        asked, kind = self.asked, self.asked.kind
        impact, urgency = kind["how"]
        if asked.needed_by is not None:
            urgency = 1
        elif self.dice.random() < 0.2:
            urgency = min(3, urgency + 1)
        if self.dice.random() < 0.012:
            impact, urgency = 1, 1
        by_agent = asked.channel.is_in_person
        rule = asked.queue != "Helpdesk"
        system = self.teller.scene.systems[kind["system"]].name if kind["system"] else ""
        return {
            "ticket_type": TicketType(kind["type"]),
            "subject": asked.subject,
            "description": asked.text,
            "requester_id": asked.person.id,
            "requester_kind": asked.person.requester_kind,
            "opened_by_id": (self.agent if by_agent else asked.person).id,
            "opened_at": self.at,
            "channel": asked.channel,
            "category": kind["category"],
            "impact": impact,
            "urgency": urgency,
            "priority": CELLS[f"{impact},{urgency}"],
            "queue_id": self.teller.scene.queues[asked.queue].id,
            "routed_because": f"the system is {system}" if rule else "no rule matched, so it went to triage",
            "status": Status.NEW,
            "scope": Scope.COUNCIL,
            "council_id": self.council.id,
            "needed_by": asked.needed_by,
            "needed_for": asked.meeting,
            "confidential": self.confidential,
        }

    def after(self, start: datetime, working_hours: float) -> datetime:
        """So many working hours later."""
        end = self.calendar.add(start, timedelta(hours=max(working_hours, 0.02)))
        return (end + timedelta(seconds=self.dice.randrange(1, 50))).replace(microsecond=0)

    def _solved_while_speaking(self, strain: float) -> None:
        done = self.at + timedelta(minutes=self.dice.randrange(4, 16))
        self.act("TicketAssigned", self.at, self.agent, assignee_id=self.agent.id, status=Status.IN_PROGRESS)
        talk = Said(MessageKind.CALL, self._fix(), channel=self.asked.channel, call_result=CallResult.SPOKE)
        self.acts.append(Act("CallLogged", done, self.agent.id, {}, talk))
        self._resolve(done, strain)

    def _worked(self, strain: float, urgent: bool) -> None:
        response = self.dice.lognormvariate(math.log(0.25 if urgent else 1.1), 0.8) * strain**1.3
        taken = self.after(self.at, response * 0.7)
        self.act("TicketAssigned", taken, self.agent, assignee_id=self.agent.id, status=Status.IN_PROGRESS)
        at = self.after(taken, response * 0.3)
        self.reply("hello", at, self.agent)
        if self.dice.random() < 0.3:
            note = Said(MessageKind.NOTE, self.teller.said("note", self.asked.person))
            self.acts.append(Act("Noted", self.after(at, 0.3), self.agent.id, {}, note))
        at = self._held(at)
        median = self.asked.kind["hours"] * (0.35 if urgent else 1.0)
        length = self.dice.lognormvariate(math.log(1.7 * median), 1.05) * strain**1.4
        if length > 30 and self.dice.random() < 0.6:
            self.reply("chase", self.after(at, length * 0.6), self.asked.person)
        self._resolve(self.after(at, length), strain)

    def _held(self, at: datetime) -> datetime:
        """Waiting for somebody: the requester, the supplier, an approval."""
        reason = HoldReason(self.asked.kind["hold"]) if "hold" in self.asked.kind else None
        pick = self.dice.random()
        if pick < 0.2:
            reason = HoldReason.REQUESTER
        elif reason is None or pick > 0.5:
            return at
        held = self.after(at, 0.4)
        until = self.after(held, self.dice.uniform(2, 14 if reason is HoldReason.REQUESTER else 40))
        asking = None
        if reason is HoldReason.REQUESTER:
            asking = Said(MessageKind.REPLY, self.teller.said("ask", self.asked.person))
        waiting = {"status": Status.ON_HOLD, "hold_reason": reason}
        self.acts.append(Act("TicketHeld", held, self.agent.id, waiting, asking))
        by = self.asked.person if reason is HoldReason.REQUESTER else self.agent
        self.act("TicketReleased", until, by, status=Status.IN_PROGRESS, hold_reason=None)
        if reason is HoldReason.REQUESTER:
            self.reply("answer", until, self.asked.person)
        return until

    def _resolve(self, at: datetime, strain: float) -> None:
        request = self.asked.kind["type"] == "service request"
        code = (
            Resolution.FULFILLED
            if request
            else self.dice.choices(
                [
                    Resolution.FIXED,
                    Resolution.ADVICE,
                    Resolution.WORKAROUND,
                    Resolution.NO_FAULT,
                    Resolution.SUPPLIER,
                ],
                [60, 15, 8, 5, 12],
            )[0]
        )
        resolved = {
            "status": Status.RESOLVED,
            "hold_reason": None,
            "resolution": code,
            "resolution_notes": self._fix(),
            "minutes_spent": int(self.dice.lognormvariate(math.log(22), 0.7)),
        }
        self.act("TicketResolved", at, self.agent, **resolved)
        if self.dice.random() < 0.035 * strain:
            again = self.after(at, self.dice.uniform(2, 12))
            self.reply("again", again, self.asked.person)
            reopened = {"status": Status.IN_PROGRESS, "resolution": None, "resolution_notes": ""}
            self.act("TicketReopened", again + timedelta(seconds=1), self.asked.person, **reopened)
            at = self.after(again, self.dice.uniform(2, 20) * strain)
            self.act("TicketResolved", at, self.agent, **resolved)
        elif self.dice.random() < 0.18:
            thanks = self.after(at, 1.5)
            note = Said(MessageKind.NOTE, f"Rang to say: {self.teller.said('thanks', self.asked.person)}")
            self.acts.append(Act("Noted", thanks, self.agent.id, {}, note))
        closes = self.calendar.add_working_days(at, CLOSES_AFTER).replace(microsecond=0)
        if self.acts[-1].at < closes:
            self.acts.append(Act("TicketClosed", closes, None, {"status": Status.CLOSED}))

    def _fix(self) -> str:
        return str(self.dice.choice(self.asked.kind["fix"]))

    def reply(self, what: str, at: datetime, by: Person) -> None:
        mine = by is self.asked.person
        said = Said(MessageKind.REPLY, self.teller.said(what, self.asked.person), from_requester=mine)
        self.acts.append(Act("Replied", at, by.id, {}, said))

    def act(self, event: str, at: datetime, by: Person, **changes: Any) -> None:
        self.acts.append(Act(event, at, by.id, changes))


def dice(seed: int) -> random.Random:
    return random.Random(seed)  # noqa: S311  (chance for a story, not for a secret)
