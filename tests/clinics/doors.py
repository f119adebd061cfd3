"""Who may come in where at the clinics."""

from dataclasses import replace
from datetime import date, time
from typing import Any

from ictsupport import clock
from ictsupport.clinics.booking import book_slot
from ictsupport.clinics.calling_off import cancel_booking
from ictsupport.clinics.day.bringing import bring
from ictsupport.clinics.day.queue import join_queue
from ictsupport.clinics.day.visitors import name_visitor
from ictsupport.clinics.feeds.keeping import make_feed
from ictsupport.clinics.feeds.models import FeedKind
from ictsupport.clinics.links import link_to_booking
from ictsupport.clinics.planning import CutOffs, Plan, plan_clinic
from ictsupport.clinics.reminding.rules import rules_kept
from ictsupport.clinics.series.models import PassedOver
from ictsupport.clinics.series.planning import plan_series
from ictsupport.clinics.waiting.joining import join
from ictsupport.clinics.waiting.links import link_to_offer
from ictsupport.people.models import Person, Role, Site, Term
from ictsupport.tickets.models import Channel
from ictsupport.tickets.raising import raise_ticket

from ..cast import keep
from ..doors import EVERYBODY, MEMBER, PUBLIC, Door, World

RUNNERS = frozenset({Role.CLINIC_HOST, Role.AGENT, Role.MANAGER})
BOOKERS = RUNNERS | {MEMBER, Role.DEMOCRATIC_SERVICES}
SETS_UP = frozenset({Role.MANAGER, Role.ADMINISTRATOR})
HELPERS = RUNNERS | {Role.DEMOCRATIC_SERVICES}

DOORS = {
    "clinics.index": [
        Door(get=EVERYBODY),
    ],
    "clinics.clinic": [
        Door(get=BOOKERS, hidden=EVERYBODY),
        Door(get=HELPERS, hidden=EVERYBODY, fill={"clinic_id": "clinic_elsewhere"}),
    ],
    "clinics.for_somebody": Door(get=EVERYBODY),
    "clinics.people": Door(get=EVERYBODY),
    "clinics.mine": Door(get=EVERYBODY),
    "clinics.book": [
        Door(get=BOOKERS, post=BOOKERS, hidden=EVERYBODY),
        Door(get=HELPERS, post=HELPERS, hidden=EVERYBODY, fill={"slot_id": "slot_elsewhere"}),
    ],
    "clinics.booking": [
        Door(get=BOOKERS, hidden=EVERYBODY),
        Door(get=HELPERS, hidden=EVERYBODY, fill={"booking_id": "booking_elsewhere"}),
    ],
    "clinics.calendar": Door(get=BOOKERS, hidden=EVERYBODY),
    "clinics.move": [
        Door(get=BOOKERS, post=BOOKERS, hidden=EVERYBODY),
        Door(get=HELPERS, post=HELPERS, hidden=EVERYBODY, fill={"booking_id": "booking_elsewhere"}),
    ],
    "clinics.cancel": [
        Door(get=BOOKERS, post=BOOKERS, hidden=EVERYBODY),
        Door(get=HELPERS, post=HELPERS, hidden=EVERYBODY, fill={"booking_id": "booking_elsewhere"}),
    ],
    "clinics.bring_request": Door(
        get={MEMBER, Role.AGENT, Role.MANAGER}, post={MEMBER, Role.AGENT, Role.MANAGER}, hidden=EVERYBODY
    ),
    "clinics.leave_request": Door(post={MEMBER, Role.AGENT, Role.MANAGER}, hidden=EVERYBODY),
    "clinics.planner": Door(get=RUNNERS),
    "clinics.all_series": Door(get=RUNNERS),
    "clinics.one_series": Door(get=RUNNERS),
    "clinics.skip": Door(get=RUNNERS, post=RUNNERS),
    "clinics.hold_date": Door(get=RUNNERS, post=RUNNERS),
    "clinics.end": Door(post=RUNNERS),
    "clinics.carry_on": Door(post=RUNNERS),
    "clinics.together": Door(get=HELPERS, post=HELPERS),
    "clinics.kept_places": Door(get=HELPERS, post=HELPERS),
    "clinics.keep_no_more": Door(post=HELPERS),
    "clinics.keep_none": Door(post=HELPERS),
    "clinics.hosting": Door(get=RUNNERS),
    "clinics.plan": Door(get=RUNNERS, post=RUNNERS),
    "clinics.change": Door(get=RUNNERS, post=RUNNERS, hidden=EVERYBODY),
    "clinics.call_off": Door(get=RUNNERS, post=RUNNERS, hidden=EVERYBODY),
    "clinics.called_off": Door(get=RUNNERS, hidden=EVERYBODY),
    "clinics.not_called_off": Door(post=RUNNERS, hidden=EVERYBODY),
    "clinics.rung": Door(post=RUNNERS, hidden=EVERYBODY),
    "clinics.wait": [
        Door(get=BOOKERS, post=BOOKERS, hidden=EVERYBODY),
        Door(get=HELPERS, post=HELPERS, hidden=EVERYBODY, fill={"clinic_id": "clinic_elsewhere"}),
    ],
    "clinics.wait_no_more": Door(post=BOOKERS, hidden=EVERYBODY),
    "clinics.booking_offer": Door(
        get=BOOKERS, post=BOOKERS, hidden=EVERYBODY, fill={"booking_id": "offered_id"}
    ),
    "clinics.offer": Door(get=PUBLIC, post=PUBLIC),
    "clinics.by_link": Door(get=PUBLIC, post=PUBLIC, fill={"token": "booking_token"}),
    "clinics.sheet": Door(get=RUNNERS, hidden=EVERYBODY),
    "clinics.people_here": Door(get=RUNNERS),
    "clinics.late": Door(post=RUNNERS, hidden=EVERYBODY),
    "clinics.next_in_queue": Door(post=RUNNERS, hidden=EVERYBODY),
    "clinics.called": Door(post=RUNNERS, hidden=EVERYBODY),
    "clinics.left_queue": Door(post=RUNNERS, hidden=EVERYBODY),
    "clinics.wait_here_no_more": Door(post=BOOKERS, hidden=EVERYBODY, fill={"drop_in_id": "turn_id"}),
    "clinics.back_in_queue": Door(post=RUNNERS, hidden=EVERYBODY),
    "clinics.who_they_are": Door(
        get=RUNNERS, post=RUNNERS, hidden=EVERYBODY, fill={"person_id": "stranger_id"}
    ),
    "clinics.walked_in": Door(get=RUNNERS, post=RUNNERS, hidden=EVERYBODY),
    "clinics.arrive": Door(post=RUNNERS, hidden=EVERYBODY),
    "clinics.not_arrived": Door(post=RUNNERS, hidden=EVERYBODY),
    "clinics.missed": Door(post=RUNNERS, hidden=EVERYBODY),
    "clinics.not_missed": Door(post=RUNNERS, hidden=EVERYBODY),
    "clinics.outcome": Door(get=RUNNERS, post=RUNNERS, hidden=EVERYBODY),
    "clinics.feeds": Door(get=EVERYBODY, post=EVERYBODY),
    "clinics.feed_renewal": Door(post={MEMBER}, hidden=EVERYBODY),
    "clinics.feed_stopping": Door(post={MEMBER}, hidden=EVERYBODY),
    "feeds.feed": Door(get=PUBLIC, fill={"token": "feed_token"}),
    "clinics.reminders": Door(get=SETS_UP),
    "clinics.new_reminder": Door(get=SETS_UP, post=SETS_UP),
    "clinics.reminder": Door(get=SETS_UP, post=SETS_UP),
    "clinics.reminder_ending": Door(post=SETS_UP),
}


def things(world: World) -> dict[str, Any]:
    """A clinic with the member's booking, and one of another council with a booking of a member there."""
    host = world.visitors[Role.CLINIC_HOST]
    councillor = keep(Person(name="Cllr Eve Marsh", sort_name="Marsh Eve", email="eve@eastmere.example"))
    keep(Term(person=councillor, council=world.other_council, ward="Fen", starts_on=date(2023, 5, 8)))
    rival = keep(Person(name="Cllr Ann Reed", sort_name="Reed Ann", email="ann@northbrook.example"))
    keep(Term(person=rival, council=world.council, ward="Mill", starts_on=date(2023, 5, 8)))
    there = keep(Site(council=world.other_council, name="Council Offices"))
    plans = [
        Plan(
            site=site,
            room="",
            day=date(2026, 11, 20),
            opens=opens,
            closes=time(opens.hour + 1),
            hosts=[host],
            cut_offs=CutOffs(),
        )
        for site, opens in ((world.site, time(14)), (there, time(9)))
    ]
    clinic, elsewhere = (plan_clinic(plan, by=host) for plan in plans)
    booking = book_slot(clinic.slots[0], world.member, by=world.member)
    other = book_slot(elsewhere.slots[0], councillor, by=councillor)
    weekly = replace(plans[0], day=date(2026, 12, 1))
    first = plan_series(weekly, every_weeks=1, by=host).clinics[0]
    repeated = first.series_id
    keep(PassedOver(series_id=repeated, recurrence="2027-04-06T14:00", reason="Closed"))
    full = plan_clinic(replace(plans[0], day=date(2026, 11, 27), closes=time(14, 20)), by=host)
    taken = book_slot(full.slots[0], rival, by=rival)
    offered = join([full], world.member, by=world.member)
    cancel_booking(taken, by=rival)
    stranger = name_visitor(clinic, "Pat Brown", by=host)
    with clock.at(clinic.starts_at):
        drop_in = join_queue(clinic, stranger, by=host)
    with clock.at(first.starts_at):
        turn = join_queue(first, world.member, by=host)
    feed, feed_token = make_feed(world.member, FeedKind.MINE)
    ticket = raise_ticket(
        requester=world.member,
        subject="No sound",
        description="",
        by=world.member,
        channel=Channel.SELF_SERVICE,
    )
    bring(ticket, booking, by=world.member)
    return {
        "feed_id": feed.id,
        "feed_token": feed_token,
        "reference": ticket.reference,
        "rule_id": rules_kept()[0].id,
        "drop_in_id": drop_in.id,
        "turn_id": turn.id,
        "stranger_id": stranger.id,
        "series_id": repeated,
        "recurrence": "2027-04-06T14:00",
        "entry_id": offered.id,
        "offered_id": offered.booking_id,
        "token": link_to_offer(offered).rsplit("/", 1)[1],
        "clinic_id": clinic.id,
        "clinic_elsewhere": elsewhere.id,
        "slot_id": clinic.slots[1].id,
        "slot_elsewhere": elsewhere.slots[1].id,
        "booking_id": booking.id,
        "booking_token": link_to_booking(booking).rsplit("/", 1)[1],
        "booking_elsewhere": other.id,
    }
