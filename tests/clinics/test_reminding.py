"""Reminders: by the wall clock or by elapsed time, once, and never for what is past or cancelled."""

import threading
import time as stopwatch
from datetime import UTC, date, datetime, time, timedelta

import pytest
import sqlalchemy as sa

from ictsupport import clock, jobs
from ictsupport.clinics.booking import book_slot, move_booking
from ictsupport.clinics.calling_off import call_off_clinic, cancel_booking, undo_calling_off
from ictsupport.clinics.reminding import arranging, sending
from ictsupport.clinics.reminding.models import ClinicReminder, ClinicReminderRule
from ictsupport.clinics.reminding.moments import Rule
from ictsupport.clinics.reminding.rules import SameRule, end_rule, rules_kept, save_rule
from ictsupport.clinics.series.changing import Which, change_dates
from ictsupport.clinics.waiting.models import WaitingEntry
from ictsupport.clinics.waiting.offering import accept
from ictsupport.clinics.waiting.replacing import place_everybody_anew
from ictsupport.database import db
from ictsupport.mail import Outgoing
from ictsupport.people.models import Person

from ..beside import Beside
from .crowd import slot_number

THURSDAY_NINE = datetime(2026, 11, 19, 9, 0, tzinfo=UTC)
FRIDAY_NOON = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
DAY_BEFORE = Rule(1, 1, time(9), None)
TWO_HOURS = Rule(2, None, None, 120)


@pytest.fixture
def reminded(outbox):
    """reminded(moment) does what is due by then and lists the reminders sent since the beginning."""

    def at(moment):
        with clock.at(moment):
            jobs.enqueue("clinics.remind")
            jobs.run_all()
        return [
            (address, subject.removesuffix(": your iPad clinic"))
            for address, subject in outbox()
            if subject.endswith("your iPad clinic")
        ]

    return at


def became() -> list[tuple[str, str]]:
    """(state, why it was missed) of every reminder, the earliest first."""
    rows = db.session.scalars(
        sa.select(ClinicReminder)
        .order_by(ClinicReminder.due_at, ClinicReminder.id)
        .execution_options(populate_existing=True)
    )
    return [(row.state, row.missed_why) for row in rows]


def dues() -> list[datetime]:
    return sorted(db.session.scalars(sa.select(ClinicReminder.due_at)))


def test_reminders_go_out_the_day_before_and_two_hours_before_each_once(clinic, member, reminded):
    book_slot(clinic.slots[0], member, by=member)
    assert dues() == [THURSDAY_NINE, FRIDAY_NOON]
    first, second = (member.email, "Tomorrow at 2pm"), (member.email, "Today at 2pm")
    assert reminded(THURSDAY_NINE - timedelta(minutes=1)) == []
    assert reminded(THURSDAY_NINE) == [first]
    assert reminded(THURSDAY_NINE + timedelta(hours=1)) == [first]
    assert reminded(FRIDAY_NOON) == [first, second]
    assert reminded(FRIDAY_NOON + timedelta(minutes=5)) == [first, second]


@pytest.mark.parametrize("server", ["UTC", "Europe/London", "America/New_York"])
def test_over_both_changes_of_clocks_a_day_is_of_the_wall_and_hours_are_elapsed(server, monkeypatch):
    """Wherever the server's own clock stands. In 2027 clocks go forward on 28 March and back on 31 October."""
    monkeypatch.setenv("TZ", server)
    stopwatch.tzset()
    try:
        london = "Europe/London"
        forward = datetime(2027, 3, 28, 1, 0, tzinfo=UTC)  # 2am: the first minute of summer time
        back = datetime(2027, 10, 31, 2, 0, tzinfo=UTC)  # 2am: an hour after the clocks went back
        assert DAY_BEFORE.due(datetime(2027, 3, 28, 13, tzinfo=UTC), london).hour == 9  # Saturday, winter
        assert DAY_BEFORE.due(datetime(2027, 3, 29, 13, tzinfo=UTC), london).hour == 8  # Sunday, summer
        assert DAY_BEFORE.due(datetime(2027, 10, 31, 14, tzinfo=UTC), london).hour == 8
        assert DAY_BEFORE.due(datetime(2027, 11, 1, 14, tzinfo=UTC), london).hour == 9
        assert TWO_HOURS.due(forward, london) == datetime(2027, 3, 27, 23, 0, tzinfo=UTC)
        assert TWO_HOURS.due(back, london) == datetime(2027, 10, 31, 0, 0, tzinfo=UTC)
        skipped = Rule(3, 1, time(1, 30), None).due(datetime(2027, 3, 29, 13, tzinfo=UTC), london)
        assert skipped == datetime(2027, 3, 28, 1, 30, tzinfo=UTC)  # 1:30am does not exist: 2:30am
        twice = Rule(3, 1, time(1, 30), None).due(datetime(2027, 11, 1, 14, tzinfo=UTC), london)
        assert twice == datetime(2027, 10, 31, 0, 30, tzinfo=UTC)  # 1:30am comes twice: the first
    finally:
        monkeypatch.undo()
        stopwatch.tzset()


def test_reminders_move_with_the_booking_and_are_not_sent_twice_for_one_moment(
    clinic, make_clinic, member, host, reminded
):
    later = make_clinic(day=date(2026, 11, 27))
    booking = book_slot(clinic.slots[0], member, by=member)
    move_booking(booking, later.slots[0], by=member)
    assert reminded(FRIDAY_NOON) == []
    week = timedelta(days=7)
    assert len(reminded(THURSDAY_NINE + week)) == 1
    with clock.at(THURSDAY_NINE + week):  # the same day at 2:20pm: nine is still nine, and past
        move_booking(booking, later.slots[1], by=host)
    assert len(reminded(THURSDAY_NINE + week)) == 1
    assert len(reminded(FRIDAY_NOON + week)) == 1
    assert len(reminded(FRIDAY_NOON + week + timedelta(minutes=20))) == 2


def test_they_move_with_a_change_of_the_clinic(clinic, make_plan, member, host):
    book_slot(clinic.slots[0], member, by=member)
    change_dates(clinic, make_plan(opens=time(15), closes=time(16)), Which.THIS, by=host, version=1)
    assert dues() == [THURSDAY_NINE, FRIDAY_NOON + timedelta(hours=1)]


def test_nobody_is_reminded_of_what_is_cancelled_or_past(clinic, member, rival, reminded):
    cancel_booking(book_slot(clinic.slots[0], member, by=member), by=member)
    book_slot(clinic.slots[1], rival, by=rival)
    assert reminded(clinic.ends_at) == []
    assert {state for state, _ in became()} == {"missed"}
    whys = {why for _, why in became()}
    assert whys == {arranging.CANCELLED, sending.OVERTAKEN, sending.PAST}


def test_who_books_after_its_moment_has_just_been_told(clinic, member, reminded):
    with clock.at(THURSDAY_NINE + timedelta(hours=2)):
        book_slot(clinic.slots[0], member, by=member)
    assert became() == [("missed", arranging.GONE), ("scheduled", "")]
    assert [subject for _, subject in reminded(FRIDAY_NOON)] == ["Today at 2pm"]


def test_after_downtime_a_late_reminder_goes_out_if_it_is_of_use_and_only_the_latest(
    clinic, member, rival, reminded
):
    book_slot(clinic.slots[0], member, by=member)
    assert reminded(THURSDAY_NINE + timedelta(hours=20)) == [(member.email, "Today at 2pm")]
    book_slot(clinic.slots[1], rival, by=rival)
    assert reminded(FRIDAY_NOON + timedelta(hours=1))[1:] == [
        (member.email, "Today at 2pm"),
        (rival.email, "Today at 2:20pm"),
    ]
    assert ("missed", sending.OVERTAKEN) in became()


def test_while_a_calling_off_can_be_undone_reminders_wait(clinic, member, host, reminded):
    book_slot(clinic.slots[0], member, by=member)
    with clock.at(THURSDAY_NINE):
        call_off_clinic(clinic, reason="No heating", by=host)
        db.session.flush()
        assert reminded(THURSDAY_NINE) == []
        undo_calling_off(clinic, by=host)
    assert len(reminded(THURSDAY_NINE + timedelta(minutes=2))) == 1


def test_who_is_placed_anew_is_reminded_of_the_new_time_once_they_take_it(
    clinic, make_clinic, member, host, calendars, reminded
):
    make_clinic(day=date(2026, 11, 27))
    book_slot(clinic.slots[0], member, by=member)
    calling_off = call_off_clinic(clinic, reason="No heating", by=host)
    with clock.at(calling_off.due_at):
        place_everybody_anew({"calling_off": calling_off.id})
        (entry,) = db.session.scalars(sa.select(WaitingEntry))
        accept(entry, by=member)
    week = timedelta(days=7)
    assert dues() == [THURSDAY_NINE, FRIDAY_NOON, THURSDAY_NINE + week, FRIDAY_NOON + week]
    assert [state for state, _ in became()] == ["missed", "missed", "scheduled", "scheduled"]
    assert reminded(FRIDAY_NOON) == []
    assert len(reminded(THURSDAY_NINE + week)) == 1


def test_a_rule_that_is_changed_moves_what_is_scheduled_and_nobody_goes_without(
    clinic, make_clinic, member, rival, manager, reminded
):
    later = make_clinic(day=date(2026, 11, 27))
    book_slot(clinic.slots[0], member, by=member)
    book_slot(later.slots[0], rival, by=rival)
    day_before, hours = rules_kept()
    save_rule(day_before, days=3, wall=time(8, 30), by=manager, seen=1)
    week = timedelta(days=7)
    assert dues()[0] == THURSDAY_NINE  # 8:30am on Tuesday has passed: they keep what they had
    assert THURSDAY_NINE - timedelta(days=2, minutes=30) + week in dues()
    save_rule(ClinicReminderRule(), minutes=30, by=manager)
    assert len(dues()) == 6
    with pytest.raises(SameRule):
        save_rule(hours, minutes=30, by=manager)
    end_rule(hours, by=manager)
    assert became().count(("missed", arranging.RULE_ENDED)) == 2
    assert len(reminded(FRIDAY_NOON)) == 1


def test_a_booking_that_a_new_rule_did_not_see_gets_its_reminder_within_the_hour(clinic, member):
    book_slot(clinic.slots[0], member, by=member)
    db.session.execute(sa.delete(ClinicReminder))
    arranging.arrange_missing()
    arranging.arrange_missing()
    assert dues() == [THURSDAY_NINE, FRIDAY_NOON]


def test_without_an_address_nothing_is_sent_and_it_says_so(clinic, member, reminded):
    book_slot(clinic.slots[0], member, by=member)
    member.email = None
    assert reminded(THURSDAY_NINE) == []
    assert became()[0] == ("missed", sending.NO_ADDRESS)


def test_what_is_due_for_many_costs_a_few_statements_to_find(
    make_clinic, make_person, council, count_queries
):
    """Each that goes out has its letter, its journal entry and its mark; to find them costs the same however many."""
    clinic = make_clinic(places=12, slot_minutes=60)
    for number in range(12):
        member = make_person(f"Cllr Number {number}", council, ward="Mill")
        book_slot(clinic.slots[0], member, by=member)
    db.session.flush()
    with count_queries() as queries, clock.at(THURSDAY_NINE):
        sending.send_due({})
    assert len([each for each in queries if each.lstrip().startswith("SELECT")]) <= 6


def test_the_page_says_when_and_the_manager_changes_it(clinic, member, manager, browser):
    booking = book_slot(clinic.slots[0], member, by=member)
    page = browser(member).get(f"/clinics/bookings/{booking.id}").text
    assert "9am tomorrow" in page
    desk = browser(manager)
    assert "The day before at 9am" in desk.get("/clinics/reminders").text
    rule = rules_kept()[0].id
    answer = desk.post(
        f"/clinics/reminders/{rule}", data={"how": "days", "days": "1", "at": "", "version": "1"}
    )
    assert answer.status_code == 422
    assert "at a time of day" in answer.text
    sent = {"how": "days", "days": "1", "at": "8:30am", "minutes": "120", "version": "1"}
    assert desk.post(f"/clinics/reminders/{rule}", data=sent).status_code == 303
    assert dues()[0] == THURSDAY_NINE - timedelta(minutes=30)
    stale = desk.post(f"/clinics/reminders/{rule}", data={**sent, "at": "10am"})
    assert "Somebody changed this reminder" in stale.text


def test_two_workers_at_once_send_each_reminder_once(crowd_app):
    with crowd_app.app_context():
        members = db.session.scalars(sa.select(Person).where(Person.name.like("Cllr%")).limit(12)).all()
        for member, number in zip(members, [0] * 6 + [1] * 6, strict=True):
            book_slot(slot_number(number), member, by=member)
        db.session.execute(sa.update(ClinicReminder).values(due_at=clock.now() - timedelta(hours=1)))
        db.session.commit()
    start = threading.Barrier(2)

    def work() -> None:
        with crowd_app.app_context():
            start.wait()
            sending.send_due({})
            db.session.commit()

    workers = [threading.Thread(target=work) for _ in range(2)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(60)
    with crowd_app.app_context():
        to = sa.select(Outgoing.to_id).where(Outgoing.template == "clinics/reminder")
        sent = list(db.session.scalars(to))
        assert len(sent) == len(set(sent)) == 12


def remind_and_be_killed(say):
    remind = sending.remind

    def remind_and_wait(booking):
        remind(booking)
        db.session.flush()
        say("written")
        stopwatch.sleep(60)

    sending.remind = remind_and_wait
    jobs.LEASE = timedelta(seconds=0.5)
    jobs.run_all()


def test_a_kill_between_letter_and_mark_sends_one_reminder(crowd_app):
    with crowd_app.app_context():
        member = db.session.scalars(sa.select(Person).where(Person.name == "Cllr 0")).one()
        book_slot(slot_number(0), member, by=member)
        db.session.execute(sa.delete(jobs.Job))
        db.session.execute(sa.update(ClinicReminder).values(due_at=clock.now() - timedelta(hours=1)))
        jobs.enqueue("clinics.remind")
        db.session.commit()
    victim = Beside(crowd_app, remind_and_be_killed)
    assert victim.hear() == "written"
    victim.kill()
    stopwatch.sleep(0.6)
    with crowd_app.app_context():
        jobs.run_all()
        jobs.enqueue("clinics.remind")
        jobs.run_all()
        letters = sa.select(sa.func.count()).where(Outgoing.template == "clinics/reminder")
        assert db.session.scalar(letters) == 1
        assert sorted(state for state, _ in became()) == ["missed", "sent"]
