"""The desk's queue: what stands on it, in which order, counted how, and what its address can say."""

from datetime import timedelta
from urllib.parse import parse_qs

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import update
from werkzeug.datastructures import MultiDict

from ictsupport.database import db
from ictsupport.pages.paging import keyset
from ictsupport.people.models import Grant, RequesterKind, Role
from ictsupport.people.scopes import scoped_to
from ictsupport.tickets.access import workable
from ictsupport.tickets.holding import hold
from ictsupport.tickets.lists import worklists
from ictsupport.tickets.lists.filtering import FINISHED_SORTS, SORT_WORDS, SORTS, Wish
from ictsupport.tickets.lists.narrowing import FILTERS
from ictsupport.tickets.lists.standing import VIEWS
from ictsupport.tickets.models import Channel, ClockKind, HoldReason, Resolution, Status, Ticket, TicketType
from ictsupport.tickets.request_types.models import FilledForm, RequestType, TypeForm
from ictsupport.tickets.resolving import resolve
from ictsupport.tickets.tagging import tag
from ictsupport.tickets.targets.models import Clock
from ictsupport.tickets.triage import assign, move, prioritise

from ..conftest import NOW


def wish(person, **args):
    return Wish.read(MultiDict(args), person)


def shown(person, **args):
    return [row.reference for row in worklists.work_list(wish(person, **args), None).rows]


def counts(person):
    return {key: int(count) for key, count in worklists.view_counts(person).items()}


def test_open_work_is_listed_by_when_it_is_due(make_ticket, agent):
    later = make_ticket(impact=3, urgency=3)
    sooner = make_ticket(impact=1, urgency=1)
    assert shown(agent) == [sooner.reference, later.reference]


def test_what_is_needed_today_stands_above_all_else(make_ticket, agent, member):
    urgent = make_ticket(impact=1, urgency=1)
    tonight = make_ticket(
        requester=member,
        impact=3,
        urgency=3,
        needed_by=NOW + timedelta(hours=8),
        needed_for="Planning Committee",
    )
    next_week = make_ticket(impact=3, urgency=3, needed_by=NOW + timedelta(days=7))
    assert shown(agent)[:2] == [tonight.reference, urgent.reference]
    assert shown(agent)[-1] == next_week.reference
    row = worklists.work_list(wish(agent), None).rows[0]
    assert row.needed_by == NOW + timedelta(hours=8)
    assert row.is_member


def test_it_stays_on_top_only_where_the_list_is_by_due_time(make_ticket, agent):
    tonight = make_ticket(impact=3, urgency=3, needed_by=NOW + timedelta(hours=8))
    newest = make_ticket()
    assert shown(agent, sort="-opened") == [newest.reference, tonight.reference]


def test_every_view_counts_what_it_lists(make_ticket, agent, manager, member, later):
    make_ticket(requester=member)
    mine, held, done = make_ticket(), make_ticket(), make_ticket()
    assign(mine, agent, by=manager)
    hold(held, HoldReason.SUPPLIER, by=agent)
    resolve(done, Resolution.FIXED, "Turned it on", by=agent)
    late = make_ticket()
    db.session.execute(update(Ticket).where(Ticket.id == late.id).values(past_target_at=NOW))
    for view in VIEWS:
        assert counts(agent)[view.key] == len(shown(agent, view=view.key)), view.key
    assert counts(agent)["open"] == 4
    assert counts(agent)["mine"] == 1
    assert counts(agent)["members"] == 1
    assert counts(agent)["hold"] == 1
    assert counts(agent)["late"] == 1


def test_due_today_is_the_day_of_the_wall_clock(make_ticket, agent):
    ticket = make_ticket()
    for moment, is_today in (
        (NOW.replace(hour=0), True),
        (NOW.replace(hour=23, minute=59), True),
        (NOW.replace(hour=0) - timedelta(seconds=1), False),
        (NOW.replace(hour=0) + timedelta(days=1), False),
    ):
        db.session.execute(update(Ticket).where(Ticket.id == ticket.id).values(due_sort=moment))
        assert (shown(agent, view="today") != []) is is_today, moment


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("status", "new"),
        ("priority", "3"),
        ("queue", "business-systems"),
        ("assignee", "me"),
        ("council", "eastmere"),
        ("system", "telephony"),
        ("tag", "payroll"),
        ("kind", "member"),
        ("request", "leaver"),
        ("channel", "phone"),
        ("type", "service request"),
        ("late", "1"),
        ("needed", "1"),
        ("hold", "awaiting supplier"),
        ("missed", "response"),
        ("opened-from", "2026-11-18"),
        ("opened-to", "2026-11-10"),
        ("due-from", "2026-12-24"),
        ("due-to", "2026-11-17"),
    ],
)
def test_each_filter_narrows_to_what_it_says(
    name, value, make_ticket, desk, agent, manager, member, telephony, other_council
):
    plain = make_ticket()
    db.session.execute(
        update(Ticket).values(
            status=Status.IN_PROGRESS, opened_at=NOW - timedelta(days=3), due_sort=NOW + timedelta(days=1)
        )
    )
    wanted = make_ticket()
    db.session.refresh(wanted)
    values = {
        "status": {},
        "priority": {"priority": 3},
        "queue": {"queue_id": desk["business"].id},
        "assignee": {"assignee_id": agent.id},
        "council": {"council_id": other_council.id},
        "system": {},
        "tag": {},
        "request": {},
        "kind": {"requester_kind": RequesterKind.MEMBER},
        "channel": {"channel": Channel.PHONE},
        "type": {"ticket_type": TicketType.REQUEST},
        "late": {"past_target_at": NOW},
        "needed": {"needed_by": NOW + timedelta(hours=1)},
        "hold": {"status": Status.ON_HOLD, "hold_reason": HoldReason.SUPPLIER},
        "missed": {},
        "opened-from": {"opened_at": NOW.replace(hour=0)},
        "opened-to": {"opened_at": NOW.replace(day=10, hour=23, minute=59)},
        "due-from": {"due_sort": NOW.replace(month=12, day=24, hour=0)},
        "due-to": {"due_sort": NOW.replace(day=17, hour=23)},
    }[name]
    if values:
        db.session.execute(update(Ticket).where(Ticket.id == wanted.id).values(**values))
    if name == "system":
        wanted.systems.append(telephony)
        db.session.flush()
    if name == "tag":
        tag(wanted, ["Payroll"], by=agent)
    if name == "request":
        leaver = RequestType(slug="leaver", name="Somebody is leaving", position=1)
        db.session.add(
            FilledForm(ticket=wanted, form=TypeForm(type=leaver, number=1, questions=[]), answers=[])
        )
        db.session.flush()
    if name == "missed":
        missed = update(Clock).where(Clock.ticket_id == wanted.id, Clock.kind == ClockKind.RESPONSE)
        db.session.execute(missed.values(breached_at=NOW))
    assert shown(agent, **{name: value}) == [wanted.reference]
    assert plain.reference in shown(agent)


def test_every_filter_is_tried_above():
    tried = test_each_filter_narrows_to_what_it_says.pytestmark[0].args[1]
    assert {name for name, _value in tried} == {each.name for each in FILTERS}


def test_nobody_is_an_agent_to_filter_by(make_ticket, agent, manager):
    free, taken = make_ticket(), make_ticket()
    assign(taken, agent, by=manager)
    assert shown(agent, assignee="nobody") == [free.reference]
    assert shown(agent, assignee=str(agent.id)) == [taken.reference]


def test_values_of_one_filter_add_and_filters_narrow(make_ticket, agent, member):
    first = make_ticket(requester=member, impact=1, urgency=1)
    second = make_ticket(requester=member, impact=3, urgency=3)
    make_ticket(impact=1, urgency=1)
    asked = Wish.read(MultiDict([("priority", "1"), ("priority", "5"), ("kind", "member")]), agent)
    assert [row.reference for row in worklists.work_list(asked, None).rows] == [
        first.reference,
        second.reference,
    ]


def test_a_list_can_be_narrowed_by_words(make_ticket, agent):
    wanted = make_ticket(subject="Projector bulb")
    make_ticket(subject="Screen")
    assert shown(agent, q="projector") == [wanted.reference]
    assert wish(agent, q="the").refused
    assert len(shown(agent, q="the")) == 2


def test_finished_work_is_listed_when_asked_for(make_ticket, agent):
    done = make_ticket()
    resolve(done, Resolution.FIXED, "Turned it on", by=agent)
    assert shown(agent) == []
    assert shown(agent, view="everything") == [done.reference]
    assert shown(agent, status="resolved") == [done.reference]
    assert wish(agent, status="resolved").sort in FINISHED_SORTS


@pytest.mark.parametrize("sort", SORTS)
def test_every_order_can_be_paged_through_without_loss(sort, make_ticket, agent, monkeypatch):
    tickets = {make_ticket(impact=1 + n % 3, urgency=1 + n % 2).reference for n in range(30)}
    seen: list[str] = []
    after = ""
    while True:
        page = worklists.work_list(wish(agent, sort=sort), None, after=after)
        seen += [row.reference for row in page.rows]
        if page.next is None:
            break
        after = page.next
    assert len(seen) == 30
    assert set(seen) == tickets
    assert sort in SORT_WORDS


@pytest.mark.parametrize(
    "args",
    [
        {"view": "nonsense"},
        {"sort": "nonsense"},
        {"status": "nonsense"},
        {"priority": "99"},
        {"assignee": "9" * 40},
        {"queue": "\x00"},
        {"after": "nonsense"},
        {"before": "%00"},
        {"q": "x" * 500},
        {"council": "'; DROP TABLE ticket"},
    ],
)
def test_whatever_an_address_says_there_is_a_page(args, ticket, agent, browser):
    assert browser(agent).get("/tickets", query_string=args).status_code == 200


def test_an_agent_of_one_council_sees_and_counts_its_work_alone(
    make_ticket, make_person, council, other_staff, agent
):
    here = make_ticket()
    make_ticket(requester=other_staff)
    local = make_person("Lee Local", council)
    local.grants.append(Grant(role=Role.AGENT, **scoped_to(council)))
    db.session.flush()
    assert shown(local) == [here.reference]
    assert counts(local)["open"] == 1
    assert counts(agent)["open"] == 2


def test_confidential_work_is_neither_listed_nor_counted_without_clearance(make_ticket, desk, agent, manager):
    secret = make_ticket(confidential=True)
    desk["helpdesk"].cleared.append(manager)
    db.session.flush()
    assert shown(agent) == []
    assert counts(agent)["open"] == 0
    assert shown(manager) == [secret.reference]


def test_the_page_shows_rows_views_and_what_is_needed_tonight(make_ticket, agent, member, telephony, browser):
    ticket = make_ticket(
        requester=member,
        subject="Agenda <b>pack</b>",
        systems=[telephony],
        needed_by=NOW + timedelta(hours=8, minutes=30),
        needed_for="Planning Committee",
    )
    page = browser(agent).get("/tickets").text
    for words in (ticket.reference, "Agenda &lt;b&gt;pack", "Member", "Telephony", "Northbrook", "P4 low"):
        assert words in page, words
    assert "Needed by 6:30pm today, Planning Committee" in page


def test_filters_in_force_can_each_be_taken_off(ticket, agent, browser):
    asked = Wish.read(
        MultiDict([("priority", "3"), ("priority", "4"), ("kind", "staff"), ("q", "phone")]), agent
    )
    chips = dict(asked.chips(worklists.choices(agent)))
    assert set(chips) == {"P3 moderate", "P4 low", "Staff", "“phone”"}
    assert parse_qs(chips["P3 moderate"].lstrip("?")) == {
        "priority": ["4"],
        "kind": ["staff"],
        "q": ["phone"],
    }
    assert "Remove </span>P3 moderate" in browser(agent).get("/tickets?priority=3").text


def test_an_empty_list_says_so(desk, agent, browser):
    assert "Nothing here" in browser(agent).get("/tickets?priority=1").text


@pytest.mark.parametrize(
    "address",
    ["/tickets", "/tickets?priority=4&kind=staff", "/tickets?q=telephone", "/tickets?view=everything"],
)
def test_the_queue_costs_the_same_however_long(
    address, make_ticket, agent, browser, count_queries, telephony
):
    spent = []
    browser(agent).get(address)  # what seldom changes is read the first time
    for wanted in (1, 25):
        while wanted > 0:
            make_ticket(systems=[telephony], needed_by=NOW + timedelta(hours=3) if wanted % 5 == 0 else None)
            wanted -= 1
        client = browser(agent)
        with count_queries() as queries:
            assert client.get(address).status_code == 200
        spent.append(len(queries))
    assert spent[0] == spent[1] <= 10, queries


@pytest.fixture
def seven(make_ticket):
    return [make_ticket().id for _ in range(7)]


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_any_list_in_any_order_is_paged_without_loss_forward_and_back(data, seven, agent):
    """Equal due times, priorities and moments are the rule on a desk: only the id tells such rows apart."""
    moments = [NOW - timedelta(days=days) for days in (0, 1)]
    for ticket_id in seven:
        columns = ("due_sort", "opened_at", "updated_at")
        values = {name: data.draw(st.sampled_from(moments)) for name in columns}
        values["priority"] = data.draw(st.integers(1, 2))
        db.session.execute(update(Ticket).where(Ticket.id == ticket_id).values(**values))
    asked, size = wish(agent, sort=data.draw(st.sampled_from(list(SORTS)))), data.draw(st.integers(1, 4))
    whole = [row.id for row in worklists.whole_list(asked, most=500)]
    forward, after = [], ""
    while after is not None:
        rows, after = worklists.page_of(asked, after, size)
        forward += [row.id for row in rows]
    assert forward == whole
    rows = worklists.tickets_with().where(workable(agent), *asked.conditions())
    page = keyset(rows, asked.order(), size=size)
    while page.next:
        page = keyset(rows, asked.order(), after=page.next, size=size)
    back = [row.id for row in page]
    while page.previous:
        page = keyset(rows, asked.order(), before=page.previous, size=size)
        back = [row.id for row in page] + back
    assert back == whole


def test_priority_is_a_way_to_sort(make_ticket, agent, manager):
    low, high = make_ticket(), make_ticket()
    prioritise(high, by=manager, impact=1, urgency=1)
    assert shown(agent, sort="priority") == [high.reference, low.reference]


def test_a_tag_of_a_confidential_ticket_is_not_offered_without_clearance(make_ticket, desk, agent, manager):
    desk["helpdesk"].cleared.append(manager)
    tag(make_ticket(confidential=True), ["grievance"], by=manager)
    assert worklists.choices(agent)["tag"] == []
    assert [choice.value for choice in worklists.choices(manager)["tag"]] == ["grievance"]


def test_a_moved_ticket_is_found_on_its_new_queue(ticket, desk, agent):
    move(ticket, desk["business"], by=agent)
    assert shown(agent, queue="business-systems") == [ticket.reference]
    assert shown(agent, queue="helpdesk") == []
