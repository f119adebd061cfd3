"""Waiting: for the requester, a supplier, a change, an approval, a booked visit."""

from datetime import date, timedelta

import pytest

from ictsupport.journal.queries import entries_about
from ictsupport.tickets.changing import NoWay
from ictsupport.tickets.holding import HeldIntoThePast, NoMessage, NotOnHold, hold, release
from ictsupport.tickets.models import HoldReason, Resolution, Status
from ictsupport.tickets.replying import note, reply
from ictsupport.tickets.resolving import resolve
from ictsupport.tickets.targets.clocks import Stage

from ..conftest import NOW


def stages(ticket):
    return {each.kind.value: each.stage for each in ticket.clocks}


def test_waiting_for_the_requester_asks_them_and_pauses_the_clocks(ticket, agent):
    hold(ticket, HoldReason.REQUESTER, by=agent, message="Which telephone is it?")
    assert (ticket.status, ticket.hold_reason) == (Status.ON_HOLD, HoldReason.REQUESTER)
    assert [message.body for message in ticket.messages] == ["Which telephone is it?"]
    assert ticket.first_responded_at == NOW
    assert stages(ticket) == {"response": Stage.MET, "resolution": Stage.PAUSED}


def test_without_a_message_nobody_would_know(ticket, agent):
    with pytest.raises(NoMessage):
        hold(ticket, HoldReason.REQUESTER, by=agent, message=" ")
    assert ticket.status is Status.NEW


def test_waiting_for_a_supplier_does_not_stop_the_clock(ticket, agent):
    hold(ticket, HoldReason.SUPPLIER, by=agent, until=date(2026, 11, 20))
    assert stages(ticket)["resolution"] is Stage.RUNNING
    assert ticket.hold_until == date(2026, 11, 20)


def test_nobody_waits_until_yesterday(ticket, agent):
    with pytest.raises(HeldIntoThePast):
        hold(ticket, HoldReason.SUPPLIER, by=agent, until=date(2026, 11, 17))


def test_the_reason_can_change_while_it_waits(ticket, agent, later):
    hold(ticket, HoldReason.REQUESTER, by=agent, message="Which one?")
    with later(hours=1):
        hold(ticket, HoldReason.SUPPLIER, by=agent)
    assert stages(ticket)["resolution"] is Stage.RUNNING
    assert entries_about(ticket)[-1].data["changes"]["hold_reason"] == [
        "awaiting requester",
        "awaiting supplier",
    ]


def test_a_reply_from_whoever_is_awaited_takes_it_off_hold(ticket, agent, staff, later):
    hold(ticket, HoldReason.REQUESTER, by=agent, message="Which one?")
    with later(hours=3):
        reply(ticket, "The one in reception", by=staff)
    assert (ticket.status, ticket.hold_reason) == (Status.IN_PROGRESS, None)
    resolution = next(each for each in ticket.clocks if each.kind.value == "resolution")
    assert resolution.stage is Stage.RUNNING
    assert resolution.paused_seconds == timedelta(hours=3).total_seconds()


def test_no_other_word_takes_it_off_hold(ticket, agent, staff):
    hold(ticket, HoldReason.SUPPLIER, by=agent)
    reply(ticket, "Any news?", by=staff)
    note(ticket, "Rang them", by=agent)
    assert ticket.status is Status.ON_HOLD
    hold(ticket, HoldReason.REQUESTER, by=agent, message="Which one?")
    reply(ticket, "I mean the black one?", by=agent)
    assert ticket.status is Status.ON_HOLD


def test_only_what_waits_is_released_and_only_open_work_is_held(ticket, agent):
    with pytest.raises(NotOnHold):
        release(ticket, by=agent)
    resolve(ticket, Resolution.FIXED, "Done", by=agent)
    with pytest.raises(NoWay) as refused:
        hold(ticket, HoldReason.SUPPLIER, by=agent)
    assert str(refused.value) == (
        "A ticket that is resolved cannot become on hold. It can become in progress, closed."
    )
