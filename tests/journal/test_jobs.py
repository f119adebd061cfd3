"""Work put down in the database is done once, whatever happens to the worker."""

import time
from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask import Flask

from ictsupport import clock, jobs
from ictsupport.database import db
from ictsupport.pages.presses import Press
from ictsupport.scheduler import Worker, timetable

from ..beside import Beside
from ..conftest import NOW


@pytest.fixture
def noted(context):
    """A kind of job that leaves a mark in the database."""
    jobs.handles("test.note")(lambda payload: db.session.add(Press(key=payload["key"], at=clock.now())))
    return lambda: set(db.session.scalars(sa.select(Press.key)))


def test_a_job_is_done_once(noted):
    jobs.enqueue("test.note", {"key": "a"})
    assert jobs.run_all() == 1
    assert jobs.run_all() == 0
    assert noted() == {"a"}


def test_a_job_waits_for_its_time(noted):
    jobs.enqueue("test.note", {"key": "later"}, at=NOW + timedelta(minutes=5))
    assert jobs.run_all() == 0
    with clock.at(NOW + timedelta(minutes=5)):
        assert jobs.run_all() == 1


def test_the_same_period_is_put_down_once(noted):
    assert jobs.enqueue_once("test.note", "sweep:1", {"key": "a"})
    assert not jobs.enqueue_once("test.note", "sweep:1", {"key": "a"})
    assert jobs.run_all() == 1


def test_what_a_late_worker_did_is_not_kept(noted):
    jobs.enqueue("test.note", {"key": "late"})
    db.session.commit()
    (mine,) = jobs.claim("me")
    with clock.at(NOW + jobs.LEASE):
        assert [taken.id for taken in jobs.claim("another")] == [mine.id]
        assert not jobs.do(mine, "me")
    assert noted() == set()


def test_a_failing_job_is_tried_again_later_and_in_the_end_given_up(context):
    def fail(_payload):
        raise OSError("no line")

    jobs.handles("test.fail")(fail)
    jobs.enqueue("test.fail")
    assert jobs.run_all() == 1
    job = db.session.scalars(sa.select(jobs.Job).where(jobs.Job.kind == "test.fail")).one()
    db.session.refresh(job)
    assert job.failed_at is None
    assert "no line" in job.error
    assert job.run_at > NOW
    with clock.at(NOW + jobs.GIVE_UP_AFTER + timedelta(hours=1)):
        jobs.run_all()
        db.session.refresh(job)
        assert job.failed_at


def test_what_is_wanted_daily_comes_where_one_starts_anew_daily(real_app: Flask):
    worker, wanted = Worker(real_app, threads=0), {each.kind for each in timetable()}
    worker.start()
    try:
        for _ in range(100):
            with real_app.app_context():
                there = set(db.session.scalars(sa.select(jobs.Job.kind)))
            if wanted <= there:
                break
            time.sleep(0.1)
    finally:
        worker.stop()
    assert wanted <= there


def work(say):
    def note(payload):
        db.session.add(Press(key=payload["key"], at=clock.now()))
        db.session.flush()
        say(payload["key"])
        time.sleep(0.01)

    jobs.handles("test.note")(note)
    jobs.LEASE = timedelta(seconds=1.5)
    me = jobs.worker_name()
    while True:
        if not jobs.run_due(me, limit=20):
            time.sleep(0.05)


def test_a_worker_killed_in_the_middle_loses_and_doubles_nothing(real_app: Flask):
    jobs_wanted = 60
    with real_app.app_context():
        for n in range(jobs_wanted):
            jobs.enqueue("test.note", {"key": f"job-{n}"})
        db.session.commit()
        db.session.remove()
        processes = [victim := Beside(real_app, work)]
        try:
            deadline = time.monotonic() + 120
            for _ in range(5):  # of the twenty that it has taken
                victim.hear()
            processes.append(Beside(real_app, work))
            victim.kill()
            while done() < jobs_wanted and time.monotonic() < deadline:
                time.sleep(0.05)
            assert done() == jobs_wanted
            assert db.session.scalar(sa.select(sa.func.count()).select_from(Press)) == jobs_wanted
            assert db.session.scalar(sa.select(sa.func.max(jobs.Job.attempts))) == 2
        finally:
            for process in processes:
                process.kill()


def done() -> int:
    db.session.rollback()
    count = db.session.scalar(sa.select(sa.func.count()).where(jobs.Job.done_at.is_not(None)))
    db.session.rollback()
    return count
