"""Asking for approval and deciding: who counts, how many are enough, and what follows for the ticket."""

from datetime import date, timedelta

import pytest
from sqlalchemy.exc import IntegrityError

from ictsupport import clock
from ictsupport.database import db
from ictsupport.journal.queries import entries_about
from ictsupport.people.delegating import end_delegation, grant_delegation
from ictsupport.people.models import DelegateScope, Membership, Team
from ictsupport.people.scopes import scoped_to
from ictsupport.tickets.approvals.access import may_decide, wanted_of
from ictsupport.tickets.approvals.asking import (
    Finished,
    NobodyToAsk,
    NotTheirOwn,
    Settled,
    TooFew,
    ask,
    withdraw,
)
from ictsupport.tickets.approvals.deciding import (
    AskedAlready,
    CountsOnce,
    DecidedAlready,
    HandedOnAlready,
    NoReason,
    NotToThem,
    NotWanted,
    NotYours,
    StaysWithYou,
    decide,
    hand_on,
)
from ictsupport.tickets.approvals.models import ApprovalState, Approver, Decision
from ictsupport.tickets.approvals.reminding import NobodyToRemind, RemindedLately, remind, remind_now
from ictsupport.tickets.holding import hold, release
from ictsupport.tickets.models import HoldReason, Resolution, Status
from ictsupport.tickets.parts import NotYet
from ictsupport.tickets.related.merging import merge, unmerge
from ictsupport.tickets.resolving import cancel, reopen, resolve
from ictsupport.tickets.triage import assign
from ictsupport.tickets.versions import MergedAway

from ..cast import keep

YES, NO = Decision.APPROVE, Decision.REFUSE


@pytest.fixture
def three(make_person, council):
    return [make_person(name, council) for name in ("Ann Able", "Ben Best", "Cy Cole")]


@pytest.fixture
def finance(three, agent, staff):
    team = keep(Team(name="Finance", **scoped_to(None)))
    for person in (*three, agent, staff):
        keep(Membership(team=team, person=person, starts_on=date(2020, 1, 1)))
    return team


def kinds(ticket):
    return [entry.kind.removeprefix("tickets.") for entry in entries_about(ticket)]


def waiting(person):
    return [one.approval.what for one in db.session.scalars(wanted_of(person))]


def test_all_who_are_named_must_approve_and_then_the_ticket_goes_on(ticket, three, agent, outbox):
    approval = ask(ticket, "Two licences", by=agent, people=three, hold=True)
    assert (ticket.status, ticket.hold_reason) == (Status.ON_HOLD, HoldReason.APPROVAL)
    assert [address for address, subject in outbox() if "Two licences" in subject] == [p.email for p in three]
    with pytest.raises(NotYet, match="waits for approval: Two licences"):
        resolve(ticket, Resolution.FULFILLED, "Bought", by=agent)
    for person, approver in zip(three, approval.approvers, strict=True):
        assert waiting(person) == ["Two licences"]
        decide(approver, YES, by=person)
        assert waiting(person) == []
    assert (approval.state, approval.given) == (ApprovalState.APPROVED, 3)
    assert ticket.status is Status.IN_PROGRESS
    assert outbox()[-1] == (agent.email, f"Approved: {ticket.reference}, Two licences")
    told = [e.data["reason"] for e in entries_about(ticket) if e.kind == "tickets.ApprovalGiven"]
    assert told[-1] == "Two licences (3 of 3)"
    resolve(ticket, Resolution.FULFILLED, "Bought", by=agent)


def test_one_refusal_ends_what_needs_all_and_says_why(ticket, three, agent):
    approval = ask(ticket, "Two licences", by=agent, people=three)
    with pytest.raises(NoReason):
        decide(approval.approvers[0], NO, by=three[0], reason="  ")
    decide(approval.approvers[0], NO, by=three[0], reason="No budget left")
    assert approval.state is ApprovalState.REFUSED
    assert "“No budget left”" in entries_about(ticket)[-1].data["reason"]
    with pytest.raises(Settled):
        decide(approval.approvers[1], YES, by=three[1])
    resolve(ticket, Resolution.NOT_SUPPORTED, "It was refused", by=agent)


def test_n_of_a_team_settle_it_as_soon_as_they_can_no_earlier(ticket, make_ticket, finance, three, agent):
    approval = ask(ticket, "Two licences", by=agent, team=finance, needed=2)
    # Neither the requester nor whoever asks is among them.
    assert [one.person for one in approval.approvers] == three
    ann, ben, cy = approval.approvers
    assert decide(ann, NO, by=ann.person, reason="Too dear") is ApprovalState.OPEN
    assert decide(ben, YES, by=ben.person) is ApprovalState.OPEN
    assert decide(cy, YES, by=cy.person) is ApprovalState.APPROVED
    other = ask(make_ticket(), "Two more", by=agent, team=finance, needed=2)
    for one in other.approvers[:2]:
        outcome = decide(one, NO, by=one.person, reason="No")
    assert outcome is ApprovalState.REFUSED
    with pytest.raises(TooFew, match="4 cannot approve out of 3"):
        ask(ticket, "More", by=agent, team=finance, needed=4)


def test_nobody_approves_what_they_want_themself(ticket, staff, agent, manager, three):
    for person in (staff, agent):
        with pytest.raises(NotTheirOwn, match=person.name):
            ask(ticket, "It", by=agent, people=[three[0], person])
    alone = keep(Team(name="Alone", **scoped_to(None)))
    keep(Membership(team=alone, person=staff, starts_on=date(2020, 1, 1)))
    with pytest.raises(NobodyToAsk):
        ask(ticket, "It", by=agent, team=alone)
    approval = ask(ticket, "It", by=agent, people=[three[0]])
    for person in (staff, agent, manager):
        with pytest.raises(NotYours):
            decide(approval.approvers[0], YES, by=person)
    assert approval.is_open


def test_a_delegate_decides_for_a_member_and_both_are_named(ticket, member, three, agent, outbox):
    def may(person, *scopes):
        return grant_delegation(member, person, scopes, by=member, starts_on=clock.now().date())

    grant = may(three[0], DelegateScope.APPROVE)
    may(three[1], DelegateScope.VIEW)
    approval = ask(ticket, "A second iPad", by=agent, people=[member])
    (approver,) = approval.approvers
    assert [address for address, _ in outbox()][-2:] == [member.email, three[0].email]
    with pytest.raises(NotYours):
        decide(approver, YES, by=three[1])
    decide(approver, YES, by=three[0], reason="Agreed with her")
    assert (approver.decided_by, approver.person) == (three[0], member)
    entry = entries_about(ticket)[-1]
    assert (entry.by_id, entry.for_whom_id) == (three[0].id, member.id)
    assert "for Cllr Pat Ashcroft" in entry.data["reason"]
    with pytest.raises(DecidedAlready, match=f"{three[0].name} has approved this already"):
        decide(approver, NO, by=member, reason="Not at all")
    again = ask(ticket, "A third iPad", by=agent, people=[member, three[0]])
    decide(again.approvers[1], YES, by=three[0])
    with pytest.raises(CountsOnce):
        decide(again.approvers[0], YES, by=three[0])
    end_delegation(grant, by=member)
    assert not may_decide(three[0], again.approvers[0])


def test_of_a_confidential_request_a_delegate_decides_only_with_that_scope(make_ticket, member, three, agent):
    secret = make_ticket(confidential=True)
    grant_delegation(member, three[0], [DelegateScope.APPROVE], by=member, starts_on=clock.now().date())
    both = [DelegateScope.APPROVE, DelegateScope.CONFIDENTIAL]
    grant_delegation(member, three[1], both, by=member, starts_on=clock.now().date())
    (approver,) = ask(secret, "A locked drawer", by=agent, people=[member]).approvers
    assert [waiting(person) for person in three] == [[], ["A locked drawer"], []]
    assert not may_decide(three[0], approver)
    with pytest.raises(StaysWithYou):
        hand_on(approver, three[2].email, by=member)
    decide(approver, YES, by=three[1])


def test_it_can_be_handed_on_to_somebody_of_ones_council(ticket, three, staff, other_staff, agent, outbox):
    ann, ben, _cy = three
    approval = ask(ticket, "Two licences", by=agent, people=[ann])
    (first,) = approval.approvers
    for address, trouble in (
        (other_staff.email, NotToThem),
        ("nobody@northbrook.example", NotToThem),
        (staff.email, NotTheirOwn),
        (ann.email, AskedAlready),
    ):
        with pytest.raises(trouble):
            hand_on(first, address, by=ann)
    heir = hand_on(first, ben.email.upper(), by=ann, reason="He holds the budget")
    assert (outbox()[-1][0], waiting(ann), waiting(ben)) == (ben.email, [], ["Two licences"])
    with pytest.raises(HandedOnAlready, match="Ben Best"):
        decide(first, YES, by=ann)
    with pytest.raises(AskedAlready):
        hand_on(heir, ann.email, by=ben)
    assert decide(heir, YES, by=ben) is ApprovalState.APPROVED


def test_what_is_withdrawn_is_settled_and_those_who_wait_are_told(ticket, three, agent, outbox):
    first = ask(ticket, "Two licences", by=agent, people=three[:2], hold=True)
    second = ask(ticket, "A new desk", by=agent, people=[three[2]], hold=True)
    decide(first.approvers[0], YES, by=three[0])
    withdraw(first, by=agent)
    assert ticket.status is Status.ON_HOLD, "the other one is still open"
    assert outbox()[-1] == (three[1].email, f"Nothing more to decide: {ticket.reference}")
    with pytest.raises(Settled):
        withdraw(first, by=agent)
    withdraw(second, by=agent)
    assert ticket.status is Status.IN_PROGRESS
    assert kinds(ticket)[-2:] == ["ApprovalWithdrawn", "TicketReleased"]


def test_only_a_hold_for_approval_is_taken_off(ticket, three, agent):
    hold(ticket, HoldReason.SUPPLIER, by=agent)
    approval = ask(ticket, "Two licences", by=agent, people=[three[0]], blocks=False, hold=True)
    assert ticket.hold_reason is HoldReason.SUPPLIER
    decide(approval.approvers[0], YES, by=three[0])
    assert ticket.hold_reason is HoldReason.SUPPLIER
    release(ticket, by=agent)
    hold(ticket, HoldReason.APPROVAL, by=agent)
    decide(ask(ticket, "More", by=agent, people=[three[0]]).approvers[0], YES, by=three[0])
    assert ticket.status is Status.IN_PROGRESS


def test_while_a_request_is_over_nothing_is_decided(ticket, make_ticket, three, agent):
    (approver,) = ask(ticket, "Two licences", by=agent, people=[three[0]], blocks=False).approvers
    resolve(ticket, Resolution.FIXED, "Done otherwise", by=agent)
    assert waiting(three[0]) == []
    with pytest.raises(NotWanted):
        decide(approver, YES, by=three[0])
    with pytest.raises(Finished):
        ask(ticket, "More", by=agent, people=[three[0]])
    reopen(ticket, by=agent)
    assert waiting(three[0]) == ["Two licences"]
    cancelled = make_ticket()
    (approver,) = ask(cancelled, "Two licences", by=agent, people=[three[0]]).approvers
    cancel(cancelled, by=agent)
    with pytest.raises(NotWanted):
        decide(approver, YES, by=three[0])


def test_what_was_asked_about_a_merged_request_is_decided_as_before(
    ticket, make_ticket, three, agent, manager, outbox
):
    first = ask(ticket, "Two licences", by=agent, people=three[:2], hold=True)
    other = ask(ticket, "A desk", by=agent, people=[three[2]], blocks=False)
    survivor = make_ticket()
    assign(survivor, manager, by=agent)
    stood = ticket.updated_at, ticket.version, ticket.status, ticket.due_sort
    merge(survivor, [ticket], by=agent)
    with pytest.raises(MergedAway):
        ask(ticket, "More", by=agent, people=three)
    assert waiting(three[0]) == ["Two licences"]
    with clock.at(clock.now() + timedelta(days=2)):
        assert remind() == 3, "they are reminded as before"
        for person, approver in zip(three, first.approvers, strict=False):
            decide(approver, YES, by=person)
        withdraw(other, by=agent)
    assert (first.state, other.state) == (ApprovalState.APPROVED, ApprovalState.WITHDRAWN)
    assert (manager.email, f"Approved: {ticket.reference}, Two licences") in outbox()
    assert (ticket.updated_at, ticket.version, ticket.status, ticket.due_sort) == stood
    unmerge(ticket, by=agent)
    assert (ticket.status, ticket.hold_reason) == (Status.IN_PROGRESS, None), "what it waited for has come"


def test_unmerging_changes_nothing_about_what_is_still_asked(ticket, make_ticket, three, agent):
    approval = ask(ticket, "Two licences", by=agent, people=[three[0]], hold=True)
    for _ in range(2):
        survivor = make_ticket()
        merge(survivor, [ticket], by=agent)
        resolve(survivor, Resolution.FIXED, "Done", by=agent)  # as with tasks: only its own stand in the way
        assert waiting(three[0]) == []
        with pytest.raises(NotWanted):
            decide(approval.approvers[0], YES, by=three[0])
        unmerge(ticket, by=agent)
        assert (ticket.hold_reason, approval.is_open) == (HoldReason.APPROVAL, True)
        assert waiting(three[0]) == ["Two licences"]


def test_the_desk_has_those_who_wait_reminded_at_once_but_not_again_within_hours(
    ticket, three, agent, later, outbox
):
    approval = ask(ticket, "Two licences", by=agent, people=three)
    decide(approval.approvers[2], YES, by=three[2])
    with pytest.raises(RemindedLately, match="a short while ago"):
        remind_now(approval, by=agent)
    before = len(outbox())
    with later(days=1, hours=22):
        assert remind_now(approval, by=agent) == three[:2]
        assert entries_about(ticket)[-1].by_id == agent.id
        with pytest.raises(RemindedLately):
            remind_now(approval, by=agent)
    with later(days=2):
        assert remind() == 0, "nobody is written to twice within hours"
    with later(days=2, hours=3):
        assert remind() == 2
    assert [address for address, _ in outbox()[before:]] == [p.email for p in three[:2]] * 2
    three[0].gone_at = three[1].gone_at = clock.now()
    with pytest.raises(NobodyToRemind):
        remind_now(approval, by=agent)
    withdraw(approval, by=agent)
    with pytest.raises(Settled):
        remind_now(approval, by=agent)


def test_reminders_go_by_working_days_each_once_and_only_the_latest_after_downtime(
    ticket, make_ticket, three, agent, later, outbox
):
    approval = ask(ticket, "Two licences", by=agent, people=three)  # on a Wednesday
    decide(approval.approvers[2], YES, by=three[2])
    before = len(outbox())

    def sent():
        return [address for address, _ in outbox()[before:]]

    with later(days=1, hours=23):
        assert remind() == 0
    with later(days=2):
        assert remind() == 2
        assert remind() == 0
    with later(days=6):  # over a weekend
        assert remind() == 0
    with later(days=8):
        decide(approval.approvers[1], YES, by=three[1])
        assert remind() == 1
    assert sent() == [three[0].email, three[1].email, three[0].email]
    other = ask(make_ticket(), "Another", by=agent, people=[three[0]])
    with later(days=30):
        assert remind() == 1
        assert remind() == 0
    assert other.approvers[0].reminded == 2
    assert "ApproverReminded" in kinds(ticket)


def test_the_desk_is_told_once_that_whoever_was_asked_has_left(ticket, three, agent, later, outbox):
    ask(ticket, "Two licences", by=agent, people=[three[0]])
    three[0].gone_at = clock.now()
    before = len(outbox())
    for days in (2, 8):
        with later(days=days):
            assert remind() == 1
    assert outbox()[before:] == [(agent.email, f"Nobody left to decide: {ticket.reference}, Two licences")]
    assert kinds(ticket)[-1] == "ApproverGone"


def test_nobody_is_asked_twice_in_one_approval(ticket, three, agent):
    approval = ask(ticket, "Two licences", by=agent, people=[*three, three[0]])
    assert len(approval.approvers) == 3
    db.session.add(Approver(approval_id=approval.id, person_id=three[0].id, asked_at=clock.now()))
    with pytest.raises(IntegrityError):
        db.session.flush()
    db.session.rollback()
