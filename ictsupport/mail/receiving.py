"""Taking mail in: kept first, and then handed to those who may know what it means.

    @taker("clinics")
    def take_reply(letter: Letter) -> str | None: ...

A taker returns what it did, in words; None for what is not its own; and raises
NotUnderstood for what is, but cannot be used. The first that takes it has it.
What nobody takes stays where administrators see it. The message is stored in
one transaction, handed on in another that also finishes the job, so a kill
loses nothing and does nothing twice; one bad message stops no other.
"""

import logging
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from sqlalchemy import delete, select, update
from sqlalchemy.exc import DBAPIError

from .. import clock, jobs, scheduler
from ..config import settings
from ..database import db, insert_if_new, is_lock_trouble, lock
from ..errors import Refusal
from .models import IncomingMessage, IncomingState
from .reading import Letter, envelope, read

log = logging.getLogger(__name__)

Taker = Callable[[Letter], str | None]
_takers: dict[str, Taker] = {}
NOBODY = "It is not a kind of message that the service understands."


class TooLarge(Refusal):
    reason = "The message is larger than {megabytes} MB, the most that is taken."


class Empty(Refusal):
    reason = "There is no message."


class NotUnderstood(Exception):
    """The message is of the taker's kind, and cannot be used; the words say why."""


class NotNow(Exception):
    """The message can be taken, but something that it needs is away: it is handed on again later."""


def taker(name: str) -> Callable[[Taker], Taker]:
    """Register who is asked whether a message is theirs, in the order of registration."""

    def register(take: Taker) -> Taker:
        _takers[name] = take
        return take

    return register


def largest() -> int:
    """The most bytes that are taken."""
    return settings().mail_megabytes * 1024 * 1024


def receive(raw: bytes) -> bool:
    """Keep the message and put down that it is to be handed on; False where we have it already. Does not commit."""
    if not raw.strip():
        raise Empty
    if len(raw) > largest():
        raise TooLarge(megabytes=settings().mail_megabytes)
    letter = envelope(raw)
    row = {
        "digest": letter.digest,
        "message_id": letter.message_id,
        "from_address": letter.from_address,
        "subject": letter.subject,
        "size": len(raw),
        "raw": raw,
        "received_at": clock.now(),
        "state": IncomingState.WAITING,
        "taken_by": "",
        "outcome": "",
    }
    if not insert_if_new(IncomingMessage, [row]):
        return False
    key = select(IncomingMessage.id).where(IncomingMessage.digest == letter.digest)
    jobs.enqueue("mail.take", {"incoming": db.session.scalars(key).one()})
    return True


def left_in_mailbox(head: bytes, size: int) -> None:
    """Put down that a message is too large to be kept, with its head, for somebody to see to it. Does not commit."""
    letter = envelope(head)
    refusal = TooLarge(megabytes=settings().mail_megabytes)
    row = {
        "digest": letter.digest,
        "message_id": letter.message_id,
        "from_address": letter.from_address,
        "subject": letter.subject,
        "size": size,
        "raw": head,
        "received_at": clock.now(),
        "state": IncomingState.NOT_UNDERSTOOD,
        "taken_by": "",
        "outcome": f"{refusal} It is still in the mailbox, flagged. The source here is its head alone.",
        "done_at": clock.now(),
    }
    insert_if_new(IncomingMessage, [row])


@jobs.handles("mail.take")
def hand_on(payload: dict[str, Any]) -> None:
    """Give one message to whoever understands it. Once."""
    incoming = db.session.get(IncomingMessage, payload["incoming"])
    if incoming is None:
        return
    lock(incoming)
    if incoming.state is not IncomingState.WAITING:
        return
    letter = read(incoming.raw or b"", trusted_hop=settings().mail_trusted_hop)
    name, said = _first_taker(letter)
    incoming.state = IncomingState.TAKEN if name else IncomingState.NOT_UNDERSTOOD
    incoming.taken_by, incoming.outcome, incoming.done_at = name, said[:500], clock.now()


def _first_taker(letter: Letter) -> tuple[str, str]:
    """Who took it and what they did; or nobody, and why."""
    why = f"The message is damaged: {letter.trouble}." if letter.trouble else NOBODY
    for name, take in _takers.items():
        try:
            with db.session.begin_nested():
                said = take(letter)
        except NotNow:
            raise
        except (NotUnderstood, Refusal) as reason:
            why = str(reason)
        except DBAPIError as error:
            if is_lock_trouble(error):
                raise  # the job is tried again in a moment
            log.exception("%s could not take a message", name)
            why = "It could not be read, through a fault of the service. The log has more."
        except Exception:
            log.exception("%s could not take a message", name)
            why = "It could not be read, through a fault of the service. The log has more."
        else:
            if said is not None:
                return name, said
    return "", why


@jobs.handles("mail.forget_incoming")
def forget_old(_payload: dict[str, Any]) -> None:
    """The words of what was taken are not kept for ever, nor is what nobody understood."""
    taken = clock.now() - timedelta(days=settings().mail_raw_kept_days)
    unknown = clock.now() - timedelta(days=settings().mail_not_understood_kept_days)
    db.session.execute(
        update(IncomingMessage)
        .where(IncomingMessage.state == IncomingState.TAKEN, IncomingMessage.done_at < taken)
        .values(raw=None, subject="")
    )
    db.session.execute(
        delete(IncomingMessage).where(
            IncomingMessage.state.in_((IncomingState.NOT_UNDERSTOOD, IncomingState.PUT_AWAY)),
            IncomingMessage.done_at < unknown,
        )
    )


scheduler.every("mail.forget_incoming", hours=24)
