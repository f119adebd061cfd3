"""Mail that nobody understood is looked at by an administrator and put where it belongs."""

import sqlalchemy as sa

from ictsupport import jobs
from ictsupport.database import db
from ictsupport.mail.models import IncomingMessage, IncomingState
from ictsupport.mail.receiving import receive
from ictsupport.people.models import Person
from ictsupport.tickets.models import Channel, MessageKind, Status, Ticket
from ictsupport.tickets.raising import raise_ticket

PRIVATE = (
    b"Authentication-Results: mx.northbrook.example; dmarc=fail\r\nFrom: Tina at home <tina@home.example>\r\n"
    b"Subject: Re: locked out\r\nMessage-ID: <home@home.example>\r\n\r\nI cannot sign in.\r\n-- \r\nTina\r\n"
)


def came(raw=PRIVATE):
    receive(raw)
    jobs.run_all()
    return db.session.scalars(sa.select(IncomingMessage).order_by(IncomingMessage.id.desc())).first()


def test_it_becomes_a_request_of_whoever_wrote_it(desk, staff, administrator, agent, browser, outbox):
    message = came()
    here, name = f"/post-office/incoming/{message.id}", administrator.name
    admin = browser(administrator)
    assert f'href="{here}"' in admin.get("/post-office/incoming").text
    page = admin.get(here).text
    for said in (
        "I cannot sign in.",
        "Quoted text and signature",
        "Ask whoever it says it is from",
        "tina@home.example",
    ):
        assert said in page
    nobody = admin.post(f"{here}/request", data={"requester": "Nobody at all"})
    assert (nobody.status_code, "Nobody we know matches" in nobody.text) == (422, True)
    made = admin.post(f"{here}/request", data={"requester": staff.email})
    assert made.status_code == 303
    ticket = db.session.scalars(sa.select(Ticket)).one()
    assert (ticket.subject, ticket.description) == ("locked out", "I cannot sign in.")
    assert (ticket.requester.id, ticket.opened_by.name, ticket.channel) == (staff.id, name, Channel.EMAIL)
    assert outbox() == [(staff.email, f"We have your request {ticket.reference}: locked out")]
    db.session.refresh(message)
    assert (message.state, message.taken_by) == (IncomingState.TAKEN, "tickets")
    assert message.outcome == f"{name} made {ticket.reference} of it."
    shown = browser(agent).get(f"/tickets/{ticket.reference}").text
    assert "Be careful." in shown
    assert "does not come from where mail of that address comes from (dmarc=fail)" in shown
    for address in (here, f"{here}/request", f"{here}/source"):
        assert admin.get(address).status_code == 404


def test_it_becomes_a_note_on_a_ticket_and_changes_nothing(desk, staff, administrator, browser):
    ticket = raise_ticket(requester=staff, subject="Locked", description="", by=staff, channel=Channel.PHONE)
    message, reference = came(), ticket.reference
    admin = browser(administrator)
    wrong = admin.post(f"/post-office/incoming/{message.id}/note", data={"reference": "ICT-99"})
    assert (wrong.status_code, "There is no ticket ICT-99" in wrong.text) == (422, True)
    made = admin.post(f"/post-office/incoming/{message.id}/note", data={"reference": reference.lower()})
    assert made.status_code == 303
    (note,) = ticket.messages
    assert (note.kind, note.body, note.channel) == (MessageKind.NOTE, "I cannot sign in.", Channel.EMAIL)
    assert (ticket.status, note.mailed.from_address) == (Status.NEW, "tina@home.example")
    assert db.session.get(Person, note.author_id).name == administrator.name
    assert "I cannot sign in." not in browser(staff).get(f"/tickets/{reference}").text


def test_a_confidential_ticket_is_not_there_for_administrators(desk, staff, administrator, browser):
    ticket = raise_ticket(
        requester=staff,
        subject="Grievance",
        description="",
        by=staff,
        channel=Channel.PHONE,
        confidential=True,
    )
    message, reference = came(), ticket.reference
    answer = browser(administrator).post(
        f"/post-office/incoming/{message.id}/note", data={"reference": reference}
    )
    assert (answer.status_code, f"There is no ticket {reference}" in answer.text) == (422, True)
    assert not ticket.messages


def test_what_cannot_be_filed_says_why(desk, staff, administrator, browser):
    empty = came(b"From: tina@home.example\r\nSubject: Nothing\r\n\r\n \r\n")
    page = browser(administrator).post(
        f"/post-office/incoming/{empty.id}/request", data={"requester": staff.email}
    )
    assert page.status_code == 422
    assert "There are no words in it that can be read." in page.text
