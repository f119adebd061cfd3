"""Two people at the same ticket: each change counts, unless both change the same thing."""

import pytest

from ictsupport.systems.registering import add_system
from ictsupport.tickets.amending import amend
from ictsupport.tickets.holding import hold
from ictsupport.tickets.models import HoldReason, Resolution
from ictsupport.tickets.replying import note, reply
from ictsupport.tickets.resolving import close, resolve
from ictsupport.tickets.triage import assign, move, prioritise
from ictsupport.tickets.versions import ChangedMeanwhile


def test_different_fields_both_succeed(ticket, agent, manager, desk):
    seen = ticket.version
    prioritise(ticket, by=manager, urgency=1, seen=seen)
    assign(ticket, agent, by=agent, seen=seen)
    assert (ticket.priority, ticket.assignee) == (3, agent)


def test_impact_urgency_and_an_override_are_three_things(ticket, agent, manager, desk):
    seen, urgency = ticket.version, ticket.urgency
    prioritise(ticket, by=manager, impact=2, urgency=urgency, override=1, reason="Election", seen=seen)
    prioritise(ticket, by=agent, impact=3, urgency=1, seen=seen)
    assert (ticket.impact, ticket.urgency, ticket.priority) == (2, 1, 1)
    assert ticket.priority_override_reason == "Election"
    with pytest.raises(ChangedMeanwhile, match="the impact"):
        prioritise(ticket, by=agent, impact=1, urgency=urgency, seen=seen)
    prioritise(ticket, by=agent, impact=2, urgency=1, seen=ticket.version)
    assert ticket.priority_override_reason is None


def test_the_same_field_asks_whose_value_shall_stand(ticket, agent, manager):
    seen = ticket.version
    assign(ticket, manager, by=manager, seen=seen)
    with pytest.raises(ChangedMeanwhile) as met:
        assign(ticket, agent, by=agent, seen=seen)
    assert ticket.assignee is manager
    (conflict,) = met.value.conflicts
    assert (conflict.field, conflict.old, conflict.new, conflict.yours) == (
        "assignee",
        "nobody",
        "Morgan Okafor",
        "Asha Iqbal",
    )
    assert conflict.by == "Morgan Okafor"
    assert "Morgan Okafor changed who has it from “nobody” to “Morgan Okafor”" in str(met.value)
    assign(ticket, agent, by=agent, seen=met.value.version)
    assert ticket.assignee is agent


def test_wanting_what_is_already_so_is_no_conflict(ticket, agent, manager):
    seen = ticket.version
    assign(ticket, agent, by=manager, seen=seen)
    assign(ticket, agent, by=agent, seen=seen)
    assert ticket.version == 2


def test_lists_of_rows_are_compared_whole(ticket, agent, manager, telephony):
    seen = ticket.version
    amend(ticket, by=manager, systems=[telephony], seen=seen)
    with pytest.raises(ChangedMeanwhile, match="changed the systems from “nothing” to “Telephony”"):
        amend(ticket, by=agent, systems=[add_system(name="Printing", by=None)], seen=seen)
    assert amend(ticket, by=agent, systems=[], seen=seen) is None
    assert ticket.systems == [telephony], "what stands as it was when the form was opened was not touched"


def test_replies_and_notes_never_conflict(ticket, agent, staff):
    seen = ticket.version
    note(ticket, "One", by=agent)
    reply(ticket, "Two", by=staff)
    assign(ticket, agent, by=agent, seen=seen)
    assert ticket.assignee is agent


def test_status_meets_status(ticket, agent, manager):
    seen = ticket.version
    hold(ticket, HoldReason.SUPPLIER, by=manager, seen=seen)
    with pytest.raises(ChangedMeanwhile, match="the status"):
        resolve(ticket, Resolution.FIXED, "Done", by=agent, seen=seen)


def test_background_work_never_raises_the_version(ticket, agent, desk):
    resolve(ticket, Resolution.FIXED, "Done", by=agent)
    seen = ticket.version
    close(ticket)
    assert ticket.version == seen


def test_a_move_meets_a_move_but_not_a_note(ticket, agent, manager, desk):
    seen = ticket.version
    note(ticket, "Looks odd", by=manager)
    move(ticket, desk["business"], by=agent, seen=seen)
    assert ticket.queue is desk["business"]
