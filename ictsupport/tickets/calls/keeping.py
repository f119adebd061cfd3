"""Several calls at once: each is kept as it is typed, until it is logged or thrown away."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from sqlalchemy import bindparam, delete, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import joinedload

from ... import clock, jobs, scheduler
from ...database import db, table_of
from ...people.models import Person
from .models import OpenCall

KEPT = timedelta(days=2)
LONGEST = 20_000


def keep(agent: Person, caller: Person, typed: Mapping[str, Sequence[str]]) -> None:
    """Keep what has been typed of the caller's call; what was kept before gives way."""
    plain = {name: [value[:LONGEST] for value in values] for name, values in typed.items()}
    call = open_call(agent, caller)
    now = clock.now()
    if call is not None:
        call.typed, call.saved_at = plain, now
        return
    call = OpenCall(agent_id=agent.id, caller_id=caller.id, typed=plain, started_at=now, saved_at=now)
    try:
        with db.session.begin_nested():
            db.session.add(call)
    except IntegrityError:  # the other window was quicker by a breath
        again = open_call(agent, caller)
        if again is not None:
            again.typed, again.saved_at = plain, now


def open_call(agent: Person, caller: Person) -> OpenCall | None:
    return db.session.scalars(
        select(OpenCall).where(OpenCall.agent_id == agent.id, OpenCall.caller_id == caller.id)
    ).first()


def open_calls(agent: Person) -> Sequence[OpenCall]:
    """The calls an agent has open, oldest first."""
    return db.session.scalars(
        select(OpenCall)
        .where(OpenCall.agent_id == agent.id)
        .order_by(OpenCall.started_at, OpenCall.id)
        .limit(20)
        .options(joinedload(OpenCall.caller).load_only(Person.name))
    ).all()


def let_go(agent: Person, caller: Person) -> None:
    """The call is logged, or there is nothing to log."""
    db.session.connection().execute(_GONE, {"agent": agent.id, "caller": caller.id})


_CALLS = table_of(OpenCall)
_GONE = delete(_CALLS).where(
    _CALLS.c.agent_id == bindparam("agent"), _CALLS.c.caller_id == bindparam("caller")
)


@jobs.handles("tickets.forget_calls")
def _forget(_payload: dict[str, Any]) -> None:
    db.session.execute(delete(OpenCall).where(OpenCall.saved_at < clock.now() - KEPT))


scheduler.every("tickets.forget_calls", hours=12)
