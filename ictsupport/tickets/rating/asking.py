"""Asking how it went: when, and not too often; what the answer says; and forgetting the words in time."""

from collections.abc import Collection
from contextlib import suppress
from datetime import timedelta
from typing import Any

from sqlalchemy import Select, select, update

from ... import clock, jobs, scheduler
from ...config import settings
from ...database import db, lock
from ...errors import Refusal
from ...journal import announce, on
from ...mail import send
from ...people.models import Grant, Person, Role
from ..access import may_work, workable
from ..models import Channel, Resolution, Ticket
from ..related.events import TicketUnmerged
from ..tasks.doing import TooManyTasks, add_task, remove_task, tick
from ..tasks.events import TaskDone, TaskEvent, TaskRemoved, TaskUndone
from ..tasks.models import Task
from ..texts import prose
from . import links
from .events import Rated, RungBack
from .models import OFFERED, SCORES, Rating

NOTHING_TO_RATE = (Resolution.DUPLICATE, Resolution.CANCELLED)


class NotResolved(Refusal):
    reason = "This request is not done yet, so there is nothing to say about how it went."


class NotAsked(Refusal):
    reason = "How it went is not asked about confidential requests."


class NoScore(Refusal):
    reason = "Choose how it went, from very good to very bad."


def links_for(ticket: Ticket, person: Person) -> dict[str, str]:
    """The tokens for the mail about a resolution: to answer, and perhaps to say how it went.

    None about a confidential ticket, and none about one that was merged into
    another: those are answered after signing in.
    """
    if ticket.confidential or ticket.merged_into_id is not None or ticket.resolved_at is None:
        return {}
    told = {"answer": links.signed(links.ANSWER, ticket, person)}
    if person.id == ticket.requester_id and _ask(ticket):
        told["rating"] = links.signed(links.RATING, ticket, person)
    return told


def _ask(ticket: Ticket) -> bool:
    """Put down that the requester is asked, unless they were asked lately or there is nothing to ask about."""
    now, days = clock.now(), settings().rating_every_days
    if ticket.resolution in NOTHING_TO_RATE or ticket.channel is Channel.IMPORT or not ticket.requester.email:
        return False
    lately = select(Rating.id).where(
        Rating.person_id == ticket.requester_id, Rating.asked_at > now - timedelta(days=days)
    )
    if days and db.session.scalar(lately.limit(1)) is not None:
        return False
    db.session.add(_new(ticket))
    return True


def rating_of(ticket: Ticket) -> Rating | None:
    """What was asked and answered about the present resolution."""
    return db.session.scalar(
        select(Rating).where(Rating.ticket_id == ticket.id, Rating.resolved_at == ticket.resolved_at)
    )


def rate(
    ticket: Ticket, score: int | None, *, by: Person, reasons: Collection[str] = (), words: str = ""
) -> Rating:
    """Say how it went. Saying it again replaces what was said.

    A low score makes a task for the managers, who are written to once; when it
    is put right before anybody rang, the task is withdrawn.
    """
    lock(ticket)
    if ticket.confidential:
        raise NotAsked
    if ticket.resolved_at is None:
        raise NotResolved
    if score not in SCORES:
        raise NoScore
    rating = rating_of(ticket)
    if rating is None:
        rating = _new(ticket)
        db.session.add(rating)
    was, was_low = rating.score, rating.is_low
    rating.score, rating.answered_at = score, clock.now()
    rating.reasons = [key for key in OFFERED if key in reasons]
    rating.words_ = prose(words, what="What you wrote", limit=1000)
    announce(Rated(about=ticket, by=by, score=score, was=was))
    if rating.is_to_ring and not was_low:
        _have_rung(rating)
    elif was_low and not rating.is_low:
        _spare_the_call(rating)
    if rating.is_low and rating.told_at is None:
        rating.told_at = clock.now()
        for manager in _managers(ticket):
            send(
                to=manager, template="tickets/low_score", about=ticket, thread=f"ticket-{ticket.id}",
                ticket=ticket, rating=rating, words=SCORES,
            )  # fmt: skip
    return rating


def waiting_for_a_call(person: Person) -> Select[Rating]:
    """What was said by those who are still to be rung back, as far as somebody may open it."""
    to_ring = select(Rating).join(Rating.ticket)
    return to_ring.where(Rating.TO_RING, workable(person), Ticket.confidential.is_(False))


def ring_back(rating: Rating, *, by: Person) -> None:
    """Somebody has talked to whoever was not satisfied. Doing it twice does nothing more."""
    lock(rating)
    if rating.rung_at is None:
        rating.rung_at, rating.rung_by_id = clock.now(), by.id
        announce(RungBack(about=rating.ticket, by=by))
        if rating.task is not None and rating.ticket.merged_into_id is None:
            tick(rating.task, by=by)


@on(TaskDone, TaskUndone, TaskRemoved)
def follow_the_task(event: TaskEvent) -> None:
    """The task to ring somebody back and the list of whom to ring say the same."""
    task = db.session.get(Task, event.task_id)
    if task is None or not task.for_managers:
        return
    rating = db.session.scalars(select(Rating).where(Rating.task_id == task.id)).first()
    if rating is None:
        return
    if isinstance(event, TaskRemoved):
        rating.task = None
        db.session.flush()
    elif isinstance(event, TaskUndone):
        rating.rung_at = rating.rung_by_id = None
    elif event.by is not None:
        ring_back(rating, by=event.by)


@on(TicketUnmerged)
def catch_up(event: TicketUnmerged) -> None:
    """While it was merged nothing was done to its tasks, though somebody may have been rung, or be content now."""
    theirs = select(Rating).where(Rating.ticket_id == event.about.id, Rating.task_id.is_not(None))
    for rating in db.session.scalars(theirs).all():
        if rating.rung_by is not None and rating.task is not None:
            tick(rating.task, by=rating.rung_by)
        elif not rating.is_low:
            _spare_the_call(rating)


def _have_rung(rating: Rating) -> None:
    """Put it on the ticket as a task for the managers, unless nothing can be put on it."""
    ticket = rating.ticket
    if ticket.merged_into_id is not None or rating.task is not None:
        return
    what = f"Ring back: scored {rating.score} of {max(SCORES)}"
    with suppress(TooManyTasks):
        rating.task = add_task(ticket, what, by=None, due_on=clock.today(settings().zone), for_managers=True)


def _spare_the_call(rating: Rating) -> None:
    """Whoever was to be rung back says now that it went well enough: the task is not wanted any more."""
    task = rating.task
    if task is not None and not task.is_done and rating.ticket.merged_into_id is None:
        remove_task(task, by=None, why=f"not wanted any more, since the score is {rating.score} now")


def _new(ticket: Ticket) -> Rating:
    return Rating(
        ticket_id=ticket.id,
        resolved_at=ticket.resolved_at,
        person_id=ticket.requester_id,
        asked_at=clock.now(),
        reasons=[],
        ticket=ticket,
    )


def _managers(ticket: Ticket) -> list[Person]:
    """The managers who may open the ticket."""
    managing = select(Grant.person_id).where(Grant.role == Role.MANAGER, Grant.ended_at.is_(None))
    people = db.session.scalars(select(Person).where(Person.id.in_(managing)).order_by(Person.id)).all()
    return [person for person in people if person.is_active and may_work(person, ticket)]


@jobs.handles("tickets.forget_rating_words")
def forget_words(_payload: dict[str, Any]) -> None:
    """What somebody wrote beside their score is kept for a time; the score stays."""
    oldest = clock.now() - timedelta(days=settings().rating_words_kept_days)
    db.session.execute(
        update(Rating).where(Rating.answered_at < oldest, Rating.words_ != "").values(words_="")
    )


scheduler.every("tickets.forget_rating_words", hours=24)
