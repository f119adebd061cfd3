"""Tickets that nobody can be given: they stay with nobody, and the manager is told once."""

from datetime import UTC, datetime, timedelta

import pytest

from ictsupport import clock
from ictsupport.database import db
from ictsupport.tickets.assigning.capping import ask_for_skill, set_cap
from ictsupport.tickets.assigning.models import Standstill
from ictsupport.tickets.assigning.standing import look_at_queues
from ictsupport.tickets.assigning.telling_managers import notices_for
from ictsupport.tickets.triage import assign

from ..conftest import NOW


@pytest.fixture
def told(outbox):
    """told() are the mails that say nobody can be given something."""
    return lambda: [mail for mail in outbox() if mail[1].startswith("Nobody can be given")]


@pytest.fixture
def stuck(make_ticket, telephony, desk, manager):
    """A ticket that asks for what nobody knows."""
    ask_for_skill(desk["helpdesk"], True, by=manager)
    return make_ticket(systems=[telephony])


def test_where_somebody_can_be_given_it_nobody_is_told(ticket, told):
    assert look_at_queues() == 0
    assert told() == []


def test_the_manager_is_told_once_not_on_every_ticket_and_not_on_every_look(
    stuck, make_ticket, telephony, manager, told
):
    look_at_queues()
    make_ticket(systems=[telephony])
    look_at_queues()
    assert told() == [(manager.email, "Nobody can be given 1 ticket on Helpdesk")]
    assert stuck.assignee is None


def test_it_stands_above_the_manager_s_queue_while_it_is_so(
    stuck, make_ticket, telephony, manager, agent, browser
):
    make_ticket(systems=[telephony])
    look_at_queues()
    words = "Helpdesk: 2 tickets that nobody can be given just now"
    assert words in browser(manager).get("/tickets").text
    assert words not in browser(agent).get("/tickets").text


def test_it_ends_when_somebody_can_and_begins_again_without_another_mail_that_day(stuck, desk, manager, told):
    look_at_queues()
    ask_for_skill(desk["helpdesk"], False, by=manager)
    assert look_at_queues() == 0
    assert notices_for(manager) == []
    ask_for_skill(desk["helpdesk"], True, by=manager)
    look_at_queues()
    assert len(told()) == 1
    assert len(notices_for(manager)) == 1
    with clock.at(NOW + timedelta(days=1)):
        look_at_queues()
        assert len(told()) == 1  # it still stands: no news
    ask_for_skill(desk["helpdesk"], False, by=manager)
    with clock.at(NOW + timedelta(days=1)):
        look_at_queues()
        ask_for_skill(desk["helpdesk"], True, by=manager)
        look_at_queues()
    assert len(told()) == 2


def test_at_night_nobody_is_told_that_nobody_is_at_work(ticket, told):
    with clock.at(datetime(2026, 11, 18, 23, tzinfo=UTC)):
        assert look_at_queues() == 0
    assert told() == []


def test_everybody_at_their_cap_is_a_standstill_with_its_reason(make_ticket, agent, manager):
    for person in (agent, manager):
        assign(make_ticket(), person, by=manager)
        set_cap(person, 1, by=manager)
    make_ticket()
    assert look_at_queues() == 1
    assert db.session.scalars(db.select(Standstill.because)).one() == (
        "Asha Iqbal and Morgan Okafor have all they are given at most"
    )


def test_a_confidential_ticket_is_no_news_to_one_who_may_not_open_it(make_ticket, manager, told):
    make_ticket(confidential=True)
    assert look_at_queues() == 1
    assert told() == []
    assert notices_for(manager) == []
