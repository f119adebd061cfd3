"""What comes again raises its ticket: each time once, and after downtime only the latest."""

import re
from datetime import UTC, date, datetime, time

import pytest
from sqlalchemy import func, select

from ictsupport import clock
from ictsupport.database import db
from ictsupport.journal.queries import entries_about
from ictsupport.people.models import Grant, Person, Role
from ictsupport.people.scopes import scoped_to
from ictsupport.tickets.models import Channel, Ticket
from ictsupport.tickets.recurring.keeping import (
    NotYourCouncil,
    add_recurring,
    change_recurring,
    pause,
    resume,
)
from ictsupport.tickets.recurring.making import make_due
from ictsupport.tickets.recurring.models import RecurringTicket
from ictsupport.tickets.recurring.schedule import monthly_on_weekday

from .test_races import at_once, house  # noqa: F401  (a fixture)

FIRST_MONDAY = datetime(2026, 12, 7, 9, 0, tzinfo=UTC)
FACTS = {
    "subject": "Check the backups",
    "rule": monthly_on_weekday(1, 0),
    "starts_on": date(2026, 11, 1),
    "at": time(9),
}


@pytest.fixture
def backups(desk, manager):
    return add_recurring(council=None, requester=manager, by=manager, **FACTS)


def made(moment):
    with clock.at(moment):
        return make_due()


def test_it_is_raised_when_its_time_has_come_and_not_before(backups):
    assert backups.next_at == FIRST_MONDAY
    assert made(datetime(2026, 12, 7, 8, 59, tzinfo=UTC)) == []
    (ticket,) = made(FIRST_MONDAY)
    assert (ticket.subject, ticket.channel, ticket.requester) == (
        "Check the backups",
        Channel.MONITORING,
        backups.requester,
    )
    assert backups.next_at == datetime(2027, 1, 4, 9, tzinfo=UTC)


def test_each_time_is_made_once(backups):
    made(FIRST_MONDAY)
    backups.next_at = FIRST_MONDAY  # as another worker might still see it
    db.session.flush()
    assert made(FIRST_MONDAY) == []


def test_after_downtime_only_the_latest_is_made_up_for(backups):
    (ticket,) = made(datetime(2027, 3, 15, 9, tzinfo=UTC))
    assert ticket.opened_at == datetime(2027, 3, 15, 9, tzinfo=UTC)
    assert backups.next_at == datetime(2027, 4, 5, 8, tzinfo=UTC)
    assert made(datetime(2027, 3, 16, 9, tzinfo=UTC)) == []


def test_paused_it_does_not_come_and_what_was_missed_is_not_made_up_for(backups, manager):
    pause(backups, by=manager)
    assert made(FIRST_MONDAY) == []
    with clock.at(datetime(2026, 12, 20, tzinfo=UTC)):
        resume(backups, by=manager)
        assert make_due() == []
    assert backups.next_at == datetime(2027, 1, 4, 9, tzinfo=UTC)


def test_where_it_cannot_be_raised_that_is_said_and_the_next_time_is_tried_again(backups, manager):
    manager.left_on = date(2026, 11, 30)
    db.session.flush()
    assert made(FIRST_MONDAY) == []
    assert "has left" in backups.trouble
    assert backups.next_at == datetime(2027, 1, 4, 9, tzinfo=UTC)


def test_a_change_counts_for_the_next_time_and_stands_in_the_journal(backups, manager):
    change_recurring(backups, council=None, by=manager, **{**FACTS, "at": time(14)})
    assert backups.next_at == datetime(2026, 12, 7, 14, tzinfo=UTC)
    added, changed = (entry.data["changes"] for entry in entries_about(backups))
    assert added["comes"] == [None, "the first Monday of every month"]
    assert changed == {"at": ["9am", "2pm"]}


def test_a_manager_of_one_council_sets_up_nothing_for_all(desk, make_person, council):
    lesser = make_person("Lee Small", council)
    lesser.grants.append(Grant(role=Role.MANAGER, **scoped_to(council)))
    db.session.flush()
    with pytest.raises(NotYourCouncil):
        add_recurring(council=None, requester=lesser, by=lesser, **FACTS)
    add_recurring(council=council, requester=lesser, by=lesser, **FACTS)


def test_two_workers_at_once_make_one_ticket(real_app, house):  # noqa: F811
    with real_app.app_context():
        ann = db.session.get_one(Person, house["ann"])
        db.session.add(
            RecurringTicket(
                **scoped_to(None), **FACTS, requester=ann, next_at=datetime(2026, 1, 1, tzinfo=UTC)
            )
        )
        row = db.session.scalars(select(RecurringTicket)).one()
        row.starts_on = date(2020, 1, 1)
        db.session.commit()
    assert at_once(real_app, make_due, make_due, make_due) == []
    with real_app.app_context():
        assert db.session.scalar(select(func.count()).where(Ticket.subject == FACTS["subject"])) == 1


ANSWERS = {
    "subject": "Check the backups",
    "description": "All of them",
    "ticket_type": "service request",
    "council": "",
    "system": "",
    "impact": "3",
    "urgency": "3",
    "how": "weekday",
    "interval": "1",
    "nth": "1",
    "weekday": "0",
    "starts_on-day": "1",
    "starts_on-month": "11",
    "starts_on-year": "2026",
    "at": "9am",
}


def looked_at_and_saved(client, address, answers):
    """Look at what would come, then save it; returns what was to be looked at."""
    page = client.post(address, data={**answers, "stamp": hidden("stamp", client.get(address).text)}).text
    kept = {name: hidden(name, page) for name in ("stamp", "seen")}
    answer = client.post(address, data={**answers, **kept})
    assert answer.status_code == 303, answer.text
    return page


def hidden(name, page):
    return re.search(rf'name="{name}"[^>]* value="([^"]*)"', page)[1]


def test_on_the_pages_it_is_entered_shown_with_its_next_dates_changed_and_paused(desk, manager, browser):
    client, answers = browser(manager), {**ANSWERS, "requester": manager.email}
    shown = looked_at_and_saved(client, "/settings/recurring-tickets/new", answers)
    assert "would be raised the first Monday of every month" in shown
    assert "Monday 7 December 2026 at 9am; Monday 4 January 2027 at 9am" in shown
    page = client.get("/settings/recurring-tickets").text
    assert "The first Monday of every month, 9am" in page
    for day in ("7 Dec 2026", "4 Jan 2027", "1 Feb 2027"):
        assert day in page
    row = db.session.scalars(select(RecurringTicket)).one()
    here = f"/settings/recurring-tickets/{row.id}"
    form = client.get(here).text
    assert 'value="9am"' in form
    assert "It comes the first Monday of every month." in form
    looked_at_and_saved(client, here, {**answers, "how": "weekly", "weekdays": ["4"]})
    assert "Every week on Friday" in client.get("/settings/recurring-tickets").text
    old = {**answers, "stamp": hidden("stamp", form)}
    assert "Somebody else changed this" in client.post(here, data=old).text
    client.post(f"{here}/pause")
    assert "Paused" in client.get("/settings/recurring-tickets").text
    client.post(f"{here}/resumption")
    assert "Paused" not in client.get("/settings/recurring-tickets").text


def test_what_is_missing_is_asked_for_and_what_was_typed_is_kept(desk, manager, browser):
    data = {**ANSWERS, "requester": manager.email, "how": "weekly"}
    answer = browser(manager).post("/settings/recurring-tickets/new", data=data)
    assert answer.status_code == 422
    assert "Tick at least one weekday" in answer.text
    assert 'value="Check the backups"' in answer.text
