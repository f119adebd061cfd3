"""After a desk has worked by its own verbs, in any order, there is nothing to mend."""

import random
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from ictsupport import clock
from ictsupport.database import db
from ictsupport.errors import Refusal
from ictsupport.people.models import Person
from ictsupport.tickets.amending import amend
from ictsupport.tickets.holding import hold, release
from ictsupport.tickets.models import CallResult, Channel, HoldReason, Resolution, Ticket, TicketType
from ictsupport.tickets.raising import raise_ticket
from ictsupport.tickets.rebuilding import rebuild_clocks, rebuild_steps
from ictsupport.tickets.replying import log_call, reply
from ictsupport.tickets.resolving import cancel, close, reopen, resolve
from ictsupport.tickets.targets.breaches import sweep_breaches
from ictsupport.tickets.targets.clocks import Stage
from ictsupport.tickets.targets.clockwork import ticket_columns
from ictsupport.tickets.targets.escalating import take_steps
from ictsupport.tickets.targets.timing import clockwork_of
from ictsupport.tickets.triage import prioritise

Act = Callable[[Ticket, Person, datetime, random.Random], object]

ACTS: list[Act] = [
    lambda ticket, agent, now, dice: reply(ticket, "We are on it.", by=agent),
    lambda ticket, agent, now, dice: reply(ticket, "Still broken.", by=ticket.requester),
    lambda ticket, agent, now, dice: hold(ticket, HoldReason.REQUESTER, by=agent, message="Which room?"),
    lambda ticket, agent, now, dice: hold(ticket, HoldReason.SUPPLIER, by=agent),
    lambda ticket, agent, now, dice: release(ticket, by=agent),
    lambda ticket, agent, now, dice: prioritise(
        ticket, by=agent, impact=dice.randint(1, 3), urgency=dice.randint(1, 3)
    ),
    lambda ticket, agent, now, dice: amend(
        ticket, by=agent, needed_by=now + timedelta(hours=dice.randint(1, 40))
    ),
    lambda ticket, agent, now, dice: amend(ticket, by=agent, needed_by=None),
    lambda ticket, agent, now, dice: amend(ticket, by=agent, ticket_type=dice.choice(list(TicketType))),
    lambda ticket, agent, now, dice: amend(ticket, by=agent, council=None),
    lambda ticket, agent, now, dice: resolve(
        ticket, Resolution.FIXED, "Done.", by=agent, told=dice.random() < 0.7
    ),
    lambda ticket, agent, now, dice: reopen(ticket, by=agent),
    lambda ticket, agent, now, dice: cancel(ticket, by=agent),
    lambda ticket, agent, now, dice: close(ticket, by=agent),
]


STEPS = [
    {"clock": "response", "percent": 80, "do": "notify"},
    {"clock": "response", "percent": 100, "do": "raise priority"},
    {"clock": "resolution", "after": [90, "minutes"], "do": "notify"},
]


@pytest.mark.parametrize("seed", range(4))
def test_a_week_of_work_leaves_nothing_to_mend(desk, policy, staff, agent, seed):
    policy.steps = STEPS
    dice = random.Random(seed)
    now = clock.now()
    tickets: list[Ticket] = []
    for _ in range(70):
        now += timedelta(minutes=dice.randint(0, 120), seconds=dice.randint(0, 59))
        with clock.at(now):
            if dice.random() < 0.1 or not tickets:
                channel = dice.choice([Channel.PHONE, Channel.SELF_SERVICE])
                raised = raise_ticket(
                    requester=staff, subject="No sound", description="At all.", by=agent, channel=channel
                )
                tickets.append(raised)
            elif dice.random() < 0.2:
                sweep_breaches()
                take_steps()
            else:
                with db.session.begin_nested():
                    try_to(dice.choice(ACTS), dice.choice(tickets), agent, now, dice)
    with clock.at(now):
        sweep_breaches()
        db.session.flush()
        for rebuild in (rebuild_clocks, rebuild_steps):
            assert [str(each) for _, found in rebuild(False) for each in found] == []
    assert len(tickets) > 3


def try_to(act: Act, ticket: Ticket, agent: Person, now: datetime, dice: random.Random) -> None:
    try:
        act(ticket, agent, now, dice)
    except Refusal:
        db.session.expire(ticket)


def test_a_telephone_call_that_reached_them_is_an_answer(desk, staff, agent):
    ticket = raise_ticket(
        requester=staff, subject="No sound", description="At all.", by=staff, channel=Channel.SELF_SERVICE
    )
    assert ticket.due_sort == min(row["due_at"] for row in clockwork_of(ticket).columns().values())
    log_call(ticket, "Reset the headset together.", by=agent, result=CallResult.SPOKE)
    rows = clockwork_of(ticket).columns()
    assert sorted(row["stage"].value for row in rows.values()) == [Stage.MET.value, Stage.RUNNING.value]
    assert ticket.due_kind is ticket_columns(rows)["due_kind"]
