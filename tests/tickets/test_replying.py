"""Talking about a ticket: public replies, internal notes, telephone calls."""

from datetime import date, timedelta

import pytest
from sqlalchemy import select

from ictsupport.database import db
from ictsupport.journal.queries import entries_about
from ictsupport.people.models import DelegateScope, Delegation
from ictsupport.tickets.models import CallResult, MessageKind, Resolution, Status, Ticket
from ictsupport.tickets.replying import Finished, PromisedInThePast, log_call, note, reply
from ictsupport.tickets.resolving import cancel, close, resolve
from ictsupport.tickets.targets.clocks import Stage
from ictsupport.tickets.texts import NothingSaid

from ..cast import keep
from ..conftest import NOW


def stage(ticket, kind):
    return {each.kind.value: each.stage for each in ticket.clocks}[kind]


def kinds(ticket):
    return [entry.kind.removeprefix("tickets.") for entry in entries_about(ticket)]


def test_the_first_public_reply_of_the_desk_is_the_answer(ticket, agent, later):
    with later(hours=1):
        reply(ticket, "We are on it", by=agent)
    assert ticket.first_responded_at == NOW + timedelta(hours=1)
    assert stage(ticket, "response") is Stage.MET
    assert ticket.status is Status.IN_PROGRESS
    with later(hours=2):
        reply(ticket, "Still on it", by=agent)
    assert ticket.first_responded_at == NOW + timedelta(hours=1)


def test_notes_and_the_requesters_own_words_are_no_answer(ticket, agent, staff):
    note(ticket, "Looks like the switch", by=agent)
    reply(ticket, "It is quite urgent", by=staff)
    assert ticket.first_responded_at is None
    assert [message.is_public for message in ticket.messages] == [False, True]
    assert [message.from_requester for message in ticket.messages] == [False, True]


def test_an_agent_who_asked_for_help_does_not_answer_themself(make_ticket, agent):
    ticket = make_ticket(requester=agent, by=agent)
    reply(ticket, "More detail", by=agent)
    assert ticket.first_responded_at is None


@pytest.mark.parametrize(
    ("result", "answered"),
    [(CallResult.SPOKE, True), (CallResult.LEFT_MESSAGE, False), (CallResult.NO_ANSWER, False)],
)
def test_only_having_spoken_answers(result, answered, ticket, agent):
    call = log_call(ticket, "Rang reception", result, by=agent)
    assert (ticket.first_responded_at is not None) is answered
    assert call.kind is MessageKind.CALL


def test_a_promised_call_back_has_a_time_to_come(ticket, agent):
    with pytest.raises(PromisedInThePast):
        log_call(ticket, "Rang", CallResult.SPOKE, by=agent, promised_at=NOW - timedelta(hours=1))
    call = log_call(ticket, "Rang", CallResult.SPOKE, by=agent, promised_at=NOW + timedelta(hours=1))
    assert call.promised_at == NOW + timedelta(hours=1)


def test_an_empty_reply_is_refused(ticket, agent):
    with pytest.raises(NothingSaid):
        reply(ticket, "\x00 \n", by=agent)


def test_a_reply_while_resolved_reopens_in_a_second_round(ticket, agent, staff):
    resolve(ticket, Resolution.FIXED, "New cable", by=agent)
    reply(ticket, "Silent again", by=staff)
    assert (ticket.status, ticket.reopen_count, ticket.resolved_at) == (Status.IN_PROGRESS, 1, None)
    rounds = [(each.kind.value, each.round, each.stage) for each in ticket.clocks]
    assert ("resolution", 1, Stage.MET) in rounds
    assert ("resolution", 2, Stage.RUNNING) in rounds
    assert kinds(ticket)[-2:] == ["TicketReopened", "Replied"]


def test_the_desks_own_word_after_resolving_does_not_reopen(ticket, agent):
    resolve(ticket, Resolution.FIXED, "New cable", by=agent)
    reply(ticket, "Do ring if it comes back", by=agent)
    assert ticket.status is Status.RESOLVED


def test_after_closing_a_reply_opens_another_that_follows(ticket, agent, staff, telephony):
    ticket.systems.append(telephony)
    resolve(ticket, Resolution.FIXED, "New cable", by=agent)
    close(ticket)
    follower = reply(ticket, "Silent once more", by=staff)
    assert follower is not ticket
    assert (follower.follows, follower.description) == (ticket, "Silent once more")
    assert (follower.subject, follower.systems) == (ticket.subject, [telephony])
    assert ticket.status is Status.CLOSED
    assert len(db.session.scalars(select(Ticket)).all()) == 2


def test_the_desk_does_not_write_to_a_finished_ticket(ticket, agent):
    cancel(ticket, by=agent)
    with pytest.raises(Finished):
        reply(ticket, "By the way", by=agent)
    note(ticket, "They rang to say thanks", by=agent)


def test_a_delegate_writes_in_the_members_name(make_ticket, member, staff):
    keep(
        Delegation(
            member=member,
            delegate=staff,
            scopes=[DelegateScope.RAISE.value, DelegateScope.VIEW.value],
            starts_on=date(2026, 1, 1),
        )
    )
    ticket = make_ticket(requester=member, by=staff)
    reply(ticket, "Councillor Ashcroft is back at 2pm", by=staff)
    (message,) = ticket.messages
    assert (message.author, message.for_whom, message.from_requester) == (staff, member, True)
    assert [entry.for_whom_id for entry in entries_about(ticket)] == [member.id, member.id]


def test_words_do_not_raise_the_version(ticket, agent, staff):
    take = ticket.version
    note(ticket, "Looks like the switch", by=agent)
    reply(ticket, "It is quite urgent", by=staff)
    assert ticket.version == take
