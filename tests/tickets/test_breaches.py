"""A target that runs out is noticed within a minute, and told once."""

import threading
from concurrent.futures import ThreadPoolExecutor

from sqlalchemy import select, text

from ictsupport import clock, jobs, scheduler
from ictsupport.database import db
from ictsupport.journal import Entry
from ictsupport.tickets.models import ClockKind, HoldReason
from ictsupport.tickets.targets.breaches import sweep_breaches
from ictsupport.tickets.targets.clocks import Stage
from ictsupport.tickets.targets.timing import first_response, pause, start_clocks

from .clock_cast import at, breaches_told, furnish, response, ticket_maker, ticket_with_clocks  # noqa: F401


def sweep(hour: float) -> int:
    with clock.at(at(hour)):
        return sweep_breaches()


def test_nothing_is_breached_at_the_moment_the_target_runs_out(ticket):
    assert sweep(14) == 0
    assert response(ticket).breached_at is None


def test_a_breach_is_marked_with_its_own_moment_and_told_once(ticket):
    assert (sweep(14.5), sweep(15)) == (1, 0)
    assert (response(ticket).breached_at, response(ticket).breaches_at) == (at(14), None)
    assert response(ticket).stage is Stage.RUNNING
    assert (ticket.past_target_at, ticket.due_sort) == (at(14), at(14))
    assert breaches_told() == 1


def test_what_the_breach_was_is_in_the_journal(ticket):
    sweep(15)
    entry = db.session.scalars(select(Entry).where(Entry.kind == "tickets.TargetBreached")).one()
    assert entry.data == {"clock": ClockKind.RESPONSE.value, "breached_at": at(14).isoformat()}


def test_an_answered_or_paused_ticket_is_not_breached(make_ticket):
    answered, held = make_ticket(), make_ticket()
    for each in (answered, held):
        start_clocks(each, at(10))
    first_response(answered, at(11))
    pause(held, HoldReason.REQUESTER, at(11))
    assert sweep(16.9) == 0


def test_an_answer_after_the_sweep_does_not_tell_again(ticket):
    sweep(15)
    first_response(ticket, at(16))
    assert (response(ticket).stage, response(ticket).breached_at) == (Stage.MISSED, at(14))
    assert breaches_told() == 1


def test_what_was_missed_while_nothing_ran_is_caught_up_with(make_ticket):
    for _ in range(5):
        start_clocks(make_ticket(), at(10))
    with clock.at(at(10, day=26)):
        assert sweep_breaches(limit=3) == 6  # three tickets, each past both targets
        assert sweep_breaches() == 4
        assert sweep_breaches() == 0


def test_the_background_sweep_does_not_raise_the_version(ticket):
    version, updated = ticket.version, ticket.updated_at
    sweep(15)
    assert (ticket.version, ticket.updated_at) == (version, updated)


def test_the_timetable_sweeps_every_minute(ticket):
    (appointment,) = [each for each in scheduler.timetable() if each.kind == "tickets.breaches"]
    assert appointment.every.total_seconds() == 60
    with clock.at(at(15)):
        appointment.tick()
        jobs.run_all()
    db.session.expire_all()
    assert response(ticket).breached_at == at(14)


def test_the_sweep_reads_an_index_and_not_the_table(ticket, kind):
    query = "SELECT ticket_id FROM clock WHERE stage = 'running' AND breaches_at < '2026-11-18' ORDER BY breaches_at"
    if kind == "sqlite":
        plan = str(db.session.execute(text(f"EXPLAIN QUERY PLAN {query}")).all())
    else:
        db.session.execute(text("SET LOCAL enable_seqscan = off"))
        plan = str(db.session.execute(text(f"EXPLAIN {query}")).all())
    assert "ix_clock_breaches" in plan


def test_two_sweeps_at_the_same_moment_tell_once(real_app, kind):
    """Two workers that both find the clocks due: the second must find them marked."""
    with real_app.app_context():
        tickets = furnish(20)

    def work(_number: int) -> int:
        with real_app.app_context(), clock.at(at(15)):
            gate.wait()
            found = sweep_breaches()
            db.session.commit()
            return found

    gate = threading.Barrier(2)
    with ThreadPoolExecutor(2) as pool:
        marked = sum(pool.map(work, range(2)))
    with real_app.app_context(), clock.at(at(15)):
        marked += sweep_breaches()
        assert marked == breaches_told() == tickets
