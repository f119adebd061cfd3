"""The one box: what is said, and what becomes of the ticket with it, all of it or nothing."""

import io
from datetime import date

import pytest

from ictsupport.tickets.desk.box import thens
from ictsupport.tickets.holding import hold
from ictsupport.tickets.models import HoldReason, MessageKind, Resolution, Status
from ictsupport.tickets.related.linking import link
from ictsupport.tickets.related.models import LinkKind
from ictsupport.tickets.resolving import resolve
from ictsupport.tickets.triage import assign

from .test_desk_views import PNG, messages_of, page_of


@pytest.fixture
def send(ticket, agent, browser):
    """send(kind="reply", body="...", then="hold") posts the box as the agent."""

    def post(**data):
        data = {"kind": "reply", "body": "Words", "version": ticket.version, **data}
        return browser(agent).post(
            f"/tickets/{ticket.reference}/messages", data=data, content_type="multipart/form-data"
        )

    return post


def test_a_question_puts_it_on_hold_and_goes_out_once(send, ticket, outbox):
    outbox_before = len(outbox())
    send(body="Which room?", then="hold", reason="awaiting requester", until="2026-11-20")
    assert (ticket.status, ticket.hold_reason, ticket.hold_until) == (
        Status.ON_HOLD,
        HoldReason.REQUESTER,
        date(2026, 11, 20),
    )
    assert [message.body for message in messages_of(ticket)] == ["Which room?"]
    assert len(outbox()) == outbox_before + 1


def test_a_note_can_go_with_a_hold_that_asks_nobody(send, ticket):
    send(kind="note", body="BT has it", then="hold", reason="awaiting supplier")
    assert ticket.hold_reason is HoldReason.SUPPLIER
    assert [message.kind for message in messages_of(ticket)] == [MessageKind.NOTE]


def test_waiting_for_the_requester_needs_words_to_them(send, ticket):
    answer = send(kind="note", body="I shall ask", then="hold", reason="awaiting requester")
    assert answer.status_code == 422
    assert "Write to the requester what you need" in answer.text
    assert "I shall ask" in answer.text
    assert messages_of(ticket) == []


def test_a_reply_resolves_and_is_what_was_done(send, ticket, outbox):
    before = len(outbox())
    send(body="New cable", then="resolve", resolution="fixed", minutes="15")
    assert (ticket.status, ticket.resolution, ticket.resolution_notes, ticket.minutes_spent) == (
        Status.RESOLVED,
        Resolution.FIXED,
        "New cable",
        15,
    )
    assert messages_of(ticket) == []
    assert len(outbox()) == before + 1


def test_files_go_with_what_was_done(send, ticket, staff, browser):
    send(body="As on the picture", then="resolve", resolution="fixed", files=(io.BytesIO(PNG), "screen.png"))
    assert "screen.png" in browser(staff).get(f"/tickets/{ticket.reference}").text


def test_a_call_resolves_too(send, ticket):
    send(kind="call", body="Talked them through it", then="resolve", resolution="advice given")
    assert ticket.status is Status.RESOLVED
    assert [message.kind for message in messages_of(ticket)] == [MessageKind.CALL]


@pytest.mark.parametrize(
    ("sent", "words"),
    [
        ({"kind": "note", "then": "resolve", "resolution": "fixed"}, "A note stays inside"),
        ({"then": "resolve"}, "Say how it ended"),
        ({"then": "release"}, "is not on hold"),
        ({"then": "reopen"}, "cannot become"),
        ({"then": "nonsense"}, "Choose one of the answers shown"),
    ],
)
def test_what_cannot_be_done_with_it_leaves_nothing_said(sent, words, send, ticket):
    answer = send(**sent)
    assert answer.status_code == 422
    assert words in answer.text
    assert ">\nWords</textarea>" in answer.text
    assert (messages_of(ticket), ticket.status) == ([], Status.NEW)


def test_a_reply_takes_it_off_hold_or_reopens_it(send, ticket, agent):
    hold(ticket, HoldReason.SUPPLIER, by=agent)
    send(then="release")
    assert ticket.status is Status.IN_PROGRESS
    resolve(ticket, Resolution.FIXED, "Done", by=agent)
    send(then="reopen")
    assert ticket.status is Status.IN_PROGRESS
    assert len(messages_of(ticket)) == 2


def test_only_what_may_become_of_it_is_offered():
    assert list(thens(Status.NEW)) == ["", "hold", "resolve"]
    assert list(thens(Status.ON_HOLD)) == ["", "release", "hold", "resolve"]
    assert list(thens(Status.RESOLVED)) == ["", "reopen"]
    assert list(thens(Status.CLOSED)) == [""]


def test_somebody_else_held_it_meanwhile_and_the_choice_is_clear(send, ticket, agent, manager):
    seen = ticket.version
    hold(ticket, HoldReason.SUPPLIER, by=manager)
    answer = send(then="hold", reason="awaiting requester", version=seen)
    assert answer.status_code == 422
    for words in (
        "whose shall stand",
        "awaiting supplier",
        "awaiting requester",
        "Morgan Okafor",
        "Keep theirs",
    ):
        assert words in answer.text, words
    assert messages_of(ticket) == []
    send(then="hold", reason="awaiting requester")
    assert ticket.hold_reason is HoldReason.REQUESTER


def test_a_reply_never_conflicts(send, ticket, agent, manager):
    seen = ticket.version
    assign(ticket, manager, by=manager)
    assert send(version=seen).status_code == 303
    assert len(messages_of(ticket)) == 1


def test_the_timeline_shows_what_was_done_in_full(send, ticket, agent, browser):
    send(body="Long words. " * 20, then="resolve", resolution="fixed")
    assert ("Long words. " * 20).strip() in page_of(ticket, browser(agent), "changes")


def test_a_ticket_with_others_below_is_resolved_where_it_is_asked_which_follow(
    send, ticket, make_ticket, agent
):
    link(ticket, LinkKind.PARENT, make_ticket(subject="Also dead"), by=agent)
    answer = send(body="All is well again", then="resolve", resolution="fixed")
    assert answer.status_code == 422
    assert "which of them are done too" in answer.text
    assert "All is well again" in answer.text
    assert ticket.status is not Status.RESOLVED
