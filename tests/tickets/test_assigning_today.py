"""What an agent should know on coming in: since you were last here, and ten things to do first."""

from datetime import timedelta

import pytest

from ictsupport import clock
from ictsupport.database import db
from ictsupport.tickets.assigning.today import first_things, last_here, news_for
from ictsupport.tickets.holding import hold
from ictsupport.tickets.models import CallResult, HoldReason, Resolution
from ictsupport.tickets.rating.asking import rate
from ictsupport.tickets.replying import log_call, note, reply
from ictsupport.tickets.resolving import resolve
from ictsupport.tickets.targets.breaches import sweep_breaches
from ictsupport.tickets.triage import assign, take_up

from ..conftest import NOW

HOUR = timedelta(hours=1)


@pytest.fixture
def mine(make_ticket, agent, manager):
    """mine(...) is a ticket that Asha has had since before she left."""

    def make(**more):
        with clock.at(NOW - timedelta(hours=1)):
            ticket = make_ticket(**more)
            assign(ticket, agent, by=manager)
            return ticket

    return make


def reasons(person):
    return {one.reference: one.reasons for one in first_things(person)}


def news(person):
    return {kind.key: [row.reference for row in kind.rows] for kind in news_for(person)}


def test_what_happened_since_one_was_last_here(make_ticket, mine, agent, manager, staff):
    old, answered = mine(), mine()
    agent.left_off_at = NOW - timedelta(minutes=30)
    came = make_ticket()
    given = make_ticket()
    assign(given, agent, by=manager)
    reply(answered, "It is silent again", by=staff)
    note(old, "Nothing new", by=manager)
    found = news(agent)
    assert found["assigned"] == [given.reference]
    assert found["answered"] == [answered.reference]
    assert set(found["raised"]) == {came.reference, given.reference}
    assert found["breached"] == []


def test_what_was_one_s_own_before_is_not_given_anew_by_being_taken_up(make_ticket, agent, manager):
    with clock.at(NOW - HOUR):
        ticket = make_ticket()
        take_up(ticket, by=manager)
        assign(ticket, agent, by=manager)
    agent.left_off_at = NOW - timedelta(minutes=30)
    hold(ticket, HoldReason.SUPPLIER, by=agent)
    assert news(agent)["assigned"] == []


def test_what_ran_past_its_target_meanwhile(mine, agent):
    ticket = mine(impact=1, urgency=1)
    with clock.at(NOW + HOUR):
        sweep_breaches()
        agent.left_off_at = NOW - timedelta(minutes=45)
        assert news(agent)["breached"] == [ticket.reference]


def test_a_confidential_ticket_is_in_no_news(make_ticket, agent, manager, desk):
    agent.left_off_at = NOW - HOUR
    ticket = make_ticket(confidential=True, needed_by=NOW + HOUR)
    assert news(agent)["raised"] == []
    assert reasons(agent) == {}
    desk["helpdesk"].cleared.append(agent)
    assert news(agent)["raised"] == [ticket.reference]
    assert list(reasons(agent)) == [ticket.reference]


def test_a_visit_ends_when_nothing_is_heard_for_an_hour(agent, desk, browser):
    client = browser(agent)
    client.get("/today")
    with clock.at(NOW + timedelta(minutes=5)):
        client.get("/today")
    with clock.at(NOW + timedelta(minutes=20)):
        client.get("/today")
    assert agent.left_off_at is None
    with clock.at(NOW + timedelta(hours=3)):
        client.get("/today")
        assert agent.left_off_at == NOW + timedelta(minutes=20)
        assert last_here(agent) == NOW + timedelta(minutes=20)
        assert "Since you were last here, 10:20am today" in client.get("/today").text


def test_each_of_the_first_things_has_its_reason(mine, agent, staff):
    promised, needed, answered, held = (
        mine(),
        mine(needed_by=NOW + HOUR, needed_for="Cabinet"),
        mine(),
        mine(),
    )
    plain = mine()
    log_call(promised, "", CallResult.NO_ANSWER, by=agent, promised_at=NOW + HOUR)
    with clock.at(NOW + timedelta(minutes=1)):
        reply(answered, "Still silent", by=staff)
    hold(held, HoldReason.SUPPLIER, by=agent, until=NOW.date())
    found = reasons(agent)
    assert found[promised.reference] == ("Ring back at 11am today, as promised",)
    assert found[needed.reference] == ("Needed by 11am today for Cabinet",)
    assert found[answered.reference] == ("Its requester wrote at 10:01am today",)
    assert found[held.reference] == ("On hold until 18 November 2026, which has come",)
    assert plain.reference not in found


def test_a_promise_that_was_kept_presses_no_more(mine, agent):
    ticket = mine()
    log_call(ticket, "", CallResult.NO_ANSWER, by=agent, promised_at=NOW + HOUR)
    with clock.at(NOW + 2 * HOUR):
        assert reasons(agent)[ticket.reference] == ("You promised to ring back by 11am today",)
        log_call(ticket, "Rang, it works", CallResult.SPOKE, by=agent)
    with clock.at(NOW + 3 * HOUR):
        assert ticket.reference not in reasons(agent)


def test_a_broken_promise_comes_before_what_is_needed_and_that_before_what_runs_out(mine, agent):
    runs_out, needed, promised = mine(impact=1, urgency=1), mine(needed_by=NOW + 3 * HOUR), mine()
    log_call(promised, "", CallResult.NO_ANSWER, by=agent, promised_at=NOW + timedelta(minutes=1))
    with clock.at(NOW + timedelta(minutes=2)):
        assert [one.reference for one in first_things(agent)] == [
            promised.reference,
            needed.reference,
            runs_out.reference,
        ]


def test_what_nobody_has_and_somebody_needs_today_is_there_too(make_ticket, mine, agent):
    ticket = make_ticket(needed_by=NOW + 8 * HOUR)
    (one,) = first_things(agent)
    assert (one.reference, one.is_mine) == (ticket.reference, False)


def test_finished_work_presses_no_more(mine, agent):
    resolve(mine(needed_by=NOW + HOUR), Resolution.FIXED, "New cable", by=agent)
    assert first_things(agent) == []


@pytest.mark.parametrize("count", [1, 25])
def test_the_page_costs_the_same_however_much_there_is(count, mine, agent, browser, count_queries):
    for _ in range(count):
        mine(needed_by=NOW + HOUR)
    db.session.commit()
    client = browser(agent)
    with count_queries() as queries:
        page = client.get("/today").text
    assert len(queries) == 6, queries
    assert page.count('data-label="Because"') == min(count, 10)


def test_managers_are_led_to_whom_to_ring_back(
    make_ticket, desk, agent, manager, staff, browser, count_queries
):
    ticket = make_ticket()
    resolve(ticket, Resolution.FIXED, "New cable", by=agent)
    rate(ticket, 1, by=staff)
    db.session.commit()
    client = browser(manager)
    assert "1 person to ring back" in client.get("/today").text
    with count_queries() as queries:
        client.get("/today")
    assert len(queries) <= 10, queries
    assert "ring back" not in browser(agent).get("/today").text.lower()
