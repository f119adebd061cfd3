"""Macros and saved replies: made in pages, shown before they act, done whole or not at all."""

import re

import pytest
from sqlalchemy import func, select

from ictsupport.database import db
from ictsupport.journal import Entry
from ictsupport.journal.queries import entries_about
from ictsupport.tickets.desk.macros import (
    HoldOrResolve,
    NothingToDo,
    Steps,
    WordsMissing,
    save_macro,
    steps_on,
    trouble,
)
from ictsupport.tickets.desk.models import Macro, Reach, SavedReply
from ictsupport.tickets.desk.saved_replies import UnknownVariable, filled, save_reply
from ictsupport.tickets.desk.sharing import ChangedBefore, ManagersOnly, NameTaken, listed
from ictsupport.tickets.models import HoldReason, Message, Resolution, Status
from ictsupport.tickets.parts import _conditions, before_resolving
from ictsupport.tickets.resolving import resolve
from ictsupport.tickets.triage import assign


@pytest.fixture
def make_macro(manager):
    def make(name="Ask which room", reach=Reach.ALL, queue=None, by=None, **steps):
        macro = save_macro(
            Macro(), name=name, reach=reach, queue=queue, by=by or manager, steps=Steps(**steps)
        )
        db.session.flush()
        return macro

    return make


@pytest.fixture
def make_reply(manager):
    def make(body="Hello {{first_name}}", name="Greeting", reach=Reach.ALL, queue=None, by=None):
        saved = save_reply(SavedReply(), name=name, body=body, reach=reach, queue=queue, by=by or manager)
        db.session.flush()
        return saved

    return make


def press(client, ticket, macro, **data):
    return client.post(
        f"/tickets/{ticket.reference}/macros/{macro.id}", data={"version": ticket.version, **data}
    )


def said(ticket):
    return [
        (message.kind.value, message.body)
        for message in db.session.scalars(select(Message).where(Message.ticket_id == ticket.id))
    ]


def test_the_preview_shows_what_would_change_and_changes_nothing(ticket, desk, agent, make_macro, browser):
    macro = make_macro(
        reply="Dear {{requester}}, which room?",
        note="Asked by macro",
        tags="rooms",
        impact="2",
        assign="me",
        hold="awaiting requester",
        days="3",
    )
    before = ticket.version
    page = browser(agent).get(f"/tickets/{ticket.reference}/macros/{macro.id}").text
    for words in ("rooms", "P4 low", "Asha Iqbal", "On hold, awaiting requester until 21 November"):
        assert words in page, words
    assert "Dear Tina Worsley, which room?</textarea>" in page
    db.session.refresh(ticket)
    assert (ticket.version, said(ticket)) == (before, [])


def test_all_of_it_is_done_in_one_press(ticket, desk, agent, make_macro, browser, outbox):
    macro = make_macro(
        reply="Dear {{requester}}, which room?",
        note="Asked by macro",
        tags="rooms",
        impact="2",
        assign="me",
        hold="awaiting requester",
    )
    letters = len(outbox())
    answer = press(browser(agent), ticket, macro, reply="Which room, Tina?", note="Asked by macro")
    assert answer.status_code == 303
    assert (ticket.status, ticket.hold_reason, ticket.assignee, ticket.impact) == (
        Status.ON_HOLD,
        HoldReason.REQUESTER,
        agent,
        2,
    )
    assert [each.name for each in ticket.tags] == ["rooms"]
    assert said(ticket) == [("note", "Asked by macro"), ("reply", "Which room, Tina?")]
    assert len(outbox()) == letters + 1
    assert entries_about(ticket)[-1].kind == "tickets.MacroApplied"


def test_one_refused_step_refuses_all(ticket, agent, make_macro, browser):
    macro = make_macro(tags="done", note="Finished", reply="All done.", resolve="fixed")

    @before_resolving
    def tasks_left(_ticket):
        return "A task must be done first: order the SIM."

    try:
        client = browser(agent)
        page = client.get(f"/tickets/{ticket.reference}/macros/{macro.id}").text
        assert "order the SIM" in page
        assert "Do all of this" not in page
        answer = press(client, ticket, macro, reply="All done.", note="Finished")
    finally:
        _conditions.pop(f"{tasks_left.__module__}.tasks_left")
    assert answer.status_code == 422
    assert "order the SIM" in answer.text
    assert (ticket.tags, said(ticket), ticket.status) == ([], [], Status.NEW)


def test_what_a_colleague_changed_meanwhile_asks_whose_shall_stand(
    ticket, agent, manager, make_macro, browser
):
    macro, seen = make_macro(assign="me", tags="mine"), ticket.version
    assign(ticket, manager, by=manager)
    answer = press(browser(agent), ticket, macro, version=seen)
    assert answer.status_code == 422
    assert "whose shall stand" in answer.text
    assert ticket.assignee is manager
    press(browser(agent), ticket, macro)
    assert ticket.assignee is agent


def test_moving_and_assigning_go_together(ticket, desk, agent, manager, browser):
    steps = Steps(queue=str(desk["business"].id), assign="me")
    macro = save_macro(Macro(), name="To business", reach=Reach.ALL, queue=None, by=manager, steps=steps)
    db.session.flush()
    assert press(browser(agent), ticket, macro).status_code == 303
    assert (ticket.queue, ticket.assignee) == (desk["business"], agent)


def test_a_closed_ticket_says_why_nothing_can_be_done(ticket, agent, make_macro):
    resolve(ticket, Resolution.FIXED, "Done", by=agent)
    macro = make_macro(assign="me")
    assert "Reopen it first" in trouble(steps_on(macro, ticket, agent), ticket, agent)


@pytest.mark.parametrize(
    ("steps", "refusal"),
    [
        ({}, NothingToDo),
        ({"days": "3"}, NothingToDo),
        ({"reply": "x", "hold": "booked", "resolve": "fixed"}, HoldOrResolve),
        ({"hold": "awaiting requester"}, WordsMissing),
        ({"resolve": "fixed"}, WordsMissing),
        ({"reply": "Dear {{boss}}"}, UnknownVariable),
        ({"note": "{{ ticket.requester.password_hash }}"}, UnknownVariable),
    ],
)
def test_a_macro_that_makes_no_sense_is_refused(steps, refusal, make_macro):
    with pytest.raises(refusal):
        make_macro(**steps)


def test_variables_are_filled_in_once(make_ticket, member, agent):
    ticket = make_ticket(requester=member, subject="{{agent}} {{reference}}")
    words = filled("{{first_name}}|{{ requester }}|{{subject}}|{{agent}}|{{unknown}}|{{", ticket, agent)
    assert words == "Pat|Cllr Pat Ashcroft|{{agent}} {{reference}}|Asha Iqbal|{{unknown}}|{{"


def test_an_unknown_variable_is_refused_in_words_with_what_was_typed_kept(agent, desk, browser):
    answer = browser(agent).post(
        "/settings/saved-replies/new",
        data={"name": "Mine", "reach": "personal", "body": "Hello {{nobody}}"},
    )
    assert answer.status_code == 422
    assert "{{nobody}} is not something a ticket can fill in" in answer.text
    assert "Hello {{nobody}}</textarea>" in answer.text


def test_a_saved_reply_comes_into_the_box_behind_what_was_typed(ticket, agent, make_reply, browser):
    saved, client = make_reply("Hello {{first_name}}, we are on it."), browser(agent)
    assert f'<option value="{saved.id}">Greeting</option>' in client.get(f"/tickets/{ticket.reference}").text
    typed = {"kind": "reply", "body": "Good morning.", "saved_reply": str(saved.id), "version": "1"}
    answer = client.post(f"/tickets/{ticket.reference}/saved-reply", data=typed)
    assert answer.status_code == 200
    assert "Good morning.\n\nHello Tina, we are on it.</textarea>" in answer.text
    assert "There is a problem" not in answer.text
    alone = client.post(
        f"/tickets/{ticket.reference}/saved-reply", data=typed, headers={"Accept": "application/json"}
    )
    assert alone.json == {"text": "Hello Tina, we are on it."}
    assert said(ticket) == []


def test_who_is_offered_what(ticket, desk, agent, manager, make_reply, browser):
    make_reply(name="For all")
    make_reply(name="Of this queue", reach=Reach.QUEUE, queue=desk["helpdesk"])
    make_reply(name="Of another queue", reach=Reach.QUEUE, queue=desk["business"])
    make_reply(name="My own", reach=Reach.PERSONAL, by=agent)
    make_reply(name="The manager’s own", reach=Reach.PERSONAL)
    page = browser(agent).get(f"/tickets/{ticket.reference}").text
    for name, there in (
        ("For all", True),
        ("Of this queue", True),
        ("My own", True),
        ("Of another queue", False),
        ("The manager’s own", False),
    ):
        assert (f">{name}</option>" in page) is there, name
    assert "The manager’s own" not in browser(agent).get("/settings/saved-replies").text


def test_only_managers_share_and_names_are_told_apart(agent, make_reply):
    with pytest.raises(ManagersOnly):
        make_reply(by=agent)
    make_reply()
    with pytest.raises(NameTaken):
        make_reply()
    make_reply(reach=Reach.PERSONAL, by=agent)


def looked_at(client, address, sent):
    """The answer to sending what was looked at."""
    page = client.post(address, data=sent)
    assert page.status_code == 200
    (mark,) = re.findall(r'name="looked"[^>]*value="(\w+)"', page.text)
    return client.post(address, data=sent | {"looked": mark})


@pytest.mark.parametrize("prepared", ["macros", "saved-replies"])
def test_made_changed_and_retired_in_pages_with_each_change_in_the_journal(prepared, manager, desk, browser):
    client, here = browser(manager), f"/settings/{prepared}"
    model = Macro if prepared == "macros" else SavedReply
    words = "reply" if prepared == "macros" else "body"
    assert client.get(f"{here}/new").status_code == 200
    sent = {"name": "Ours", "reach": "queue", "of_queue": "", words: "Hello"}
    assert "Choose the queue" in client.post(f"{here}/new", data=sent).text
    sent["of_queue"] = str(desk["helpdesk"].id)
    look = client.post(f"{here}/new", data=sent).text
    assert "on the tickets of Helpdesk" in look
    assert "Nothing has been saved yet" in look
    assert listed(model, manager) == []
    assert looked_at(client, f"{here}/new", sent).status_code == 303
    (row,) = listed(model, manager)
    page = client.get(f"{here}/{row.id}").text
    assert "Hello</textarea>" in page
    looked_at(client, f"{here}/{row.id}", sent | {words: "Good day", "version": str(row.version)})
    stale = client.post(f"{here}/{row.id}", data=sent | {words: "Later", "version": "1"})
    assert stale.status_code == 422
    assert ChangedBefore.reason.split(":")[0][:40] in stale.text
    client.post(f"{here}/{row.id}/retirement")
    assert listed(model, manager) == []
    assert client.get(f"{here}/{row.id}").status_code == 404
    told = [entry.data["changes"] for entry in entries_about(row)]
    assert [sorted(changes) for changes in told] == [
        sorted(["name", "for whom", "words" if words == "body" else "reply"]),
        ["words" if words == "body" else "reply"],
        ["offered"],
    ]


def test_a_macro_form_keeps_every_step(manager, agent, desk, browser):
    sent = {
        "name": "Everything",
        "reach": "personal",
        "reply": "Hello",
        "note": "Noted",
        "assign": str(agent.id),
        "queue": str(desk["business"].id),
        "impact": "1",
        "urgency": "2",
        "tags": "a, b",
        "hold": "awaiting supplier",
        "days": "5",
    }
    client = browser(manager)
    look = client.post("/settings/macros/new", data=sent).text
    assert re.search(rf"<th[^>]*>Agent</th>\s*<td[^>]*>–</td>\s*<td[^>]*>{agent.name}</td>", look)
    looked_at(client, "/settings/macros/new", sent)
    (macro,) = listed(Macro, manager)
    assert macro.steps == {name: value for name, value in sent.items() if name not in ("name", "reach")}
    page = client.get(f"/settings/macros/{macro.id}").text
    assert f'<option value="{agent.id}" selected>' in page
    assert 'value="5"' in page


def test_macros_of_a_ticket_are_listed_and_a_strange_choice_does_no_harm(ticket, agent, make_macro, browser):
    macro, client = make_macro(assign="me"), browser(agent)
    assert "Ask which room" in client.get(f"/tickets/{ticket.reference}/macros").text
    led = client.get(f"/tickets/{ticket.reference}/macros?macro={macro.id}")
    assert led.headers["Location"].endswith(f"/macros/{macro.id}")
    for strange in ("x", "-1", "9" * 30):
        assert client.get(f"/tickets/{ticket.reference}/macros?macro={strange}").status_code == 200
        answer = client.post(f"/tickets/{ticket.reference}/saved-reply", data={"saved_reply": strange})
        assert answer.status_code == 200
    assert db.session.scalar(select(func.count()).where(Entry.kind == "tickets.MacroApplied")) == 0
