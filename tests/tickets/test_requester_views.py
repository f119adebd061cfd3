"""The pages of whoever asked for help: their requests, and one of them in plain words."""

import io

import pytest

from ictsupport.database import db
from ictsupport.tickets.holding import hold
from ictsupport.tickets.models import Channel, HoldReason, Resolution, Status
from ictsupport.tickets.raising import raise_ticket
from ictsupport.tickets.replying import note, reply
from ictsupport.tickets.resolving import cancel, close, resolve
from ictsupport.tickets.triage import assign


def address(ticket, more=""):
    return f"/tickets/{ticket.reference}{more}"


def test_it_says_who_has_it_and_what_happens_next_by_when(ticket, staff, agent, browser):
    page = browser(staff).get(address(ticket)).text
    assert "The Helpdesk team" in page
    assert "Somebody will get in touch with you by 10am tomorrow." in page
    assign(ticket, agent, by=agent)
    reply(ticket, "We are on it", by=agent)
    page = browser(staff).get(address(ticket)).text
    assert "Asha Iqbal, the Helpdesk team" in page
    assert "We aim to have it done by the end of Wednesday 2 December 2026." in page
    assert "We are on it" in page


def test_the_requester_never_sees_the_inside(ticket, staff, agent, browser):
    note(ticket, "They always say that", by=agent)
    page = browser(staff).get(address(ticket)).text
    assert "They always say that" not in page
    assert "priority" not in page.lower()


def test_a_question_waits_for_them_and_an_answer_takes_it_on(ticket, staff, agent, browser):
    hold(ticket, HoldReason.REQUESTER, by=agent, message="Which telephone?")
    client = browser(staff)
    assert "We need an answer from you" in client.get("/").text
    assert "Waiting for you" in client.get("/tickets").text
    assert "Answer us" in client.get(address(ticket)).text
    answer = client.post(address(ticket, "/replies"), data={"body": "Reception"})
    assert answer.status_code == 303
    assert ticket.status is Status.IN_PROGRESS
    assert "Reception" in client.get(address(ticket)).text


def test_it_works_now(ticket, staff, agent, browser):
    resolve(ticket, Resolution.FIXED, "New cable", by=agent)
    client = browser(staff)
    assert "we close it on Wednesday 25 November 2026" in client.get(address(ticket)).text
    assert "Does it work now?" in client.get("/").text
    client.post(address(ticket, "/closing"), data={"once": "a"})
    assert ticket.status is Status.CLOSED
    client.post(address(ticket, "/closing"), data={"once": "a"})
    assert client.post(address(ticket, "/closing"), data={"once": "b"}).status_code == 409


def test_still_not_working_says_what(ticket, staff, agent, browser, outbox):
    assign(ticket, agent, by=agent)
    resolve(ticket, Resolution.FIXED, "New cable", by=agent)
    client = browser(staff)
    page = client.post(address(ticket, "/reopening"), data={"wrong": " "})
    assert page.status_code == 422
    assert "Say what is still not working" in page.text
    assert ticket.status is Status.RESOLVED
    client.post(address(ticket, "/reopening"), data={"wrong": "Silent again"})
    assert (ticket.status, ticket.reopen_count) == (Status.IN_PROGRESS, 1)
    assert outbox()[-1] == (agent.email, f"Reply to {ticket.reference}: The telephone is silent")


def test_it_can_be_cancelled_with_or_without_a_reason(ticket, staff, browser):
    client = browser(staff)
    assert client.post(address(ticket, "/cancellation"), data={"why": "x" * 301}).status_code == 422
    client.post(address(ticket, "/cancellation"), data={"why": ""})
    assert ticket.status is Status.CANCELLED


def test_writing_about_something_finished_opens_another(ticket, staff, agent, browser):
    resolve(ticket, Resolution.FIXED, "New cable", by=agent)
    close(ticket)
    answer = browser(staff).post(address(ticket, "/replies"), data={"body": "Silent once more"})
    assert answer.status_code == 303
    assert ticket.reference not in answer.headers["Location"]
    page = browser(staff).get(answer.headers["Location"]).text
    assert ticket.reference in page
    assert (
        "we opened a new one" in browser(staff).get(answer.headers["Location"]).text
        or "Silent once more" in page
    )


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        ({"body": ""}, "The reply is empty"),
        ({"body": "\x00\x07 "}, "The reply is empty"),
        ({"body": "x" * 20_001}, "no more than 20,000 characters"),
        ({"body": "See this", "files": (b"", "empty.png")}, "“empty.png” is empty"),
        ({"body": "See this", "files": (b"MZ", "../../run.exe")}, "“run.exe” cannot be attached"),
    ],
)
def test_a_reply_that_cannot_be_taken_says_why_and_keeps_the_words(data, sentence, ticket, staff, browser):
    sent = {**data}
    if "files" in data:
        content, name = data["files"]
        sent["files"] = (io.BytesIO(content), name)  # used up by sending it
    page = browser(staff).post(address(ticket, "/replies"), data=sent)
    assert page.status_code == 422
    assert sentence in page.text
    if data["body"].isalpha():
        assert data["body"] in page.text
    assert ticket.messages == []


def test_a_photo_comes_back_as_a_download(ticket, staff, browser, other_staff):
    client = browser(staff)
    client.post(
        address(ticket, "/replies"), data={"body": "Look", "files": (io.BytesIO(b"<b>hi</b>"), "a;b'c.txt")}
    )
    (file,) = ticket.attachments
    answer = client.get(address(ticket, f"/files/{file.id}"))
    assert answer.data == b"<b>hi</b>"
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in answer.headers["Content-Security-Policy"]
    assert browser(other_staff).get(address(ticket, f"/files/{file.id}")).status_code == 404


def test_a_file_of_a_note_is_not_for_the_requester(ticket, staff, agent, browser, upload):
    note(ticket, "Log", by=agent, files=[upload("log.txt", b"secret")])
    (file,) = ticket.attachments
    assert browser(staff).get(address(ticket, f"/files/{file.id}")).status_code == 404
    assert browser(agent).get(address(ticket, f"/files/{file.id}")).status_code == 200


def test_who_may_only_read_it_cannot_write(ticket, member, browser):
    ticket.watchers.append(member)
    client = browser(member)
    page = client.get(address(ticket)).text
    assert "Write to us about it" not in page
    assert client.post(address(ticket, "/replies"), data={"body": "Hello"}).status_code == 403


@pytest.mark.parametrize("reference", ["ICT-1", "x" * 300, "%00", "ICT-10001%0d%0a", "🦆"])
def test_what_is_not_there_is_not_found(reference, desk, staff, browser):
    assert browser(staff).get(f"/tickets/{reference}").status_code == 404


def test_open_and_finished_are_told_apart_and_old_ones_come_page_by_page(make_ticket, staff, browser):
    for number in range(27):
        cancel(make_ticket(subject=f"Old matter {number:02}"), by=staff)
    make_ticket(subject="Still open")
    page = browser(staff).get("/tickets").text
    assert "Still open" in page
    assert "Old matter 26" in page
    assert "Old matter 01" not in page
    older = page.partition("before=")[2].partition('"')[0]
    page = browser(staff).get(f"/tickets?before={older}").text
    assert "Old matter 01" in page
    assert "Still open" not in page
    assert browser(staff).get("/tickets?before=nonsense").status_code == 200


@pytest.mark.parametrize("rows", [1, 25])
def test_pages_cost_the_same_however_long(rows, make_ticket, staff, agent, browser, count_queries, upload):
    ticket = make_ticket()
    for number in range(rows):
        make_ticket(subject=f"Another {number}")
        hold(make_ticket(), HoldReason.REQUESTER, by=agent, message="Which?")
        reply(ticket, f"Word {number}", by=agent, files=[upload("a.txt", b"a")])
    client = browser(staff)
    db.session.expire_all()
    for page in ("/", "/tickets", address(ticket)):
        client.get(page)  # what seldom changes is read now
        with count_queries() as queries:
            assert client.get(page).status_code == 200
        assert len(queries) <= 8, "\n".join([page, *queries])


def test_an_agent_finds_what_they_asked_for_themselves(desk, agent, browser):
    asked = raise_ticket(
        requester=agent, subject="My chair squeaks", description="", by=agent, channel=Channel.SELF_SERVICE
    )
    db.session.commit()
    assert asked.subject in browser(agent).get("/requests").text
