"""Targets may be changed for new requests only: those that are open keep what they had, until something else moves them."""

from datetime import UTC, date, datetime, timedelta
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ictsupport import clock
from ictsupport.hours import Calendar, Version, Window
from ictsupport.people.calendars import Catalogue
from ictsupport.people.models import RequesterKind
from ictsupport.people.scopes import scoped_to
from ictsupport.tickets.models import ClockKind, HoldReason, Status, TicketType
from ictsupport.tickets.rebuilding import rebuild_clocks, rebuild_steps
from ictsupport.tickets.setting_up.policies import change_policy, make_policy
from ictsupport.tickets.targets.breaches import sweep_breaches
from ictsupport.tickets.targets.clocks import Stage
from ictsupport.tickets.targets.clockwork import Clockwork
from ictsupport.tickets.targets.explaining import explained_clocks
from ictsupport.tickets.targets.models import Policy
from ictsupport.tickets.targets.policies import Kind, Rulebook, end_policy, save_policy
from ictsupport.tickets.targets.timing import pause, reopen_clocks, retarget, start_clocks, stop_resolution
from tests.cast import LONG_AGO, TARGETS

from .clock_cast import at, resolution, response, ticket_maker, ticket_with_clocks  # noqa: F401

STEP = [{"clock": "resolution", "percent": 50, "do": "notify"}]


def targets_of(days: int):
    return {**TARGETS, **{key: {**TARGETS[key], "resolution": [days, "working days"]} for key in "23"}}


@pytest.fixture
def change(policy, manager):
    """change(policy, at(12), days=2) changes it at that moment, for new requests only unless one says otherwise.

    At the end, all that is stored must follow from the events.
    """

    def changed(which: Policy, when, *, days: int, applies: bool = False, **more) -> Policy:
        values = {"name": which.name, "targets": targets_of(days), "pauses": which.pauses, "steps": []}
        with clock.at(when):
            return change_policy(
                which, by=manager, starts_on=None, applies_to_open=applies, **{**values, **more}
            )

    yield changed
    with clock.at(at(16.5)):
        sweep_breaches()
        rebuilt = [*rebuild_clocks(False), *rebuild_steps(False)]
    assert [found for _, found in rebuilt if found] == []


def test_open_requests_keep_targets_pauses_and_steps_and_new_ones_get_the_new(
    ticket, make_ticket, policy, change, manager
):
    policy.steps = STEP
    save_policy(policy, by=None)
    later = change(policy, at(11), days=2, pauses=[])
    newer = make_ticket()
    start_clocks(newer, at(12))
    assert (resolution(ticket).amount, resolution(newer).amount) == (5, 2)
    assert (policy.effective_to, later.effective_from) == (at(11), at(11))
    for each in (ticket, newer):
        each.status, each.hold_reason = Status.ON_HOLD, HoldReason.REQUESTER
        pause(each, HoldReason.REQUESTER, at(13))
    assert (resolution(ticket).stage, resolution(newer).stage) == (Stage.PAUSED, Stage.RUNNING)
    shown = {
        each: next(one for one in explained_clocks(each, at(14)) if one.kind is ClockKind.RESOLUTION)
        for each in (ticket, newer)
    }
    assert "as it was until 18 November 2026 at 11am" in shown[ticket].policy
    assert (shown[newer].policy, len(shown[ticket].steps), len(shown[newer].steps)) == (policy.name, 1, 0)


def test_other_changes_leave_them_and_their_own_take_the_policy_then_in_force(
    ticket, make_ticket, policy, change, council
):
    change(policy, at(11), days=2)
    other, reopened = make_ticket(ticket_type=TicketType.REQUEST), make_ticket()
    with clock.at(at(12)):
        save_policy(
            Policy(
                name="Requests",
                targets=targets_of(9),
                pauses=[],
                ticket_type=TicketType.REQUEST,
                effective_from=at(12),
                **scoped_to(council),
            ),
            by=None,
        )
    start_clocks(other, at(12))
    assert (resolution(ticket).amount, resolution(other).amount) == (5, 9)
    ticket.priority = 2
    retarget(ticket, at(13))
    assert (resolution(ticket).amount, resolution(ticket).elapsed_seconds) == (2, 3 * 3600)
    start_clocks(reopened, at(10))
    stop_resolution(reopened, at(14))
    reopen_clocks(reopened, at(15))
    assert (resolution(reopened).amount, resolution(reopened, 2).amount) == (5, 2)


def test_a_later_change_for_all_takes_them_along_with_what_was_counted(ticket, policy, change):
    later = change(policy, at(11), days=2)
    again = change(later, at(12), days=3)
    assert (resolution(ticket).amount, again.id != later.id) == (5, True)
    assert change(again, at(13), days=4, applies=True) is again
    assert (resolution(ticket).amount, resolution(ticket).elapsed_seconds) == (4, 3 * 3600)
    assert response(ticket).policy_id == again.id


def test_under_a_narrower_policy_for_new_requests_they_go_on_by_their_own(
    ticket, policy, change, council, manager
):
    with clock.at(at(11)):
        own = make_policy(
            by=manager,
            council=council,
            ticket_type=None,
            requester_kind=None,
            starts_on=None,
            name="Northbrook",
            targets=targets_of(2),
            pauses=[],
            steps=[],
            applies_to_open=False,
        )
    assert resolution(ticket).amount == 5
    change(policy, at(12), days=7, applies=True)
    assert resolution(ticket).amount == 7
    with clock.at(at(13)):
        end_policy(own, by=None)
    assert resolution(ticket).policy_id == policy.id


WEEK = Calendar("Europe/London", [Version(date(2000, 1, 1), {0: [Window.parse("09:00-17:00")]})])
KIND = Kind(None, TicketType.INCIDENT, RequesterKind.STAFF, 3)
ACTS = st.lists(
    st.sampled_from(["for all", "for new ones", "from a day on", "raise", "prioritise", "elsewhere"]),
    max_size=12,
)


@given(ACTS)
def test_whatever_happens_each_clock_goes_by_what_it_was_last_told(acts):
    """The rule once more, as plain as it can be said: beside every ticket the days it was last promised."""
    moment, days = datetime(2026, 11, 18, 10, tzinfo=UTC), 1
    rows = [_row(1, LONG_AGO, days)]
    tickets: list[tuple[Clockwork, list[int]]] = []
    calendars = Catalogue({1: WEEK}, {None: 1})

    def rules() -> Rulebook:
        return Rulebook(rows, calendars)

    for act in ["raise", *acts]:
        moment += timedelta(hours=1)
        days += 1
        match act:
            case "raise":
                work = Clockwork(calendars)
                work.start(rules().rule(KIND, moment), moment)
                tickets.append((work, [rows[-1].days]))
            case "for all":
                rows[-1].applies_to_open, rows[-1].days = True, days
            case "for new ones" | "from a day on":
                rows[-1].effective_to = moment
                rows.append(_row(len(rows) + 1, moment, days, applies=act != "for new ones"))
            case "prioritise":
                tickets[0][0].retarget(rules().rule(KIND, moment), moment)
                tickets[0][1][0] = rows[-1].days
        for work, promised in tickets:
            work.follow(lambda terms: rules().following(KIND, moment, terms), moment)  # noqa: B023
            if act in ("for all", "from a day on"):
                promised[0] = rows[-1].days
            key = (ClockKind.RESOLUTION, 1)
            assert work.terms(key).target.amount == promised[0]
            read_back = Clockwork(calendars, work.added)
            assert read_back.terms(key) == work.terms(key)


def _row(number: int, since: datetime, days: int, *, applies: bool = True) -> SimpleNamespace:
    row = _Row(id=number, effective_from=since, effective_to=None, applies_to_open=applies, days=days)
    row.request_type_id = row.council_id = row.ticket_type = row.requester_kind = None
    row.pauses = []
    return row


class _Row(SimpleNamespace):
    """A policy as a row of its table."""

    @property
    def targets(self):
        return {"3": {"response": [60, "minutes"], "resolution": [self.days, "working days"]}}
