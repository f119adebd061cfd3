"""A story leaves behind exactly what the desk's verbs would have left."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from ictsupport import clock
from ictsupport.database import db
from ictsupport.journal import Entry
from ictsupport.tickets import history, holding, replying, resolving, triage
from ictsupport.tickets.history import Act, Said, Story
from ictsupport.tickets.models import (
    CallResult,
    Channel,
    HoldReason,
    MessageKind,
    Resolution,
    Status,
    Ticket,
    TicketPeriod,
    TicketType,
)
from ictsupport.tickets.raising import raise_ticket
from ictsupport.tickets.targets.models import Clock, ClockEvent

from ..conftest import NOW

IGNORED = {"id", "reference", "ticket_id", "hold_until", "source_reference"}


def after(hours: float):
    return NOW + timedelta(hours=hours)


@pytest.fixture
def lived(desk, staff, agent, telephony) -> Ticket:
    """A ticket that went through the desk by its verbs."""
    ticket = raise_ticket(
        requester=staff,
        subject="No sound",
        description="Callers hear nothing.",
        by=staff,
        channel=Channel.SELF_SERVICE,
        systems=[telephony],
        needed_by=after(30),
    )
    for hours, verb in [
        (0.5, lambda: triage.assign(ticket, agent, by=agent)),
        (1, lambda: replying.reply(ticket, "Which headset?", by=agent)),
        (1.5, lambda: holding.hold(ticket, HoldReason.REQUESTER, by=agent, message="Which colour?")),
        (3, lambda: replying.reply(ticket, "The grey one.", by=staff)),
        (4, lambda: replying.log_call(ticket, "Tried it together.", CallResult.SPOKE, by=agent)),
        (5, lambda: resolving.resolve(ticket, Resolution.FIXED, "Paired again.", by=agent)),
        (24, lambda: resolving.reopen(ticket, by=agent)),
        (26, lambda: resolving.resolve(ticket, Resolution.ADVICE, "Use the cable.", by=agent)),
    ]:
        with clock.at(after(hours)):
            verb()
    db.session.flush()
    return ticket


@pytest.fixture
def told(lived, staff, agent, telephony) -> Ticket:
    """The same ticket as a story."""
    columns = {
        "ticket_type": TicketType.INCIDENT, "subject": "No sound", "description": "Callers hear nothing.",
        "requester_id": staff.id, "requester_kind": staff.requester_kind, "opened_by_id": staff.id, "opened_at": NOW,
        "channel": Channel.SELF_SERVICE, "impact": 3, "urgency": 2, "priority": 4, "queue_id": lived.queue_id,
        "routed_because": lived.routed_because, "status": Status.NEW, "scope": lived.scope,
        "council_id": lived.council_id, "needed_by": after(30),
    }  # fmt: skip

    def reply(body: str, **more):
        return Said(MessageKind.REPLY, body, **more)

    spoke = Said(MessageKind.CALL, "Tried it together.", call_result=CallResult.SPOKE)
    fixed = {"status": Status.RESOLVED, "resolution": Resolution.FIXED, "resolution_notes": "Paired again."}
    advice = {
        "status": Status.RESOLVED,
        "resolution": Resolution.ADVICE,
        "resolution_notes": "Use the cable.",
    }
    acts = [
        Act("TicketAssigned", after(0.5), agent.id, {"assignee_id": agent.id, "status": Status.IN_PROGRESS}),
        Act("Replied", after(1), agent.id, {}, reply("Which headset?")),
        Act(
            "TicketHeld",
            after(1.5),
            agent.id,
            {"status": Status.ON_HOLD, "hold_reason": HoldReason.REQUESTER},
            reply("Which colour?"),
        ),
        Act("TicketReleased", after(3), staff.id, {"status": Status.IN_PROGRESS, "hold_reason": None}),
        Act("Replied", after(3), staff.id, {}, reply("The grey one.", from_requester=True)),
        Act("CallLogged", after(4), agent.id, {}, spoke),
        Act("TicketResolved", after(5), agent.id, fixed),
        Act(
            "TicketReopened",
            after(24),
            agent.id,
            {"status": Status.IN_PROGRESS, "resolution": None, "resolution_notes": ""},
        ),
        Act("TicketResolved", after(26), agent.id, advice),
    ]
    with clock.at(after(27)):
        history.load([Story(columns, acts, (telephony.id,))])
    return db.session.scalars(sa.select(Ticket).order_by(Ticket.id.desc()).limit(1)).one()


def rows(model, ticket):
    table = model.__table__
    order = [table.c.id]
    found = db.session.execute(
        sa.select(table).where(table.c.ticket_id == ticket.id).order_by(*order)
    ).mappings()
    return [{name: value for name, value in row.items() if name not in IGNORED} for row in found]


@pytest.mark.parametrize("model", [TicketPeriod, ClockEvent, Clock])
def test_periods_clock_events_and_clocks_are_those_of_the_verbs(lived, told, model):
    def ordered(found):
        return sorted(found, key=lambda row: str(sorted(row.items(), key=str)))

    assert ordered(rows(model, told)) == ordered(rows(model, lived))


def test_the_ticket_itself_is_that_of_the_verbs(lived, told):
    db.session.expire_all()
    for column in Ticket.__table__.columns:
        if column.name not in IGNORED:
            assert getattr(told, column.name) == getattr(lived, column.name), column.name


def test_the_references_follow_one_another(lived, told):
    assert int(told.reference.split("-")[1]) - int(lived.reference.split("-")[1]) == told.id - lived.id


def test_what_was_said_is_the_same_and_the_journal_knows_it(lived, told):
    def said(ticket):
        return [(m.kind, m.body, m.from_requester, m.at, m.author_id) for m in ticket.messages]

    assert said(told) == said(lived)
    told_ids = {m.id for m in told.messages}
    payloads = [entry.data for entry in db.session.scalars(sa.select(Entry))]
    assert told_ids <= {data.get("message") for data in payloads}


def test_the_journal_tells_the_same_story(lived, told):
    def story(ticket):
        entries = db.session.scalars(
            sa.select(Entry).join(Entry.subjects).where(sa.text("subject.kind = 'ticket'"), sa.text("subject_id = :t"))
            .params(t=ticket.id).order_by(Entry.at, Entry.id)
        )  # fmt: skip
        return [(e.kind, e.at, e.by_id, e.data.get("version")) for e in entries if "Breached" not in e.kind]

    assert story(told) == story(lived)
