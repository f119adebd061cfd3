"""Who will be able to read a confidential request, said before it is sent."""

from dataclasses import dataclass

from sqlalchemy import select

from ...database import db
from ...people.models import DelegateScope, Person
from ...systems.models import System
from ..access import may_act_for
from ..models import Channel, Queue, Request, queue_clearance
from ..raising import council_of
from ..routing import Facts, route
from .choosing import Choices
from .requests import TYPES


@dataclass(frozen=True)
class Readers:
    """The queue it goes to and who is cleared there; `asker_too`: whether whoever sends it may read it afterwards."""

    queue: Queue
    names: list[str]
    asker_too: bool


def readers_of(asked: Request, choices: Choices, by: Person) -> Readers:
    """Who will be able to read the request once it is sent, besides whom it is for."""
    answers = asked.answers
    system = db.session.get(System, answers["system"]) if answers.get("system") else None
    facts = Facts(
        ticket_type=choices.asked_kind or TYPES[answers["kind"]],
        systems=[system] if system is not None else [],
        council=council_of(choices.whom),
        requester_kind=choices.whom.requester_kind,
        channel=Channel.SELF_SERVICE,
        text=f"{answers['subject']}\n{answers.get('description', '')}",
        request_type=choices.form.type if choices.form else None,
    )
    queue = route(facts).queue
    cleared = select(Person.name).where(
        Person.id.in_(select(queue_clearance.c.person_id).where(queue_clearance.c.queue_id == queue.id)),
        Person.gone_at.is_(None),
    )
    own = choices.whom.id == by.id
    return Readers(
        queue,
        list(db.session.scalars(cleared.order_by(Person.sort_name))),
        asker_too=own or may_act_for(by, choices.whom.id, DelegateScope.CONFIDENTIAL),
    )
