"""The desk's page of a ticket: what it tells, and the box to write in."""

import html
import io
import re

import pytest
from sqlalchemy import select

from ictsupport.database import db
from ictsupport.tickets.holding import hold
from ictsupport.tickets.models import CallResult, HoldReason, Message, MessageKind, Resolution, Status
from ictsupport.tickets.replying import log_call, note, reply
from ictsupport.tickets.resolving import resolve
from ictsupport.tickets.triage import assign, move, prioritise

PNG = (
    b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x01\x00\x00\x00\x01\x08\x06\x00\x00\x00\x1f\x15\xc4\x89"
)


def page_of(ticket, client, show=""):
    answer = client.get(f"/tickets/{ticket.reference}{'?show=' + show if show else ''}")
    assert answer.status_code == 200
    return answer.text


def messages_of(ticket):
    return db.session.scalars(select(Message).where(Message.ticket_id == ticket.id)).all()


def test_the_timeline_tells_who_changed_what_from_what_to_what(ticket, desk, agent, manager, browser):
    assign(ticket, agent, by=manager)
    prioritise(ticket, by=agent, impact=2)
    hold(ticket, HoldReason.SUPPLIER, by=agent)
    move(ticket, desk["business"], by=manager)
    page = page_of(ticket, browser(agent))
    for words in (
        "Morgan Okafor</b> assigned it",
        'who has it: <span class="quiet">nobody</span> → Asha Iqbal',
        'the status: <span class="quiet">new</span> → in progress',
        'the impact: <span class="quiet">3</span> → 2',
        "put it on hold",
        "→ awaiting supplier",
        'the queue: <span class="quiet">Helpdesk</span> → Business systems',
    ):
        assert words in page, words


def test_replies_notes_calls_and_mails_stand_in_it(ticket, agent, browser):
    reply(ticket, "Try <b>another</b> socket", by=agent)
    note(ticket, "Probably the exchange", by=agent)
    log_call(ticket, "Rang and spoke", CallResult.SPOKE, by=agent)
    page = page_of(ticket, browser(agent))
    for words in (
        "Try &lt;b&gt;another&lt;/b&gt; socket",
        "Probably the exchange",
        "Telephone call, spoke",
        "Queued",
    ):
        assert words in page, words


@pytest.mark.parametrize(
    ("show", "there", "gone"),
    [
        ("messages", "Probably the exchange", "assigned it"),
        ("changes", "assigned it", "Probably the exchange"),
        ("files", "Nothing of this kind yet", "assigned it"),
        ("nonsense", "assigned it", "Nothing of this kind"),
    ],
)
def test_the_timeline_can_be_narrowed(show, there, gone, ticket, agent, manager, browser):
    note(ticket, "Probably the exchange", by=agent)
    assign(ticket, agent, by=manager)
    page = page_of(ticket, browser(agent), show)
    assert there in page
    assert gone not in page


def test_the_side_shows_clocks_systems_and_what_else_the_requester_waits_for(
    make_ticket, telephony, member, agent, browser
):
    other = make_ticket(requester=member, subject="Second question")
    ticket = make_ticket(requester=member, systems=[telephony])
    page = page_of(ticket, browser(agent))
    for words in (
        "First response",
        f"/tickets/{ticket.reference}/clocks",
        "/systems/telephony",
        "Member",
        other.reference,
        "Second question",
    ):
        assert words in page, words


@pytest.mark.parametrize(
    ("sort", "extra", "said"),
    [
        (MessageKind.REPLY, {}, "Your reply is on its way."),
        (MessageKind.NOTE, {}, "Your note has been added."),
        (MessageKind.CALL, {"result": "left message"}, "The call has been recorded."),
    ],
)
def test_one_box_takes_replies_notes_and_calls(sort, extra, said, ticket, agent, browser):
    answer = browser(agent).post(
        f"/tickets/{ticket.reference}/messages",
        data={"kind": sort.value, "body": "Words", "result": "spoke", **extra},
        follow_redirects=True,
    )
    assert said in answer.text
    (message,) = messages_of(ticket)
    assert (message.kind, message.body) == (sort, "Words")


def test_a_promised_call_back_is_kept_as_a_moment(ticket, agent, browser):
    browser(agent).post(
        f"/tickets/{ticket.reference}/messages",
        data={
            "kind": "call",
            "body": "Will ring back",
            "result": "spoke",
            "promised_on": "2026-11-19",
            "promised_at": "2:30pm",
        },
    )
    (message,) = messages_of(ticket)
    assert message.promised_at.isoformat() == "2026-11-19T14:30:00+00:00"


@pytest.mark.parametrize(
    ("sent", "words"),
    [
        ({"kind": "reply", "body": ""}, "The reply is empty"),
        ({"kind": "note", "body": "  \x00 "}, "The note is empty"),
        ({"kind": "reply", "body": "x" * 20_001}, "Use no more than 20,000 characters"),
        ({"kind": "nonsense", "body": "Typed"}, "Choose one of the answers shown"),
        (
            {"kind": "call", "body": "Typed", "result": "spoke", "promised_at": "3pm"},
            "Give both the day and the time",
        ),
        (
            {
                "kind": "call",
                "body": "Typed",
                "result": "spoke",
                "promised_on": "2020-01-01",
                "promised_at": "3pm",
            },
            "has already passed",
        ),
    ],
)
def test_what_cannot_be_taken_comes_back_as_typed(sent, words, ticket, agent, browser):
    answer = browser(agent).post(f"/tickets/{ticket.reference}/messages", data=sent)
    assert answer.status_code == 422
    assert words in answer.text
    assert sent["body"].strip(" \x00") in answer.text
    assert messages_of(ticket) == []


def test_a_file_goes_with_a_note_and_stays_inside(ticket, agent, staff, browser):
    browser(agent).post(
        f"/tickets/{ticket.reference}/messages",
        data={"kind": "note", "body": "", "files": (io.BytesIO(PNG), "screen.png")},
        content_type="multipart/form-data",
    )
    page = page_of(ticket, browser(agent), "files")
    assert "screen.png" in page
    assert "Internal" in page
    assert "screen.png" not in browser(staff).get(f"/tickets/{ticket.reference}").text


def test_a_file_of_the_wrong_kind_is_refused_in_words(ticket, agent, browser):
    answer = browser(agent).post(
        f"/tickets/{ticket.reference}/messages",
        data={"kind": "note", "body": "See this", "files": (io.BytesIO(b"MZ"), "run.exe")},
        content_type="multipart/form-data",
    )
    assert "cannot be attached" in answer.text
    assert "See this" in answer.text


def test_pressing_twice_sends_once(ticket, agent, browser):
    client = browser(agent)
    for _ in range(2):
        client.post(
            f"/tickets/{ticket.reference}/messages", data={"kind": "note", "body": "Once", "once": "k" * 20}
        )
    assert len(messages_of(ticket)) == 1


def test_the_replies_address_takes_the_desks_replies_too(ticket, agent, browser):
    browser(agent).post(f"/tickets/{ticket.reference}/replies", data={"body": "From the desk"})
    (message,) = messages_of(ticket)
    assert not message.from_requester


def test_whoever_asked_sees_their_request_and_not_the_desks_page(ticket, staff, agent, other_staff, browser):
    note(ticket, "Probably the exchange", by=agent)
    page = browser(staff).get(f"/tickets/{ticket.reference}").text
    assert "Probably the exchange" not in page
    assert f"/tickets/{ticket.reference}/assignment" not in page
    assert browser(other_staff).get(f"/tickets/{ticket.reference}").status_code == 404
    assert (
        browser(staff)
        .post(f"/tickets/{ticket.reference}/messages", data={"kind": "note", "body": "x"})
        .status_code
        == 403
    )


def test_a_confidential_ticket_opens_for_those_cleared_and_its_reading_is_kept(
    make_ticket, desk, agent, manager, browser
):
    ticket = make_ticket(confidential=True)
    desk["helpdesk"].cleared.append(manager)
    db.session.flush()
    assert browser(agent).get(f"/tickets/{ticket.reference}").status_code == 404
    client = browser(manager)
    page_of(ticket, client)
    assert "opened it; it is confidential" in page_of(ticket, client, "changes")


@pytest.mark.parametrize("status", [Status.RESOLVED, Status.CANCELLED, Status.CLOSED])
def test_a_finished_ticket_still_has_its_page(status, ticket, agent, browser):
    resolve(ticket, Resolution.FIXED, "Turned it on", by=agent)
    ticket.status = status
    db.session.flush()
    assert ticket.subject in page_of(ticket, browser(agent))


def test_the_page_costs_the_same_however_much_happened(
    make_ticket, telephony, agent, manager, browser, count_queries
):
    spent = []
    for busy in (1, 50):
        ticket = make_ticket(systems=[telephony])
        for number in range(busy):
            note(ticket, f"Note {number}", by=(agent, manager)[number % 2])
            assign(ticket, (agent, manager)[number % 2], by=manager)
        client = browser(agent)
        with count_queries() as queries:
            page_of(ticket, client)
        spent.append(len(queries))
    assert spent[0] == spent[1] <= 10, queries


def test_what_the_desk_writes_is_shown_as_markdown_and_safe(ticket, agent, staff, browser):
    reply(
        ticket,
        "Do this:\n\n1. **Hold** the button\n2. <script>x</script> [here](javascript:alert(1))",
        by=agent,
    )
    reply(ticket, "1. **Did** that", by=staff)
    for page in (page_of(ticket, browser(agent)), browser(staff).get(f"/tickets/{ticket.reference}").text):
        assert "<strong>Hold</strong>" in page
        assert "<script>x" not in page
        assert 'href="javascript' not in page
        assert "1. **Did** that" in page


def test_a_long_timeline_is_paged_and_nothing_is_lost(ticket, agent, browser, later):
    for number in range(150):
        with later(minutes=number + 1):
            note(ticket, f"Note number {number} ends", by=agent)
    client, address, seen, pages = browser(agent), f"/tickets/{ticket.reference}", [], 0
    while address:
        page = client.get(address).text
        assert "No dialling tone" in page, "how it began stands on every page"
        seen += [number for number in range(150) if f"Note number {number} ends" in page]
        found = re.search(r'href="([^"]+)">Show earlier', page)
        address = html.unescape(found[1]) if found else ""
        pages += 1
    assert sorted(seen) == list(range(150))
    assert pages == 3


@pytest.mark.parametrize(
    "before", ["x", "2026-01-01", "9999-12-31T23:59:59+00:00", "0001-01-01T00:00:00+14:00"]
)
def test_a_strange_moment_in_the_address_does_no_harm(before, ticket, agent, browser):
    assert browser(agent).get(f"/tickets/{ticket.reference}?before={before}").status_code == 200
