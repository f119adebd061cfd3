"""The page on which the desk can see how each due time came about."""

from collections.abc import Callable
from datetime import date, timedelta
from fractions import Fraction

import pytest

from ictsupport import clock
from ictsupport.database import db
from ictsupport.people.calendars import close_days
from ictsupport.people.models import Role
from ictsupport.tickets.models import HoldReason, Ticket
from ictsupport.tickets.targets.clocks import Target, Unit
from ictsupport.tickets.targets.escalating import take_steps
from ictsupport.tickets.targets.explaining import days, exact, explained_clocks, span, target_words
from ictsupport.tickets.targets.policies import save_policy
from ictsupport.tickets.targets.timing import (
    first_response,
    need_by,
    pause,
    reopen_clocks,
    resume,
    retarget,
    stop_resolution,
)

from .clock_cast import at, ticket_maker, ticket_with_clocks  # noqa: F401


@pytest.fixture
def see(browser: Callable, ticket: Ticket) -> Callable[..., str]:
    """see(person, hour) is the page's text, with its blanks drawn together."""

    def open_page(person, hour: float = 16, day: int = 18, status: int = 200) -> str:
        with clock.at(at(hour, day)):
            response = browser(person).get(f"/tickets/{ticket.reference}/clocks")
        assert response.status_code == status
        return " ".join(response.text.split())

    return open_page


def test_every_stretch_is_shown_with_its_reason_and_running_total(ticket, agent, see):
    pause(ticket, HoldReason.REQUESTER, at(11))
    resume(ticket, at(14))
    page = see(agent)
    for words in (
        "Clocks of ICT-1",
        "First response",
        "The clock started",
        "On hold: awaiting requester",
        "Off hold again",
        "Stood still",
        "Standard targets",
        "Northbrook, hours from 1 Jan 2015",
        "0.35 of 5 working days",
        "0.35 working days (3 h)",
    ):
        assert words in page


def test_what_is_left_is_said_and_a_breach_instead_of_it(ticket, agent, see):
    assert "<dd>1 h</dd>" in see(agent, 13)
    late = see(agent, 15)
    assert "Past its target since" in late
    assert "18 November 2026 at 2pm" in late


def test_a_changed_target_says_why_and_a_second_round_what_it_carries(ticket, agent, see):
    first_response(ticket, at(10.5))
    ticket.priority = 2
    retarget(ticket, at(11), reason="priority changed")
    stop_resolution(ticket, at(14))
    reopen_clocks(ticket, at(15))
    page = see(agent)
    assert "Priority changed" in page
    assert "Resolution, round 2" in page
    assert "<dt>Carried over</dt><dd>0.47 working days (4 h)</dd>" in page


def test_a_needed_by_runs_day_and_night(ticket, agent, see):
    ticket.needed_by = at(18.5)
    need_by(ticket, at(11))
    page = see(agent)
    assert "18 November 2026 at 6:30pm" in page
    assert "Day and night" in page


def test_steps_are_shown_with_when_they_come_or_that_they_are_done(ticket, agent, policy, see):
    policy.steps = [{"clock": "response", "percent": share, "do": "notify"} for share in (50, 80)]
    save_policy(policy, by=None)
    with clock.at(at(12.5)):
        take_steps()
    page = see(agent, 13)
    assert "<li>50%: 18 November 2026 at 12 midday, done</li>" in page
    assert "<li>80%: 18 November 2026 at 1:12pm, to come</li>" in page
    pause(ticket, HoldReason.REQUESTER, at(13))
    assert "<li>80%, waits while the clock stands still</li>" in see(agent, 13)


def test_closed_days_are_named_where_they_cost_time(ticket, agent, calendars, see):
    thursday = date(2026, 11, 19)
    close_days(calendars["council"], thursday, thursday, "Moving the servers", by=None)
    assert "19 Nov 2026: Moving the servers" in see(agent, 16, day=20)


def test_only_those_who_work_the_ticket_see_it(
    ticket, staff, member, other_staff, manager, make_person, other_council, see
):
    see(manager)
    for person in (
        staff,
        member,
        other_staff,
        make_person("Reader", other_council, roles=(Role.FIGURES_READER,)),
    ):
        see(person, status=404)
    ticket.confidential = True
    db.session.flush()
    see(manager, status=404)


def test_a_ticket_that_is_not_there_is_not_found(ticket, agent, browser):
    assert browser(agent).get("/tickets/ICT-999999/clocks").status_code == 404


def test_what_was_typed_is_escaped(ticket, agent, see):
    ticket.subject = "<script>alert(1)</script>"
    db.session.flush()
    assert "<script>alert(1)" not in see(agent)


@pytest.mark.parametrize("holds", [1, 25])
def test_the_page_costs_the_same_however_much_has_happened(ticket, agent, count_queries, holds):
    for number in range(holds):
        pause(ticket, HoldReason.REQUESTER, at(11 + number / 10))
        resume(ticket, at(11.05 + number / 10))
    db.session.commit()
    explained_clocks(ticket, at(16))  # opening hours are read the first time
    db.session.commit()
    with count_queries() as queries:
        clocks = explained_clocks(ticket, at(16))
    assert len(clocks[0].stretches) == 2 * holds + 1
    assert len(queries) == 4


def test_time_is_said_exactly_to_the_second(app):
    assert span(timedelta(hours=1004, minutes=30, seconds=5)) == "1,004 h 30 min 5 s"
    assert (span(timedelta(0)), span(timedelta(hours=2))) == ("0 min", "2 h")
    assert (days(Fraction(5, 4)), days(Fraction(1)), days(Fraction(0))) == (
        "1.25 working days",
        "1 working day",
        "0 working days",
    )
    assert target_words(Target(Unit.MINUTES, 240)) == "4 h"
    assert target_words(Target(Unit.WORKING_DAYS, 1)) == "1 working day"
    with app.app_context():
        assert exact(at(9.51)) == "18 November 2026 at 9:30:36am"
        assert exact(at(12)) == "18 November 2026 at 12 midday"
