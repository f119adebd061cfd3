"""Tickets by e-mail: a mail may do what its sender could do on the page, and less."""

import base64
import re
from datetime import timedelta
from email.message import EmailMessage

import pytest
import sqlalchemy as sa

from ictsupport import clock, jobs
from ictsupport.database import db
from ictsupport.mail import Outgoing, receiving
from ictsupport.mail.delivery import compose
from ictsupport.mail.models import IncomingMessage, IncomingState
from ictsupport.people.models import DelegateScope, Delegation
from ictsupport.tickets.by_email import taking
from ictsupport.tickets.by_email.models import Mailed
from ictsupport.tickets.holding import hold
from ictsupport.tickets.models import Channel, HoldReason, MessageKind, Resolution, Status, Ticket
from ictsupport.tickets.related.merging import merge
from ictsupport.tickets.replying import reply
from ictsupport.tickets.resolving import close, resolve

from ..cast import keep
from ..conftest import NOW
from .test_attachments import PNG

QUOTED = "\r\n\r\nOn Wed, 18 Nov 2026 at 10:00, ICT support wrote:\r\n> Hello,\r\n> what do you see?\r\n"


def mail(
    sender, subject="The printer smokes", text="It smokes.", *, answers=None, files=(), html="", **headers
):
    """A message as somebody sends it; `answers` is one of ours."""
    message = EmailMessage()
    message["From"] = f"{sender.name} <{sender.email}>" if hasattr(sender, "name") else sender
    message["To"] = "ICT support <ictsupport@localhost>"
    message["Subject"] = subject
    message["Message-ID"] = f"<{abs(hash((subject, text, str(headers))))}@northbrook.example>"
    if answers is not None:
        message["In-Reply-To"] = answers.message_id
        message["References"] = f"ticket-{answers.about_id} {answers.message_id}"
    for name, value in headers.items():
        message[name.replace("_", "-")] = value
    message.set_content(text)
    if html:
        message.add_alternative(html, subtype="html")
    for name, kind, content in files:
        message.add_attachment(content, *kind.split("/"), filename=name)
    return message.as_bytes()


def came(raw):
    """What became of a message that came in."""
    assert receiving.receive(raw)
    jobs.run_all()
    return db.session.scalars(sa.select(IncomingMessage).order_by(IncomingMessage.id.desc())).first()


def sent_to(person, ticket):
    """The last message of ours to the person about the ticket."""
    found = sa.select(Outgoing).where(Outgoing.to_id == person.id, Outgoing.about_id == ticket.id)
    return db.session.scalars(found.order_by(Outgoing.id.desc())).first()


def tickets():
    return db.session.scalars(sa.select(Ticket).order_by(Ticket.id)).all()


def of_message(message):
    return db.session.scalars(sa.select(Mailed).where(Mailed.message_id == message.id)).one()


def test_a_mail_that_names_no_ticket_raises_one_as_the_page_does(desk, staff, outbox):
    raw = mail(
        staff,
        "Re: The printer smokes",
        "It smokes.\r\n-- \r\nTina, room 4",
        files=[("smoke.png", "image/png", PNG)],
    )
    taken = came(raw)
    (ticket,) = tickets()
    assert (taken.state, taken.taken_by) == (IncomingState.TAKEN, "tickets")
    assert taken.outcome == f"It raised {ticket.reference}."
    assert (ticket.subject, ticket.description) == ("The printer smokes", "It smokes.")
    assert (ticket.requester, ticket.channel, ticket.status) == (staff, Channel.EMAIL, Status.NEW)
    assert ticket.routed_because
    assert [file.name for file in ticket.attachments] == ["smoke.png"]
    assert outbox() == [(staff.email, f"We have your request {ticket.reference}: The printer smokes")]
    assert (ticket.mailed.rest, ticket.mailed.sender) == (
        "-- \nTina, room 4",
        f"Tina Worsley <{staff.email}>",
    )
    assert not receiving.receive(b"Received: on another way\r\n" + raw)
    jobs.enqueue("mail.take", {"incoming": taken.id})
    jobs.run_all()
    assert len(tickets()) == 1


def test_an_answer_takes_a_ticket_off_hold_and_its_quotation_is_kept_apart(ticket, staff, agent, outbox):
    hold(ticket, HoldReason.REQUESTER, by=agent, message="What do you see?")
    asked = sent_to(staff, ticket)
    taken = came(mail(staff, "Hello", "A light." + QUOTED, answers=asked))
    assert taken.outcome == f"It is a reply on {ticket.reference}."
    message = ticket.messages[-1]
    assert (message.body, message.author, message.from_requester) == ("A light.", staff, True)
    assert (message.channel, message.kind) == (Channel.EMAIL, MessageKind.REPLY)
    assert ticket.status is Status.IN_PROGRESS
    assert of_message(message).rest.endswith("> what do you see?")
    assert len(tickets()) == 1


def test_an_answer_reopens_what_is_resolved_and_follows_what_is_closed(ticket, staff, agent):
    resolve(ticket, Resolution.FIXED, "New cable", by=agent)
    said = sent_to(staff, ticket)
    came(mail(staff, "Hello", "Still silent.", answers=said))
    assert (ticket.status, ticket.reopen_count) == (Status.IN_PROGRESS, 1)
    resolve(ticket, Resolution.FIXED, "New telephone", by=agent)
    close(ticket, by=agent)
    taken = came(mail(staff, "Hello", "Silent once more.", answers=said))
    follower = tickets()[-1]
    assert (follower.follows, follower.description) == (ticket, "Silent once more.")
    assert (follower.channel, follower.mailed.incoming_id) == (Channel.EMAIL, taken.id)
    assert ticket.status is Status.CLOSED


def test_an_answer_about_a_merged_ticket_lands_on_the_one_that_stands_for_it(
    make_ticket, ticket, staff, member, agent
):
    merged = make_ticket(requester=member, subject="No dialling tone")
    said = sent_to(member, merged)
    merge(ticket, [merged], by=agent)
    taken = came(mail(member, "Hello", "Here too.", answers=said))
    message = ticket.messages[-1]
    assert (message.body, message.via_id, message.from_requester) == ("Here too.", merged.id, True)
    assert taken.outcome == f"It is a reply on {ticket.reference}."


@pytest.mark.parametrize("by", ["message", "subject"])
def test_who_has_nothing_to_do_with_a_ticket_never_gets_into_it(ticket, staff, member, by):
    said = sent_to(staff, ticket)
    answers = said if by == "message" else None
    came(mail(member, f"Re: {ticket.reference}", "Let me in.", answers=answers))
    assert ticket.messages == []
    assert [each.requester for each in tickets()] == [staff, member]
    taken = came(mail("eve@elsewhere.example", f"Re: {ticket.reference}", "Me too.", answers=answers))
    assert (taken.state, taken.outcome) == (
        IncomingState.NOT_UNDERSTOOD,
        "Nobody here has the address that it comes from.",
    )
    assert (len(tickets()), ticket.messages, ticket.watchers) == (2, [], [])


def test_the_reference_in_the_subject_is_enough_for_whoever_asked(ticket, staff):
    came(mail(staff, f"about {ticket.reference.lower()} again", "More."))
    assert [message.body for message in ticket.messages] == ["More."]


def test_a_watcher_is_heard_by_the_desk_alone_and_changes_nothing(ticket, staff, member, agent):
    ticket.watchers.append(member)
    hold(ticket, HoldReason.REQUESTER, by=agent, message="What do you see?")
    taken = came(mail(member, f"{ticket.reference}", "I see it too."))
    message = ticket.messages[-1]
    assert (message.kind, message.author, message.body) == (MessageKind.NOTE, member, "I see it too.")
    assert ticket.status is Status.ON_HOLD
    assert "somebody who watches it" in taken.outcome
    ticket.confidential = True
    came(mail(member, f"{ticket.reference}", "And now?"))
    assert ticket.messages[-1] is message
    assert tickets()[-1].requester == member


def test_who_watches_a_merged_ticket_is_heard_on_the_one_that_stands_for_it(
    make_ticket, ticket, member, agent
):
    merged = make_ticket(subject="No dialling tone")
    merged.watchers.append(member)
    merge(ticket, [merged], by=agent)
    reply(ticket, "We are on it", by=agent)
    came(mail(member, "Hello", "Here too.", answers=sent_to(member, ticket)))
    message = ticket.messages[-1]
    assert (message.kind, message.author, message.body) == (MessageKind.NOTE, member, "Here too.")


def test_a_delegate_answers_for_the_member_as_long_as_they_may(make_ticket, member, staff):
    scopes = [DelegateScope.RAISE.value, DelegateScope.VIEW.value]
    grant = keep(Delegation(member=member, delegate=staff, scopes=scopes, starts_on=NOW.date()))
    ticket = make_ticket(requester=member, by=staff)
    said = sent_to(staff, ticket)
    came(mail(staff, "Hello", "For the councillor.", answers=said))
    message = ticket.messages[-1]
    assert (message.author, message.for_whom) == (staff, member)
    grant.ended_at = NOW
    taken = came(mail(staff, "Hello", "Once more.", answers=said))
    assert "cannot be answered by mail" in taken.outcome
    assert ticket.messages[-1] is message


def test_nobody_works_a_ticket_by_mail(ticket, staff, agent, outbox):
    ticket.assignee = agent
    reply(ticket, "Urgent", by=staff)
    told = sent_to(agent, ticket)
    before = len(outbox())
    for text in ("Fixed, restart it.", "And again."):
        taken = came(mail(agent, "Hello", text, answers=told))
        assert "cannot be answered by mail" in taken.outcome
    assert taken.state is IncomingState.NOT_UNDERSTOOD
    assert [message.body for message in ticket.messages] == ["Urgent"]
    assert (ticket.status, ticket.first_responded_at) == (Status.NEW, None)
    assert outbox()[before:] == [(agent.email, f"Not taken: {ticket.reference}: {ticket.subject}")]
    assert len(tickets()) == 1


@pytest.mark.parametrize(
    ("headers", "why"),
    [
        ({"Auto_Submitted": "auto-replied"}, "automatic message"),
        ({"Subject_": "x", "Precedence": "bulk"}, "to a list, or to many"),
        ({"List_Id": "<all.northbrook.example>"}, "to a list, or to many"),
        ({"Return_Path": "<>"}, "no return path"),
        ({"X_Autoreply": "yes"}, "automatic reply"),
        ({"subject": "Automatic reply: Hello"}, "out-of-office"),
        ({"Authentication_Results": "mx.example; dmarc=fail"}, "may be forged"),
    ],
)
def test_what_a_program_sends_or_may_be_forged_changes_nothing_and_is_not_answered(
    headers, why, ticket, staff, outbox
):
    said, before = sent_to(staff, ticket), len(outbox())
    headers = dict(headers)
    taken = came(mail(staff, headers.pop("subject", "Hello"), "Away.", answers=said, **headers))
    assert taken.state is IncomingState.NOT_UNDERSTOOD
    assert why in taken.outcome
    assert (len(tickets()), ticket.messages, len(outbox())) == (1, [], before)


def test_our_own_messages_that_come_back_are_known(ticket, staff):
    said = sent_to(staff, ticket)
    raw = mail(staff, "Hello").replace(b"Message-ID: <", b"Old: <")
    back = f"Message-ID: {said.message_id}\r\n".encode() + raw
    assert "message of the service itself" in came(back).outcome
    assert "message of the service itself" in came(mail("ictsupport@localhost")).outcome
    assert len(tickets()) == 1


def test_two_desks_that_answer_each_other_stop_soon(desk, staff, outbox):
    """The other desk says with every message of ours that it has it, and does not say that it is a program."""
    came(mail(staff, "First"))
    for round_ in range(5):
        ours = db.session.scalars(sa.select(Outgoing).order_by(Outgoing.id.desc())).first()
        came(mail(staff, f"We have your message: {ours.subject}", f"Round {round_}"))
    assert (len(tickets()), len(outbox())) == (1, 1)


def test_only_so_many_are_taken_within_an_hour(desk, staff, app, monkeypatch):
    monkeypatch.setattr(app.config["SETTINGS"], "mail_most_an_hour", 2)
    for number in range(3):
        taken = came(mail(staff, f"Number {number}"))
    assert len(tickets()) == 2
    assert "More than 2 messages" in taken.outcome
    with clock.at(NOW + timedelta(hours=1)):
        came(mail(staff, "Number 3"))
    assert len(tickets()) == 3


def test_files_that_are_not_taken_are_named_and_the_sender_hears(desk, staff, outbox):
    files = [(f"{n}.png", "image/png", PNG) for n in range(6)]
    came(
        mail(
            staff,
            files=[
                ("run.exe", "application/x-msdownload", b"MZ"),
                *files,
                ("winmail.dat", "application/ms-tnef", b"x"),
            ],
        )
    )
    (ticket,) = tickets()
    assert [file.name for file in ticket.attachments] == ["0.png", "1.png", "2.png", "3.png", "4.png"]
    said = ticket.mailed.left_out
    assert "“run.exe” cannot be attached" in said
    assert "“5.png” is one too many" in said
    assert "“winmail.dat” holds files that only Outlook can open" in said
    assert outbox()[1:] == [(staff.email, f"Without some files: {ticket.reference}: {ticket.subject}")]
    assert said in sent_to(staff, ticket).text


def test_words_that_do_not_fit_come_as_a_file(desk, staff):
    came(mail(staff, text="word " * 6_000))
    (ticket,) = tickets()
    assert len(ticket.description) <= 20_000
    assert [(file.name, file.size) for file in ticket.attachments] == [("whole message.txt", 30_000)]


def test_a_mail_without_words_changes_nothing(ticket, staff):
    taken = came(mail(staff, "Hello", " ", answers=sent_to(staff, ticket)))
    assert "no words in it" in taken.outcome
    assert ticket.messages == []


def test_what_a_mail_about_a_confidential_ticket_is_called_is_not_listed(make_ticket, staff):
    ticket = make_ticket(confidential=True)
    taken = came(mail(staff, f"{ticket.reference}: my manager", "As I said."))
    assert (taken.subject, [message.body for message in ticket.messages]) == ("", ["As I said."])


HTML = (
    '<p onclick="x()">Look <b>here</b>: <a href="https://evil.example/login">northbrook.example</a></p>'
    '<script>steal()</script><form action="/x"><input name="y"></form><img src="cid:smoke"><img src="https://t.example/p.png" alt="Logo">'
)


def test_the_page_shows_the_words_first_and_the_layout_only_on_a_page_of_its_own(
    desk, staff, agent, browser, count_queries
):
    raw = mail(
        staff, text="Look here" + QUOTED, html=HTML, files=[("run.exe", "application/x-msdownload", b"MZ")]
    )
    picture = (
        b"Content-Type: image/png; name=smoke.png\r\nContent-ID: <smoke>\r\nContent-Transfer-Encoding: base64\r\n\r\n"
        + base64.encodebytes(PNG)
    )
    boundary = re.search(rb'boundary="(.*?)"', raw)[1]
    came(
        raw.replace(
            b"--" + boundary + b"--", b"--" + boundary + b"\r\n" + picture + b"\r\n--" + boundary + b"--"
        )
    )
    (ticket,) = tickets()
    reply(ticket, "What colour?", by=agent)
    came(mail(staff, "Hello", "Black." + QUOTED, answers=sent_to(staff, ticket)))
    mail_id, message, picture_id = ticket.mailed.id, ticket.messages[-1].id, ticket.attachments[0].id
    desk_of = browser(agent)
    with count_queries() as queries:
        page = desk_of.get(f"/tickets/{ticket.reference}").text
    assert len(queries) <= 10  # as many as where nothing came by mail
    assert page.count("Quoted text and signature") == 2
    assert "From Tina Worsley &lt;tina.worsley@northbrook.example&gt;" in page
    assert "“run.exe” cannot be attached" in page
    assert f'href="/mails/{mail_id}"' in page
    assert "steal()" not in page
    answer = desk_of.get(f"/mails/{mail_id}")
    for shown in (
        f'<img src="/tickets/{ticket.reference}/files/{picture_id}" alt="">',
        '<a href="https://evil.example/login" rel="noopener noreferrer nofollow">northbrook.example</a> [evil.example]',
        "[image not loaded: Logo]",
    ):
        assert shown in answer.text
    for hidden in ("steal", "onclick", '<form action="/x"', "t.example"):
        assert hidden not in answer.text
    policy = answer.headers["Content-Security-Policy"]
    assert "img-src 'self'" in policy
    assert "require-trusted-types-for 'script'" in policy
    own = browser(staff).get(f"/tickets/{ticket.reference}").text
    assert own.count("Quoted text and signature") == 2
    assert f"message-{message}" in own
    assert "/mails/" not in own
    ticket.confidential = True
    assert desk_of.get(f"/mails/{mail_id}").status_code == 404


def test_a_layout_that_is_not_kept_any_longer_is_said_to_be_gone(desk, staff, agent, browser):
    taken = came(mail(staff, html=HTML))
    taken.raw = None
    (ticket,) = tickets()
    page = browser(agent).get(f"/mails/{ticket.mailed.id}").text
    assert "kept for 90 days" in page


def test_administrators_do_not_read_what_became_part_of_a_ticket(desk, staff, administrator, browser):
    taken = came(mail(staff))
    assert browser(administrator).get(f"/post-office/incoming/{taken.id}/source").status_code == 404


def test_mail_waits_while_files_cannot_be_kept(desk, staff, monkeypatch, app, tmp_path):
    monkeypatch.setattr(app.config["SETTINGS"], "file_store", "/proc/nowhere")
    taken = came(mail(staff, files=[("smoke.png", "image/png", PNG)]))
    assert taken.state is IncomingState.WAITING
    monkeypatch.setattr(app.config["SETTINGS"], "file_store", str(tmp_path))
    with clock.at(NOW + timedelta(minutes=5)):
        jobs.run_all()
    db.session.refresh(taken)
    assert taken.state is IncomingState.TAKEN
    assert len(tickets()[0].attachments) == 1


class Killed(BaseException):
    pass


def test_a_kill_between_two_steps_loses_nothing_and_does_nothing_twice(ticket, staff, monkeypatch, outbox):
    def die(*_):
        raise Killed

    raw = mail(staff, ticket.reference, "More.")
    before = len(outbox())
    receiving.receive(raw)
    db.session.commit()
    with monkeypatch.context() as patched:
        patched.setattr(taking, "remember", die)
        with pytest.raises(Killed):
            jobs.run_all()
    db.session.rollback()
    assert ticket.messages == []
    assert not receiving.receive(raw)
    for _ in range(2):
        with clock.at(NOW + timedelta(minutes=5)):
            jobs.run_all()
    db.session.expire_all()
    assert [message.body for message in ticket.messages] == ["More."]
    assert len(outbox()) == before
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Mailed)) == 1


def test_our_letters_ask_for_an_answer_where_one_is_read(ticket, staff, app, monkeypatch, make_ticket):
    assert "Answer this e-mail" not in sent_to(staff, ticket).text
    monkeypatch.setattr(app.config["SETTINGS"], "mail_inbox", "help@northbrook.example")
    said = sent_to(staff, make_ticket(subject="Another"))
    assert "Answer this e-mail, or see it and add a photograph: http" in said.text
    assert compose(said)["Reply-To"] == "help@northbrook.example"
