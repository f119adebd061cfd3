"""The board: what stands in which column, and how cards are put elsewhere."""

import pytest
from werkzeug.datastructures import MultiDict

from ictsupport.database import db
from ictsupport.tickets.holding import hold
from ictsupport.tickets.lists import board
from ictsupport.tickets.lists.filtering import Wish
from ictsupport.tickets.models import HoldReason, Resolution, Status
from ictsupport.tickets.resolving import resolve
from ictsupport.tickets.triage import assign


def columns(person, by="status", **args):
    found = board.columns(Wish.read(MultiDict(args), person), by)
    return {column.label: [row.reference for row in column.cards] for column in found}


def card(ticket):
    return f"{ticket.id}.{ticket.version}"


def test_open_work_stands_under_its_status(make_ticket, agent, manager):
    new, taken, held, done = make_ticket(), make_ticket(), make_ticket(), make_ticket()
    assign(taken, agent, by=manager)
    hold(held, HoldReason.SUPPLIER, by=agent)
    resolve(done, Resolution.FIXED, "Cable", by=agent)
    assert columns(agent) == {
        "New": [new.reference],
        "In progress": [taken.reference],
        "On hold": [held.reference],
    }
    assert columns(agent, status="new")["In progress"] == []


def test_or_under_who_has_it_nobody_first_then_oneself(make_ticket, agent, manager):
    free, mine, theirs = make_ticket(), make_ticket(), make_ticket()
    assign(mine, agent, by=manager)
    assign(theirs, manager, by=manager)
    assert list(columns(agent, "assignee").items()) == [
        ("Nobody", [free.reference]),
        (agent.name, [mine.reference]),
        (manager.name, [theirs.reference]),
    ]


def test_a_column_shows_its_first_cards_and_counts_them_all(make_ticket, agent, monkeypatch):
    monkeypatch.setitem(board.CARDS, "status", 2)
    for _ in range(3):
        make_ticket()
    new = board.columns(Wish.read(MultiDict(), agent), "status")[0]
    assert (len(new.cards), new.count) == (2, 3)


@pytest.mark.parametrize("by", board.BY)
def test_words_narrow_it_and_what_they_hold_is_counted(by, make_ticket, agent, manager, monkeypatch):
    monkeypatch.setitem(board.CARDS, by, 1)
    first, second = make_ticket(subject="Projector dim"), make_ticket(subject="Projector loud")
    make_ticket(subject="Keyboard")
    for ticket in (first, second):
        assign(ticket, manager, by=manager)
    found = board.columns(Wish.read(MultiDict({"q": "projector"}), agent), by)
    label = "In progress" if by == "status" else manager.name
    (column,) = [column for column in found if column.count]
    assert (column.label, column.count, len(column.cards)) == (label, 2, 1)
    (only,) = [column for column in board.columns(Wish.read(MultiDict(), manager), by) if column.count == 2]
    assert [card.reference for card in only.cards] == [card.reference for card in column.cards]


def test_a_confidential_ticket_is_on_no_board_of_somebody_not_cleared(
    make_ticket, desk, agent, manager, browser
):
    secret = make_ticket(confidential=True, subject="Grievance")
    desk["helpdesk"].cleared.append(manager)
    for by in board.BY:
        assert board.columns(Wish.read(MultiDict(), agent), by)[0].count == 0
        assert "Grievance" not in browser(agent).get(f"/tickets/board?by={by}").text
        assert secret.reference in browser(manager).get(f"/tickets/board?by={by}").text
    page = browser(agent).post(
        "/tickets/board", data={"card": card(secret), "to": "work"}, follow_redirects=True
    )
    assert "Grievance" not in page.text
    db.session.refresh(secret)
    assert secret.status is Status.NEW


@pytest.mark.parametrize(
    ("to", "status"),
    [
        ("work", Status.IN_PROGRESS),
        ("hold:awaiting supplier", Status.ON_HOLD),
        ("agent:{agent}", Status.IN_PROGRESS),
    ],
)
def test_ticked_cards_are_put_where_it_says(to, status, make_ticket, agent, browser):
    first, second = make_ticket(), make_ticket()
    data = {
        "card": [card(first), card(second)],
        "to": to.format(agent=agent.id),
        "list": "?kind=staff",
        "by": "status",
    }
    done = browser(agent).post("/tickets/board", data=data)
    assert done.status_code == 303
    assert done.location == "/tickets/board?by=status&kind=staff"
    for ticket in (first, second):
        db.session.refresh(ticket)
        assert ticket.status is status


def test_what_needs_words_asks_for_them(ticket, agent, browser):
    client = browser(agent)
    assert "How it ended" in client.post("/tickets/board", data={"card": card(ticket), "to": "resolve"}).text
    waits = client.post("/tickets/board", data={"card": card(ticket), "to": "hold:awaiting requester"})
    assert "Message to the requester" in waits.text


def test_a_refusal_is_told_in_words(make_ticket, agent, manager, browser):
    taken = make_ticket()
    assign(taken, agent, by=manager)
    page = (
        browser(agent)
        .post("/tickets/board", data={"card": card(taken), "to": "work"}, follow_redirects=True)
        .text
    )
    assert "The ticket is in progress already." in page


@pytest.mark.parametrize(
    "data",
    [{}, {"to": "work"}, {"to": "nonsense", "card": "1.1"}, {"to": "agent:x", "card": "1.1"}, {"to": "hold:x", "card": "1.1"},
     {"to": "work", "card": "\x00"}, {"by": "x", "list": "?view=saved-1"}],
)  # fmt: skip
def test_whatever_is_sent_there_is_a_board(data, agent, desk, browser):
    assert browser(agent).post("/tickets/board", data=data).status_code == 422


@pytest.mark.parametrize("by", board.BY)
def test_the_board_costs_the_same_however_much_there_is(
    by, make_ticket, agent, manager, browser, count_queries
):
    spent = []
    for number in (1, 24):
        for n in range(number):
            ticket = make_ticket()
            if n % 2:
                assign(ticket, agent, by=manager)
        client = browser(agent)
        with count_queries() as queries:
            assert client.get(f"/tickets/board?by={by}&kind=staff").status_code == 200
        spent.append(len(queries))
    assert spent[0] == spent[1] <= 8, queries
