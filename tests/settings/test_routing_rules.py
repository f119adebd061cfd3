"""Routing rules are set in pages, in order, after seeing which recent tickets would have gone elsewhere."""

import pytest
from sqlalchemy import select

from ictsupport.database import db
from ictsupport.journal import Entry
from ictsupport.systems.models import System
from ictsupport.tickets.models import RoutingRule, TicketType
from ictsupport.tickets.request_types.models import RequestType
from ictsupport.tickets.setting_up import rules
from tests.cast import keep

from .conftest import text_of

ANY = {"ticket_type": "", "system": "", "council": "", "requester_kind": "", "channel": "", "words": ""}


@pytest.fixture
def two(desk, telephony):
    """A rule by system, and after it one by words."""
    return [
        keep(RoutingRule(position=10, queue=desk["business"], system=telephony)),
        keep(RoutingRule(position=20, queue=desk["helpdesk"], words_="silent")),
    ]


def order() -> list[int]:
    return list(db.session.scalars(select(RoutingRule.id).order_by(RoutingRule.position)))


def told():
    entry = db.session.scalars(
        select(Entry).where(Entry.kind == "tickets.RoutingChanged").order_by(Entry.id.desc())
    ).first()
    return entry.data["changes"]


def test_a_rule_is_added_after_seeing_what_it_would_have_done(sheet, manager, desk, make_ticket):
    ticket, hidden = make_ticket(), make_ticket(confidential=True)
    form = sheet(manager, "/settings/routing/new")
    wanted = {**ANY, "words": "silent, dead line", "queue_id": desk["business"].id}
    said = form.look(**wanted)
    assert "Of the newest 1 ticket, 1 would have gone to another queue" in said
    assert "Helpdesk Business systems 1" in said
    assert ticket.reference in said
    assert hidden.reference not in said
    assert order() == []
    assert form.save(**wanted).status_code == 303
    assert make_ticket().queue is desk["business"]
    db.session.refresh(ticket)
    assert ticket.queue is desk["helpdesk"]
    assert told() == {"rule": [None, "that say silent, dead line: to Business systems"]}


def test_a_rule_without_a_condition_is_refused(sheet, manager, desk):
    form = sheet(manager, "/settings/routing/new")
    assert "at least one thing" in form.look(**{**ANY, "queue_id": desk["business"].id})
    assert "only commas" in form.look(**{**ANY, "words": " , ,", "queue_id": desk["business"].id})


def test_a_rule_is_changed_where_it_stands(sheet, manager, desk, two):
    form = sheet(manager, f"/settings/routing/{two[0].id}")
    wanted = {**ANY, "ticket_type": "incident", "queue_id": desk["business"].id}
    assert form.save(**wanted).status_code == 303
    db.session.expire_all()
    assert (two[0].ticket_type, two[0].system, two[0].position) == (TicketType.INCIDENT, None, 10)


def test_rules_move_up_and_down_and_away_after_a_look(
    sheet, browser, manager, desk, two, telephony, make_ticket
):
    make_ticket(systems=[telephony])
    first, second = order()
    form = sheet(manager, "/settings/routing")
    form.address = f"/settings/routing/{second}/place"
    assert "1 would have gone to another queue" in form.look(what="up")
    assert order() == [first, second]
    assert form.save(what="up").status_code == 303
    assert order() == [second, first]
    assert told() == {"place of “that say silent: to Helpdesk”": ["2", "1"]}
    with pytest.raises(rules.AtTheEnd):
        rules.move_rule(db.session.get_one(RoutingRule, second), up=True, by=None)
    form = sheet(manager, "/settings/routing")
    form.address = f"/settings/routing/{second}/place"
    assert form.save(what="remove").status_code == 303
    assert order() == [first]


def test_a_list_changed_meanwhile_is_noticed(sheet, manager, administrator, desk, two):
    second = order()[1]
    form = sheet(manager, "/settings/routing")
    rules.move_rule(two[0], up=False, by=administrator)
    form.address = f"/settings/routing/{second}/place"
    assert "Somebody else changed this" in form.look(what="remove")


def test_the_tester_says_which_rule_decides_and_why(browser, manager, desk, two, telephony):
    page = browser(manager).get(
        f"/settings/routing/test?subject=All+is+silent&system={telephony.id}&ticket_type=&council=&requester_kind=&channel="
    )
    assert "Routed to Business systems because the system is Telephony" in page.text
    assert "not asked any more" in page.text
    page = browser(manager).get(
        "/settings/routing/test?subject=All+is+silent&system=&ticket_type=&council=&requester_kind=&channel="
    )
    assert "because it says “silent”" in page.text
    assert "the system is not Telephony" in page.text
    assert browser(manager).get("/settings/routing/test?system=999999").status_code == 200


def test_the_tester_knows_request_types_by_their_kind_their_system_and_their_queue(
    browser, manager, desk, two, telephony
):
    portal = keep(System(name="Portal", slug="portal"))
    asks = keep(RequestType(slug="sim", name="A new SIM", position=1, system=portal, queue=desk["business"]))
    asks.ticket_type = TicketType.REQUEST
    db.session.commit()
    ask = f"/settings/routing/test?request_type={asks.id}"
    page = text_of(browser(manager).get(ask).text)
    assert "Routed to Business systems because requests about A new SIM go there" in page
    assert "the system is not Telephony" in page
    two[1].system, two[1].words_, two[1].ticket_type = portal, "", TicketType.REQUEST
    db.session.commit()
    why = "Routed to Helpdesk because it is a service request and the system is Portal"
    assert why in text_of(browser(manager).get(ask).text)
    chosen = text_of(browser(manager).get(f"{ask}&system={telephony.id}").text)
    assert "Routed to Business systems because the system is Telephony" in chosen
    assert browser(manager).get("/settings/routing/test?request_type=999999").status_code == 200


def test_order_is_left_to_whoever_manages_all(browser, local_manager, desk, two):
    visitor = browser(local_manager)
    assert visitor.get("/settings/routing").status_code == 200
    assert visitor.get("/settings/routing/test").status_code == 200
    assert visitor.get("/settings/routing/new").status_code == 403
    assert visitor.post(f"/settings/routing/{two[0].id}/place").status_code == 403


@pytest.mark.parametrize("more", [0, 20])
def test_the_list_costs_the_same_however_long(browser, manager, desk, two, count_queries, more):
    for number in range(more):
        keep(RoutingRule(position=100 + number, queue=desk["business"], words_=f"word {number}"))
    visitor = browser(manager)
    with count_queries() as queries:
        assert visitor.get("/settings/routing").status_code == 200
    assert len(queries) <= 4, queries
