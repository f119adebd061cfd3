"""Teams and their queues: made, renamed, closed; and who may open what is confidential on them."""

import re
from datetime import date, timedelta

from sqlalchemy import func, or_, select
from sqlalchemy.exc import IntegrityError

from ... import clock
from ...database import db, lock
from ...errors import Refusal
from ...journal import announce, on
from ...journal.settings import differences
from ...people.access import DESK
from ...people.models import Council, Membership, Person, Team
from ...people.scopes import scoped_to
from ..events import TicketReopened
from ..models import Queue, Ticket
from ..routing import triage_queue
from ..texts import line
from ..triage import move
from .access import refuse_others
from .events import ClearanceChanged, QueueChanged, TeamChanged


class NameTaken(Refusal):
    reason = "There is already one of this name, perhaps a closed one. Choose another name."


class LastTriageQueue(Refusal):
    reason = (
        "New tickets that no rule sends anywhere go to {name}. Make another queue the one for triage first."
    )


class WhereTo(Refusal):
    reason = "Choose an open queue that takes over the open tickets."


class AlreadyClosed(Refusal):
    reason = "{name} is closed already."


class NotOfTheDesk(Refusal):
    reason = "{name} does not work tickets. Give them the role of an agent first."


class NotYourself(Refusal):
    reason = "Somebody else has to clear you for confidential tickets."


class AlreadyInTeam(Refusal):
    reason = "{name} is already in this team."


def keep_team(team: Team | None, name: str, council: Council | None, *, by: Person | None) -> Team:
    """Make a team, or rename one. Whose it is stays as it was made."""
    refuse_others(by, (team.council_id if team else council.id if council else None))
    name = line(name, what="The name", limit=120, needed=True)
    old = {} if team is None else {"name": team.name}
    team = team or Team(name=name, **scoped_to(council))
    team.name = name
    db.session.add(team)
    _flush()
    changes = differences(old, {"name": name})
    if changes:
        announce(TeamChanged(about=team, name=name, by=by, changes=changes))
    return team


def join_team(team: Team, person: Person, starts_on: date, *, by: Person | None) -> Membership:
    """Put somebody into a team from a day on."""
    refuse_others(by, team.council_id)
    lock(team)
    if not person.has_role(*DESK):
        raise NotOfTheDesk(name=person.name)
    still = select(Membership.id).where(
        Membership.team_id == team.id,
        Membership.person_id == person.id,
        or_(Membership.ends_on.is_(None), Membership.ends_on >= starts_on),
    )
    if db.session.scalar(still) is not None:
        raise AlreadyInTeam(name=person.name)
    membership = Membership(team=team, person=person, starts_on=starts_on)
    db.session.add(membership)
    announce(TeamChanged(about=team, name=team.name, by=by, changes={"in the team": [None, person.name]}))
    return membership


def leave_team(membership: Membership, *, by: Person | None) -> None:
    """Take somebody out of a team from now on; that they were in it stays known."""
    refuse_others(by, membership.team.council_id)
    yesterday = clock.now().date() - timedelta(days=1)
    if membership.ends_on is not None and membership.ends_on <= yesterday:
        return
    team, name = membership.team, membership.person.name
    if membership.starts_on > yesterday:
        db.session.delete(membership)
    else:
        membership.ends_on = yesterday
    announce(TeamChanged(about=team, name=team.name, by=by, changes={"in the team": [name, None]}))


def keep_queue(
    queue: Queue | None,
    *,
    by: Person | None,
    name: str,
    team: Team,
    is_triage: bool = False,
    is_helpdesk: bool = False,
) -> Queue:
    """Make a queue, or change one. Its address stays, so that links go on leading to it."""
    refuse_others(by, team.council_id)
    if queue is not None:
        refuse_others(by, queue.team.council_id)
    name = line(name, what="The name", limit=120, needed=True)
    old = {} if queue is None else described(queue)
    if queue is not None and queue.is_triage and not is_triage:
        refuse_last_triage(queue)
    queue = queue or Queue(slug=_slug(name))
    queue.name, queue.team, queue.is_triage, queue.is_helpdesk = name, team, is_triage, is_helpdesk
    db.session.add(queue)
    _flush()
    changes = differences(old, described(queue))
    if changes:
        announce(QueueChanged(about=queue, name=name, by=by, changes=changes))
    return queue


def close_queue(queue: Queue, takes_over: Queue | None, *, by: Person | None) -> int:
    """Close a queue; its open tickets go to another one. Returns how many did."""
    refuse_others(by, queue.team.council_id)
    lock(queue)
    if queue.closed_on is not None:
        raise AlreadyClosed(name=queue.name)
    if queue.is_triage:
        refuse_last_triage(queue)
    ids = db.session.scalars(
        select(Ticket.id).where(Ticket.queue_id == queue.id, Ticket.OPEN).order_by(Ticket.id)
    ).all()
    if takes_over is None and ids:
        raise WhereTo
    if takes_over is not None and (takes_over is queue or takes_over.closed_on is not None):
        raise WhereTo
    for ticket_id in ids:
        assert takes_over is not None
        ticket = db.session.get_one(Ticket, ticket_id)
        move(ticket, takes_over, reason=f"{queue.name} is closed", by=by)
    queue.closed_on = clock.now().date()
    changes = {"closed": [None, queue.closed_on.isoformat()]}
    if takes_over is not None:
        changes["its tickets"] = [None, takes_over.name]
    announce(QueueChanged(about=queue, name=queue.name, by=by, changes=changes))
    return len(ids)


def open_again(queue: Queue, *, by: Person | None) -> None:
    """Open a closed queue again; what was on it stays where it went."""
    refuse_others(by, queue.team.council_id)
    lock(queue)
    if queue.closed_on is None:
        return
    closed, queue.closed_on = queue.closed_on.isoformat(), None
    announce(QueueChanged(about=queue, name=queue.name, by=by, changes={"closed": [closed, None]}))


def clear(queue: Queue, person: Person, *, by: Person) -> None:
    """Let somebody of the desk open the confidential tickets of the queue. Nobody lets themself."""
    refuse_others(by, queue.team.council_id)
    if person.id == by.id:
        raise NotYourself
    if not person.is_active or not person.has_role(*DESK):
        raise NotOfTheDesk(name=person.name)
    lock(queue)
    if person not in queue.cleared:
        queue.cleared.append(person)
        changes = {"cleared for confidential tickets": [None, person.name]}
        announce(ClearanceChanged(about=queue, person=person, name=queue.name, by=by, changes=changes))


def end_clearance(queue: Queue, person: Person, *, by: Person) -> None:
    """From this moment the person no longer opens the confidential tickets of the queue."""
    refuse_others(by, queue.team.council_id)
    lock(queue)
    if person in queue.cleared:
        queue.cleared.remove(person)
        changes = {"cleared for confidential tickets": [person.name, None]}
        announce(ClearanceChanged(about=queue, person=person, name=queue.name, by=by, changes=changes))


@on(TicketReopened)
def to_be_sorted_again(event: TicketReopened) -> None:
    """What is taken up again after its queue was closed goes to be sorted."""
    queue = event.about.queue
    if queue.closed_on is not None and queue.closed_on <= clock.now().date():
        move(event.about, triage_queue(), reason=f"{queue.name} is closed", by=None)


def described(queue: Queue) -> dict[str, str]:
    """A queue in words, as the journal keeps them."""
    return {
        "name": queue.name,
        "team": queue.team.name,
        "for triage": "yes" if queue.is_triage else "no",
        "of the helpdesk": "yes" if queue.is_helpdesk else "no",
    }


def refuse_last_triage(queue: Queue) -> None:
    """Raise LastTriageQueue if no other open queue takes what no rule sends anywhere."""
    others = select(func.count()).where(Queue.is_triage, Queue.closed_on.is_(None), Queue.id != queue.id)
    if not db.session.scalar(others):
        raise LastTriageQueue(name=queue.name)


def _slug(name: str) -> str:
    wanted = re.sub(r"[^a-z0-9]+", "-", name.casefold()).strip("-")[:50] or "queue"
    taken = set(db.session.scalars(select(Queue.slug).where(Queue.slug.startswith(wanted))))
    free = (f"{wanted}-{number}" if number else wanted for number in range(len(taken) + 1))
    return next(slug for slug in free if slug not in taken)


def _flush() -> None:
    try:
        with db.session.begin_nested():
            db.session.flush()
    except IntegrityError as error:
        raise NameTaken from error
