"""Which targets a ticket has, and which policies may stand beside each other."""

from datetime import UTC, datetime
from typing import Any

import pytest

from ictsupport.database import db
from ictsupport.people.models import RequesterKind
from ictsupport.people.scopes import scoped_to
from ictsupport.tickets.models import ClockKind, HoldReason, TicketType
from ictsupport.tickets.request_types.keeping import add_type
from ictsupport.tickets.targets.clocks import Target, Unit
from ictsupport.tickets.targets.models import Policy
from ictsupport.tickets.targets.policies import (
    BadPolicy,
    Kind,
    NoPolicy,
    PoliciesOverlap,
    end_policy,
    rulebook,
    save_policy,
)
from tests.cast import LONG_AGO, TARGETS

NOW = datetime(2026, 11, 18, 10, tzinfo=UTC)


def targets(response: int) -> dict[str, Any]:
    return {
        str(priority): {"response": [response, "minutes"], "resolution": [5, "working days"]}
        for priority in range(1, 6)
    }


def a_policy(name: str, response: int = 10, council: Any = None, **more: Any) -> Policy:
    values = {"targets": targets(response), "pauses": [], "effective_from": LONG_AGO, **scoped_to(council)}
    return Policy(name=name, **{**values, **more})


def minutes_for(
    council: Any, requester: RequesterKind = RequesterKind.STAFF, request_type: int | None = None
) -> int:
    kind = Kind(council.id, TicketType.INCIDENT, requester, 3, request_type)
    return rulebook().rule(kind, NOW).targets[ClockKind.RESPONSE].amount


def test_a_policy_says_targets_by_priority_and_what_pauses(policy, calendars, council):
    rule = rulebook().rule(Kind(council.id, TicketType.INCIDENT, RequesterKind.STAFF, 2), NOW)
    assert rule.targets == {
        ClockKind.RESPONSE: Target(Unit.MINUTES, 60),
        ClockKind.RESOLUTION: Target(Unit.WORKING_DAYS, 1),
    }
    assert rule.pauses == {HoldReason.REQUESTER}
    assert (rule.policy_id, rule.calendar_id) == (policy.id, calendars["council"].id)


def test_the_most_particular_policy_counts(policy, calendars, council, other_council):
    save_policy(a_policy("Incidents", 11, ticket_type=TicketType.INCIDENT), by=None)
    assert minutes_for(council) == 11
    save_policy(a_policy("Staff", 12, requester_kind=RequesterKind.STAFF), by=None)
    assert minutes_for(council) == 12
    save_policy(a_policy("Northbrook", 13, council), by=None)
    assert (minutes_for(council), minutes_for(other_council)) == (13, 12)
    save_policy(a_policy("Northbrook's staff", 14, council, requester_kind=RequesterKind.STAFF), by=None)
    assert (minutes_for(council), minutes_for(council, RequesterKind.MEMBER)) == (14, 13)


def test_a_request_types_own_policy_goes_before_all_others(policy, calendars, council, other_council):
    leaver, starter = add_type(name="Leaver", by=None), add_type(name="New starter", by=None)
    save_policy(a_policy("Northbrook's staff", 14, council, requester_kind=RequesterKind.STAFF), by=None)
    save_policy(a_policy("Leavers", 15, request_type=leaver), by=None)
    save_policy(a_policy("Northbrook's leavers", 16, council, request_type=leaver), by=None)
    assert minutes_for(council, request_type=leaver.id) == 16
    assert minutes_for(other_council, request_type=leaver.id) == 15
    assert minutes_for(council, request_type=starter.id) == 14
    with pytest.raises(PoliciesOverlap, match="“Leavers” already"):
        save_policy(a_policy("Leavers again", request_type=leaver), by=None)


def test_two_policies_for_the_same_tickets_at_the_same_time_are_refused(policy, calendars, council):
    with pytest.raises(PoliciesOverlap, match="“Standard targets” already sets the targets"):
        save_policy(a_policy("Once more", effective_from=NOW), by=None)
    save_policy(a_policy("Northbrook", council=council), by=None)
    with pytest.raises(PoliciesOverlap):
        save_policy(a_policy("Northbrook again", council=council), by=None)
    assert db.session.query(Policy).count() == 2


def test_one_policy_may_follow_another(policy, calendars, council):
    later = datetime(2027, 1, 1, tzinfo=UTC)
    policy.effective_to = later
    save_policy(a_policy("From next year", 20, effective_from=later), by=None)
    kind = Kind(council.id, TicketType.INCIDENT, RequesterKind.STAFF, 3)
    assert rulebook().rule(kind, NOW).policy_id == policy.id
    assert rulebook().rule(kind, later).targets[ClockKind.RESPONSE].amount == 20


def test_a_policy_can_be_saved_again_beside_itself(policy, calendars):
    policy.targets = targets(15)
    save_policy(policy, by=None)


def test_what_an_ended_policy_covered_falls_to_the_next(policy, calendars, council):
    own = save_policy(a_policy("Northbrook", 13, council), by=None)
    end_policy(own, by=None)
    assert minutes_for(council) == 240


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"targets": {}}, "priority 1 a response target"),
        ({"targets": {**TARGETS, "4": {"response": [1, "minutes"]}}}, "priority 4 a resolution target"),
        (
            {"targets": {**TARGETS, "2": {"response": [0, "minutes"], "resolution": [1, "minutes"]}}},
            "more than nothing",
        ),
        (
            {"targets": {**TARGETS, "2": {"response": [1, "wall"], "resolution": [1, "minutes"]}}},
            "priority 2",
        ),
        (
            {"targets": {**TARGETS, "2": {"response": [1, "moons"], "resolution": [1, "minutes"]}}},
            "priority 2",
        ),
        (
            {"targets": {**TARGETS, "2": {"response": [999, "working days"], "resolution": [1, "minutes"]}}},
            "a year",
        ),
        ({"pauses": ["awaiting inspiration"]}, "awaiting inspiration"),
        ({"effective_to": LONG_AGO}, "cannot end before it starts"),
    ],
)
def test_a_policy_that_is_not_complete_is_refused_in_words(app, changes, words):
    with pytest.raises(BadPolicy, match=words):
        save_policy(a_policy("Odd", **{"targets": TARGETS, **changes}), by=None)


def test_no_policy_is_said_in_words(calendars, council):
    with pytest.raises(NoPolicy, match="No targets have been set"):
        minutes_for(council)
