"""Questions that get no answer: two reminders, then resolved with an easy way back."""

from datetime import UTC, datetime

import pytest

from ictsupport import clock
from ictsupport.tickets.holding import hold
from ictsupport.tickets.models import HoldReason, Resolution, Status
from ictsupport.tickets.parts import _conditions, before_resolving
from ictsupport.tickets.reminding.unanswered import remind_and_resolve
from ictsupport.tickets.replying import reply

WEDNESDAY, FRIDAY, NEXT_WEDNESDAY = (datetime(2026, 11, day, 10, 30, tzinfo=UTC) for day in (18, 20, 25))
TWO_WEEKS, THREE_WEEKS = (datetime(2026, 12, day, 10, 30, tzinfo=UTC) for day in (2, 9))


@pytest.fixture
def asked(ticket, agent):
    """A question to the requester, put on Wednesday at 10am."""
    hold(ticket, HoldReason.REQUESTER, by=agent, message="Which telephone is it?")
    return ticket


@pytest.fixture
def mails(outbox):
    """mails() are the subjects of what was written about a question that had no answer."""
    return lambda: [
        subject.partition(":")[0]
        for _, subject in outbox()
        if subject.startswith(("We still need", "We have stopped"))
    ]


def look(moment):
    with clock.at(moment):
        return remind_and_resolve()


def test_before_two_working_days_nobody_is_reminded(asked, mails):
    assert look(WEDNESDAY) == 0
    assert look(datetime(2026, 11, 20, 9, tzinfo=UTC)) == 0
    assert mails() == []


def test_reminded_after_two_and_five_working_days_once_each(asked, mails):
    for moment in (FRIDAY, FRIDAY, NEXT_WEDNESDAY, NEXT_WEDNESDAY):
        look(moment)
    assert mails() == ["We still need an answer from you"] * 2
    assert asked.status is Status.ON_HOLD


def test_after_ten_it_is_resolved_and_a_reply_takes_it_up_again(asked, staff, mails):
    for moment in (FRIDAY, NEXT_WEDNESDAY, TWO_WEEKS, TWO_WEEKS):
        look(moment)
    assert (asked.status, asked.resolution) == (Status.RESOLVED, Resolution.NO_FAULT)
    assert "have had no answer" in asked.resolution_notes
    assert mails()[2:] == ["We have stopped working on this"]
    with clock.at(THREE_WEEKS):
        reply(asked, "The one on my desk", by=staff)
    assert (asked.status, asked.reopen_count) == (Status.IN_PROGRESS, 1)


def test_after_downtime_only_the_latest_reminder_goes_out(asked, mails):
    look(NEXT_WEDNESDAY)
    assert mails() == ["We still need an answer from you"]
    look(NEXT_WEDNESDAY)
    assert len(mails()) == 1


def test_nobody_s_ticket_is_resolved_before_the_last_reminder_has_had_its_time(asked, mails):
    look(TWO_WEEKS)  # nothing ran until now
    look(TWO_WEEKS)
    assert mails() == ["We still need an answer from you"]
    assert asked.status is Status.ON_HOLD
    look(THREE_WEEKS)
    assert asked.status is Status.RESOLVED


def test_an_answer_ends_it_and_another_question_begins_anew(asked, staff, agent, mails):
    look(FRIDAY)
    with clock.at(FRIDAY):
        reply(asked, "The one on my desk", by=staff)
    assert look(NEXT_WEDNESDAY) == 0
    with clock.at(NEXT_WEDNESDAY):
        hold(asked, HoldReason.REQUESTER, by=agent, message="Is it plugged in?")
    assert look(datetime(2026, 11, 26, 10, tzinfo=UTC)) == 0
    assert look(datetime(2026, 11, 27, 11, tzinfo=UTC)) == 1
    assert len(mails()) == 2


def test_on_hold_until_a_day_it_counts_from_that_day(ticket, agent, mails):
    until = datetime(2026, 11, 27, tzinfo=UTC).date()
    hold(ticket, HoldReason.REQUESTER, by=agent, message="When are you back?", until=until)
    assert look(datetime(2026, 11, 30, 16, tzinfo=UTC)) == 0
    assert look(datetime(2026, 12, 1, 9, tzinfo=UTC)) == 1


def test_what_waits_for_somebody_else_is_left_alone(ticket, agent):
    hold(ticket, HoldReason.SUPPLIER, by=agent, message="We have asked the supplier.")
    assert look(THREE_WEEKS) == 0


def test_what_must_be_done_first_keeps_it_from_being_resolved(asked, mails):
    @before_resolving
    def letter(_ticket):
        return "Print the letter first."

    try:
        for moment in (FRIDAY, NEXT_WEDNESDAY, TWO_WEEKS):
            look(moment)
    finally:
        _conditions.pop(f"{letter.__module__}.{letter.__name__}")
    assert asked.status is Status.ON_HOLD


def test_a_confidential_question_is_not_in_the_mail(make_ticket, agent, desk, app):
    from ictsupport.database import db
    from ictsupport.mail import Outgoing

    desk["helpdesk"].cleared.append(agent)
    ticket = make_ticket(confidential=True)
    hold(ticket, HoldReason.REQUESTER, by=agent, message="Was it safeguarding?")
    look(FRIDAY)
    text = db.session.scalars(db.select(Outgoing.text).order_by(Outgoing.id.desc())).first()
    assert "safeguarding" not in text
    assert "confidential" in text
