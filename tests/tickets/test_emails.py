"""What we write to whom when something happens to a ticket."""

from datetime import date, timedelta

import pytest
from sqlalchemy import select

from ictsupport.database import db
from ictsupport.mail import Outgoing
from ictsupport.people.models import Delegation
from ictsupport.tickets.desk.calling import Ending, take_call
from ictsupport.tickets.holding import hold
from ictsupport.tickets.models import Channel, HoldReason, Resolution
from ictsupport.tickets.replying import note, reply
from ictsupport.tickets.resolving import cancel, close, reopen, resolve
from ictsupport.tickets.triage import assign

from ..cast import keep
from ..conftest import NOW


@pytest.fixture
def mails(app):
    """mails() lists (address, template) of what was written since the last time."""
    seen = set()

    def read():
        rows = [
            row for row in db.session.scalars(select(Outgoing).order_by(Outgoing.id)) if row.id not in seen
        ]
        seen.update(row.id for row in rows)
        return [(row.to_address, row.template.removeprefix("tickets/")) for row in rows]

    return read


def last():
    return db.session.scalars(select(Outgoing).order_by(Outgoing.id.desc())).first()


def test_the_requester_hears_of_everything_that_matters_to_them(ticket, staff, agent, mails):
    assert mails() == [(staff.email, "raised")]
    reply(ticket, "We are on it", by=agent)
    hold(ticket, HoldReason.REQUESTER, by=agent, message="Which one?")
    note(ticket, "Hm", by=agent)
    hold(ticket, HoldReason.SUPPLIER, by=agent)
    resolve(ticket, Resolution.FIXED, "New cable", by=agent)
    reopen(ticket, by=agent)
    cancel(ticket, by=agent, reason="Twice")
    told = ["replied", "question", "resolved", "reopened", "cancelled"]
    assert mails() == [(staff.email, template) for template in told]


def test_nobody_is_told_what_they_did_themselves(ticket, staff, agent, mails):
    assign(ticket, agent, by=agent)
    mails()
    note(ticket, "Hm", by=agent)
    reply(ticket, "Any news?", by=staff)
    assert mails() == [(agent.email, "requester_replied")]
    resolve(ticket, Resolution.FIXED, "New cable", by=agent)
    mails()
    close(ticket, by=staff)
    assert mails() == []


def test_the_timetable_closes_without_a_letter(ticket, agent, mails):
    resolve(ticket, Resolution.FIXED, "New cable", by=agent)
    mails()
    close(ticket)
    assert mails() == []


def test_an_agent_is_told_what_is_theirs(ticket, agent, manager, mails):
    mails()
    assign(ticket, agent, by=manager)
    assert mails() == [(agent.email, "assigned")]
    assert "Priority 4, staff, Northbrook, response due 10am tomorrow." in last().text
    assign(ticket, manager, by=manager)
    assign(ticket, None, by=manager)
    assert mails() == []


def test_a_reply_that_reopens_is_one_letter(ticket, staff, agent, mails):
    assign(ticket, agent, by=agent)
    resolve(ticket, Resolution.FIXED, "New cable", by=agent)
    mails()
    reply(ticket, "Silent again", by=staff)
    assert mails() == [(agent.email, "requester_replied")]


def test_the_delegate_who_raised_it_hears_too_while_the_grant_lasts(make_ticket, member, staff, agent, mails):
    grant = keep(
        Delegation(member=member, delegate=staff, scopes=["raise", "view"], starts_on=date(2026, 1, 1))
    )
    ticket = make_ticket(requester=member, by=staff)
    reply(ticket, "On it", by=agent)
    assert mails() == [
        (member.email, "raised"),
        (staff.email, "raised"),
        (member.email, "replied"),
        (staff.email, "replied"),
    ]
    grant.ends_on = date(2026, 11, 17)
    reply(ticket, "Done soon", by=agent)
    assert mails() == [(member.email, "replied")]


def test_mail_about_something_confidential_says_nothing_of_it(make_ticket, agent, manager, desk, mails):
    desk["helpdesk"].cleared.extend([agent, manager])
    ticket = make_ticket(
        confidential=True, subject="About my grievance", description="He said so", needed_for="Hearing"
    )
    assign(ticket, agent, by=manager)
    reply(ticket, "About the grievance", by=manager)
    hold(ticket, HoldReason.REQUESTER, by=manager, message="Which grievance?")
    reply(ticket, "The grievance of May", by=ticket.requester)
    resolve(ticket, Resolution.ADVICE, "Grievance sent on", by=manager)
    reopen(ticket, by=ticket.requester, reason="Grievance stands")
    cancel(ticket, by=manager, reason="Grievance withdrawn")
    written = db.session.scalars(select(Outgoing)).all()
    assert len(written) >= 8
    for each in written:
        assert "grievance" not in (each.subject + each.text).lower(), each.template
        assert ticket.reference in each.subject


def test_all_mail_about_a_ticket_is_one_thread_and_links_to_it(ticket, agent):
    reply(ticket, "On it", by=agent)
    written = db.session.scalars(select(Outgoing)).all()
    assert {each.thread for each in written} == {f"ticket-{ticket.id}"}
    assert {(each.about_kind, each.about_id) for each in written} == {("ticket", ticket.id)}
    assert all(f"/tickets/{ticket.reference}" in each.text for each in written)


def test_the_letter_says_what_happens_next_and_by_when(make_ticket, agent):
    ticket = make_ticket(by=agent, channel=Channel.PHONE)
    assert "Asha Iqbal has asked us for help for you" in last().text
    assert "We aim to have it done by the end of Wednesday 2 December 2026." in last().text
    resolve(ticket, Resolution.FIXED, "New cable", by=agent)
    assert "What was done: New cable" in last().text
    assert "It works now" in last().text


def test_a_call_that_is_done_at_once_is_one_letter_that_says_all(desk, staff, agent, mails):
    def call(**ending):
        return take_call(
            staff,
            by=agent,
            subject="No sound",
            description="",
            channel=Channel.PHONE,
            ending=Ending(**ending),
        )

    done = call(resolution=Resolution.FIXED, notes="Unmuted it")
    assert mails() == [(staff.email, "resolved")]
    letter = last()
    assert letter.subject == f"Does it work now? {done.reference}: No sound"
    assert f"Asha Iqbal has asked us for help for you. Your reference is {done.reference}," in letter.text
    assert "What was done: Unmuted it" in letter.text
    call(promised_at=NOW + timedelta(hours=2))
    assert mails() == [(staff.email, "raised")]
    assert "What happens next: We ring you back: " in last().text
    reopen(done, by=staff, reason="Silent again")
    resolve(done, Resolution.FIXED, "New cable", by=agent)
    assert "has asked us" not in last().text
