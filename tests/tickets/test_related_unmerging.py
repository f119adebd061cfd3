"""Merging and unmerging, in any order with anything else, leaves what would be had nobody ever merged.

Every ticket has a twin of another council to which the same happens, but for
the merges. In the end everything is unmerged, and each is compared with its
twin.
"""

from collections import Counter
from datetime import datetime, timedelta
from typing import ClassVar

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule, run_state_machine_as_test
from sqlalchemy import select

from ictsupport import clock
from ictsupport.database import db
from ictsupport.errors import Refusal
from ictsupport.mail import Outgoing
from ictsupport.reports.facts import facts_of
from ictsupport.tickets.holding import hold, release
from ictsupport.tickets.models import Channel, HoldReason, Resolution, Ticket, TicketPeriod
from ictsupport.tickets.raising import raise_ticket
from ictsupport.tickets.rebuilding import rebuild_clocks
from ictsupport.tickets.related.merging import merge, unmerge, watchers_of
from ictsupport.tickets.related.proving import rebuild_merges
from ictsupport.tickets.replying import reply
from ictsupport.tickets.resolving import reopen, resolve
from ictsupport.tickets.search.indexing import documents
from ictsupport.tickets.search.words import readable
from ictsupport.tickets.targets.breaches import sweep_breaches
from ictsupport.tickets.targets.models import Clock
from ictsupport.tickets.triage import assign
from ictsupport.tickets.watching.watching import Concern, put_on, take_off

from ..conftest import NOW

MEANWHILE = "written meanwhile"
"""What the requester of a merged ticket writes goes to the survivor: the only thing that may differ."""

SHORT = settings(
    max_examples=7,
    phases=(Phase.generate,),  # as it came, without the minutes that making it smaller takes
    stateful_step_count=25,
    derandomize=True,
    deadline=None,
    database=None,
    suppress_health_check=list(HealthCheck),
)
WHICH = st.integers(0, 3)
OWN = (
    *(
        "status",
        "hold_reason",
        "queue_id",
        "assignee_id",
        "due_sort",
        "due_kind",
        "past_target_at",
        "version",
    ),
    *("first_responded_at", "resolved_at", "closed_at", "reopen_count", "resolution", "updated_at"),
    "merged_into_id",
)
OF_CLOCK = ("kind", "round", "stage", "due_at", "breaches_at", "breached_at", "stopped_at", "elapsed_seconds")
OF_PERIOD = ("status", "hold_reason", "queue_id", "assignee_id", "starts_at", "ends_at")


@pytest.fixture
def machine(desk, agent, manager, council, other_council, make_person):
    """The machine, with two people of each council who ask."""
    councils = (council, other_council)
    people = [
        [make_person(f"{name} {each.short_name}", each) for each in councils] for name in ("Ann", "Ben")
    ]

    class Merging(RuleBasedStateMachine):
        now: ClassVar[datetime] = NOW
        """Goes on from one run to the next: nothing is undone between them."""
        pairs: list[tuple[Ticket, Ticket]]

        @initialize()
        def begin(self):
            self.pairs = []
            for number in range(4):
                self.raise_another(number, 7)

        def go_on(self, minutes):
            type(self).now += timedelta(minutes=minutes)

        def pair(self, which):
            return self.pairs[which % len(self.pairs)]

        @rule(number=WHICH, minutes=st.integers(1, 900))
        def raise_another(self, number, minutes):
            self.go_on(minutes)
            with clock.at(self.now):
                self.pairs.append(
                    tuple(
                        raise_ticket(
                            requester=person,
                            subject="No network",
                            description="Since this morning",
                            by=person,
                            channel=Channel.SELF_SERVICE,
                        )
                        for person in people[number % 2]
                    )
                )
                for ticket in self.pairs[-1]:
                    ticket.watchers.append(agent if number > 1 else manager)

        def happen(self, which, minutes, do):
            """The same to a ticket and to its twin, unless another stands for it. Both allow it or both refuse."""
            self.go_on(minutes)
            ticket, twin = self.pair(which)
            if ticket.merged_into_id is not None:
                return
            refused = []
            with clock.at(self.now):
                for each in (ticket, twin):
                    try:
                        do(each)
                    except Refusal as refusal:
                        refused.append(type(refusal))
                    else:
                        refused.append(None)
            assert refused[0] is refused[1]

        @rule(which=WHICH, minutes=st.integers(1, 900))
        def desk_replies(self, which, minutes):
            self.happen(which, minutes, lambda ticket: reply(ticket, "Try this", by=agent))

        @rule(which=WHICH, minutes=st.integers(1, 900))
        def requester_replies(self, which, minutes):
            ticket, _twin = self.pair(which)
            if ticket.merged_into_id is None:
                self.happen(which, minutes, lambda each: reply(each, "Still so", by=each.requester))
                return
            self.go_on(minutes)
            survivor_twin = next(pair[1] for pair in self.pairs if pair[0].id == ticket.merged_into_id)
            with clock.at(self.now):
                reply(ticket, MEANWHILE, by=ticket.requester)
                reply(survivor_twin, MEANWHILE, by=survivor_twin.requester)

        @rule(which=WHICH, minutes=st.integers(1, 900), reason=st.sampled_from(HoldReason))
        def is_held(self, which, minutes, reason):
            self.happen(which, minutes, lambda ticket: hold(ticket, reason, by=agent, message="Which one?"))

        @rule(which=WHICH, minutes=st.integers(1, 900))
        def is_released(self, which, minutes):
            self.happen(which, minutes, lambda ticket: release(ticket, by=agent))

        @rule(which=WHICH, minutes=st.integers(1, 900), whom=st.sampled_from((agent, manager, None)))
        def is_assigned(self, which, minutes, whom):
            self.happen(which, minutes, lambda ticket: assign(ticket, whom, by=manager))

        @rule(which=WHICH, minutes=st.integers(1, 900), on=st.booleans())
        def is_watched(self, which, minutes, on):
            def do(ticket):
                if on:
                    put_on(ticket, agent, Concern.WATCHES, by=manager)
                else:
                    take_off(ticket, agent.id, Concern.WATCHES, by=manager)

            self.happen(which, minutes, do)

        @rule(which=WHICH, minutes=st.integers(1, 900))
        def is_resolved(self, which, minutes):
            self.happen(which, minutes, lambda ticket: resolve(ticket, Resolution.FIXED, "Done", by=agent))

        @rule(which=WHICH, minutes=st.integers(1, 900))
        def is_reopened(self, which, minutes):
            self.happen(which, minutes, lambda ticket: reopen(ticket, by=agent))

        @rule(minutes=st.integers(60, 20_000))
        def time_passes(self, minutes):
            self.go_on(minutes)
            with clock.at(self.now):
                sweep_breaches()

        @rule(which=WHICH, into=WHICH, minutes=st.integers(1, 900))
        def is_merged(self, which, into, minutes):
            self.go_on(minutes)
            with clock.at(self.now):
                try:
                    merge(self.pair(into)[0], [self.pair(which)[0]], by=agent)
                except Refusal:
                    return

        @rule(which=WHICH, minutes=st.integers(1, 900))
        def is_unmerged(self, which, minutes):
            self.go_on(minutes)
            ticket, _twin = self.pair(which)
            if ticket.merged_into_id is not None:
                with clock.at(self.now):
                    unmerge(ticket, by=agent)

        def teardown(self):
            for ticket, _twin in self.pairs:
                self.go_on(1)
                if ticket.merged_into_id is not None:
                    with clock.at(self.now):
                        unmerge(ticket, by=agent)
            self.go_on(1)
            with clock.at(self.now):
                sweep_breaches()
                db.session.flush()
                for pair in self.pairs:
                    assert state(pair[0]) == state(pair[1])
                assert load(0, self.pairs) == load(1, self.pairs)
                for pair in self.pairs:
                    assert written_to(pair[0], agent) == written_to(pair[1], agent)

    return Merging


def state(ticket):
    """All there is of a ticket but for its names."""
    (document,), _kept = documents([ticket.id])
    return {
        "own": rows(select(*(getattr(Ticket, name) for name in OWN)).where(Ticket.id == ticket.id)),
        "clocks": rows(
            select(*(getattr(Clock, name) for name in OF_CLOCK))
            .where(Clock.ticket_id == ticket.id)
            .order_by(Clock.kind, Clock.round)
        ),
        "periods": rows(
            select(*(getattr(TicketPeriod, name) for name in OF_PERIOD))
            .where(TicketPeriod.ticket_id == ticket.id)
            .order_by(TicketPeriod.id)
        ),
        "watchers": watchers_of(ticket),
        "found by": {part: words(document[part], ticket) for part in ("title", "public", "internal")},
    }


def rows(statement):
    return [tuple(row) for row in db.session.execute(statement)]


def words(text, ticket):
    for name in (ticket.requester.name, ticket.reference):
        text = readable(text).replace(name, "")
    return [line for line in text.split("\n") if line not in ("", MEANWHILE)]


def load(side, pairs):
    """The load of one side: when what came and went; how many are late; without the merges' own trace."""
    counted: Counter = Counter()
    for (kind, grain, day, whose, measure), count in facts_of([pair[side].id for pair in pairs]).items():
        if measure not in ("merged", "unmerged"):
            counted[kind, grain, None if measure == "late" else day, whose[1:], measure] += count
    return {key: count for key, count in counted.items() if count}


def written_to(ticket, agent):
    """Who gets mail when the desk replies, and when the requester does."""
    found = []
    for by in (agent, ticket.requester):
        last = db.session.scalar(select(db.func.max(Outgoing.id))) or 0
        reply(ticket, "And next", by=by)
        mails = db.session.scalars(select(Outgoing).where(Outgoing.id > last).order_by(Outgoing.id))
        found += [each.to_name.partition(" ")[0] for each in mails]
    return found


def test_unmerging_leaves_what_would_be_had_nobody_ever_merged(machine):
    run_state_machine_as_test(machine, settings=SHORT)
    with clock.at(machine.now):
        for rebuild in (rebuild_clocks, rebuild_merges):
            assert [found for _count, found in rebuild(False) if found] == []
