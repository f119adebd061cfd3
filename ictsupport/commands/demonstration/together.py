"""Tickets that have to do with each other, in the demonstration: merged, split, a major incident of last month, problems."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import func, select

from ... import clock
from ...database import db
from ...people.calendars import calendar_for
from ...people.models import Person
from ...systems.models import System
from ...tickets.models import Channel, Resolution, Ticket, TicketType, ticket_systems
from ...tickets.problems.deciding import set_rule
from ...tickets.problems.keeping import open_problem, publish
from ...tickets.problems.suggesting import find, rule_now
from ...tickets.raising import raise_ticket
from ...tickets.related.major import attach, declare, resolve_children, stand_down, tell_all
from ...tickets.related.merging import merge
from ...tickets.related.splitting import split
from ...tickets.replying import reply
from ...tickets.resolving import close, resolve
from ...tickets.targets.breaches import sweep_breaches
from ...tickets.triage import assign
from .approvals import send_nothing
from .setting import Setting

MERGED = 3
LEAST = 10
"""So many similar incidents suggest a problem here, where a few kinds of trouble stand for all."""

ALSO = "Thank you. While I have you: the printer by my desk prints every page twice since Monday. Is that something for you too?"
DOWN = "The network at the Town Hall is down, so telephones and shared folders do not work there. We expect it back by midday."
REPORTS = (
    "No network on my floor",
    "Shared folders are gone",
    "My telephone says no service",
    "Cannot get onto anything since 9",
    "Wi-Fi connects but nothing loads",
    "Is the network down?",
)


def put_together(scene: Setting, now: datetime) -> None:
    """By verbs, as people would: what follows from them is derived as ever."""
    _merge(scene)
    _split(scene)
    _major_incident(scene, now)
    _problems(scene, now)
    sweep_breaches()
    send_nothing()


def _open_ones() -> Sequence[Ticket]:
    """Open tickets, the newest first."""
    return db.session.scalars(
        select(Ticket)
        .where(Ticket.OPEN, Ticket.confidential.is_(False), Ticket.needed_by.is_(None))
        .order_by(Ticket.id.desc())
        .limit(300)
    ).all()


def _merge(scene: Setting) -> None:
    """The same thing asked twice goes on in the older ticket."""
    agent, done, seen = scene.agents["Asha Iqbal"], 0, dict[str, Ticket]()
    for ticket in reversed(_open_ones()):
        older = seen.pop(ticket.subject, None)
        if older is None:
            seen[ticket.subject] = ticket
        elif older.queue_id == ticket.queue_id and done < MERGED:
            merge(older, [ticket], by=agent)
            done += 1


def _split(scene: Setting) -> None:
    """Somebody asked for a second thing in their answer."""
    agent = scene.agents["Asha Iqbal"]
    source = next((each for each in _open_ones() if each.assignee_id is not None), None)
    if source is None:
        return
    reply(source, ALSO, by=source.requester)
    split(
        source,
        source.messages[-1],
        by=agent,
        requester=source.requester,
        subject="Printer prints every page twice",
        description="The printer by my desk prints every page twice since Monday.",
        ticket_type=TicketType.INCIDENT,
    )


def _major_incident(scene: Setting, now: datetime) -> None:
    """A morning of last month on which the network was down: six reports, one update to all, resolved together."""
    agent, calendar = scene.agents["Asha Iqbal"], calendar_for(None)
    day = (now - timedelta(days=30)).replace(hour=9, minute=4, second=0, microsecond=0)
    while not calendar.day(calendar.local(day).date()).is_open:
        day -= timedelta(days=1)
    staff = [each for each in scene.staff if each.employer_id == scene.staff[0].employer_id][: len(REPORTS)]
    with clock.at(day):
        parent = _asked(agent, "Core switch at the Town Hall does not answer", Channel.MONITORING, agent)
        assign(parent, agent, by=agent)
        declare(parent, DOWN, by=agent)
    children = []
    for number, (person, subject) in enumerate(zip(staff, REPORTS, strict=False)):
        with clock.at(day + timedelta(minutes=3 + 4 * number)):
            children.append(_asked(person, subject, Channel.SELF_SERVICE, person))
    with clock.at(day + timedelta(minutes=40)):
        attach(parent, children, by=agent)
        tell_all(
            parent, "A switch has failed. The spare one is being fitted; please stay signed in.", by=agent
        )
    with clock.at(day + timedelta(hours=2, minutes=20)):
        fitted = "The switch was replaced. Everything at the Town Hall is back."
        resolve(parent, Resolution.FIXED, fitted, by=agent)
        resolve_children(parent, [each.id for each in children], Resolution.FIXED, fitted, by=agent)
        stand_down(parent, by=agent)
    with clock.at(calendar.add_working_days(day + timedelta(hours=3), 5)):
        for each in (parent, *children):
            close(each)


def _asked(requester: Person, subject: str, channel: Channel, by: Person) -> Ticket:
    return raise_ticket(
        requester=requester,
        subject=subject,
        description="",
        by=by,
        channel=channel,
        impact=2 if channel is Channel.SELF_SERVICE else 1,
        urgency=1,
    )


def _problems(scene: Setting, now: datetime) -> None:
    """One that nobody understands yet, one with a workaround that everybody reads, and what the tickets suggest."""
    agent, manager = scene.agents["Asha Iqbal"], scene.agents["Morgan Okafor"]
    known, unknown = _busiest_systems(now)
    problem, _left = open_problem(
        subject=f"{known.name}: people are signed out again and again",
        description="Seen on both sites since the update at the beginning of the month.",
        systems=[known],
        council=None,
        by=agent,
        tickets=_lately_about(known, now)[:4],
        cause="The new version forgets a session as soon as a second window is opened. The supplier works on it.",
        workaround="Close **all** windows of the browser, wait for a minute, then sign in once and work in that window.",
    )
    publish(
        problem,
        f"{known.name} may sign you out again and again. Close all windows, wait for a minute, and sign in once.",
        by=agent,
    )
    open_problem(
        subject=f"{unknown.name} is slow on Monday mornings",
        description="Every Monday between 9 and 10, from all buildings. Fine afterwards.",
        systems=[unknown],
        council=None,
        by=manager,
        tickets=_lately_about(unknown, now)[:2],
    )
    set_rule(rule_now(), least=LEAST, days=14, by=manager)
    find()


def _busiest_systems(now: datetime) -> Sequence[System]:
    """The two systems that most incidents of the last two weeks are about."""
    lately = (
        select(ticket_systems.c.system_id, func.count().label("how_many"))
        .join(Ticket, Ticket.id == ticket_systems.c.ticket_id)
        .where(Ticket.ticket_type == TicketType.INCIDENT, Ticket.opened_at >= now - timedelta(days=14))
        .group_by(ticket_systems.c.system_id)
        .subquery()
    )
    return db.session.scalars(
        select(System)
        .outerjoin(lately, lately.c.system_id == System.id)
        .order_by(func.coalesce(lately.c.how_many, 0).desc(), System.id)
        .limit(2)
    ).all()


def _lately_about(system: System, now: datetime) -> Sequence[Ticket]:
    about = select(ticket_systems.c.ticket_id).where(ticket_systems.c.system_id == system.id)
    return db.session.scalars(
        select(Ticket)
        .where(
            Ticket.id.in_(about),
            Ticket.ticket_type == TicketType.INCIDENT,
            Ticket.confidential.is_(False),
            Ticket.merged_into_id.is_(None),
            Ticket.opened_at >= now - timedelta(days=14),
        )
        .order_by(Ticket.id.desc())
    ).all()
