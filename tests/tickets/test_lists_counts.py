"""What a list asks by itself, and the list as a file."""

import csv
import io
import json
from datetime import timedelta

import pytest
from sqlalchemy import select

from ictsupport import clock
from ictsupport.database import db
from ictsupport.people.models import SignIn
from ictsupport.tickets.holding import hold
from ictsupport.tickets.lists import exporting
from ictsupport.tickets.models import HoldReason

from ..conftest import NOW

SINCE = int(NOW.timestamp())


def told(client, query=""):
    answer = client.get(f"/tickets/counts?since={SINCE}&{query}")
    return json.loads(answer.text)


def test_counts_and_what_came_since(make_ticket, agent, browser, later):
    old = make_ticket()
    client = browser(agent)
    with later(minutes=5):
        make_ticket()
        hold(old, HoldReason.SUPPLIER, by=agent)
        found = told(client)
        assert found["counts"]["open"] == found["counts"]["here"] == "2"
        assert found["counts"]["hold"] == "1"
        assert (found["new"], found["changed"]) == (1, 1)
        assert told(client, "kind=member") == found | {
            "counts": found["counts"] | {"here": "0"}, "new": 0, "changed": 0
        }  # fmt: skip
        assert told(client, "view=everything")["new"] == 1


def test_nothing_is_sent_while_nothing_changes(make_ticket, agent, browser):
    make_ticket()
    client = browser(agent)
    first = client.get(f"/tickets/counts?since={SINCE}")
    again = client.get(f"/tickets/counts?since={SINCE}", headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")
    make_ticket()
    changed = client.get(f"/tickets/counts?since={SINCE}", headers={"If-None-Match": first.headers["ETag"]})
    assert changed.status_code == 200


def test_a_page_that_asks_by_itself_keeps_no_sign_in_alive(agent, desk, browser):
    client = browser(agent)
    with clock.at(NOW + timedelta(hours=2)):
        client.get("/tickets/counts")
        assert db.session.scalars(select(SignIn.last_seen_at)).one() == NOW
        client.get("/tickets")
        assert db.session.scalars(select(SignIn.last_seen_at)).one() > NOW


def test_a_confidential_ticket_is_neither_counted_nor_exported_for_somebody_not_cleared(
    make_ticket, desk, agent, manager, browser, later
):
    desk["helpdesk"].cleared.append(manager)
    client, cleared = browser(agent), browser(manager)
    with later(minutes=1):
        secret = make_ticket(confidential=True, subject="Grievance")
        found = told(client)
        assert set(found["counts"].values()) == {"0"}
        assert (found["new"], found["changed"]) == (0, 0)
        assert "confidential" not in found["counts"]
        assert told(cleared)["counts"]["confidential"] == "1"
        assert "Grievance" not in client.get("/tickets/export.csv").text
        assert secret.reference in cleared.get("/tickets/export.csv").text


@pytest.mark.parametrize("since", ["", "x", "-1", "9" * 40, "99999999999", "\x00"])
def test_whatever_moment_is_asked_for_there_is_an_answer(since, agent, desk, browser):
    assert browser(agent).get("/tickets/counts", query_string={"since": since}).status_code == 200


def test_the_file_holds_the_whole_list_in_its_order(
    make_ticket, agent, browser, member, telephony, monkeypatch
):
    monkeypatch.setattr(exporting, "PAGE", 2)
    tickets = [make_ticket(impact=1 + n % 3, systems=[telephony]) for n in range(5)]
    make_ticket(requester=member)
    answer = browser(agent).get("/tickets/export.csv?kind=staff&sort=-opened")
    rows = list(csv.DictReader(io.StringIO(answer.text.lstrip("\ufeff"))))
    assert [row["reference"] for row in rows] == [ticket.reference for ticket in reversed(tickets)]
    assert rows[0]["systems"] == "Telephony"
    assert rows[0]["opened"] == "2026-11-18 10:00"
    assert answer.mimetype == "text/csv"


def test_what_a_spreadsheet_would_run_is_text(make_ticket, agent, browser):
    for start in ("=", "+", "-", "@"):
        make_ticket(subject=f"{start}HYPERLINK(1)")
    text = browser(agent).get("/tickets/export.csv").text
    for start in ("=", "+", "-", "@"):
        assert f",'{start}HYPERLINK(1)," in text


def test_asking_costs_few_statements(make_ticket, agent, browser, count_queries):
    for _ in range(5):
        make_ticket()
    client = browser(agent)
    with count_queries() as queries:
        client.get(f"/tickets/counts?since={SINCE}&priority=4")
    assert len(queries) <= 6, queries
