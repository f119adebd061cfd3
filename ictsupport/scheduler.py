"""The timetable: what runs how often, once across all machines.

Any number of processes may tick. A tick only puts down a job whose key names
the period, so the first to tick wins and the rest find it there; the job
itself is claimed like any other (see jobs.py).
"""

import logging
import threading
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from apscheduler.schedulers.background import BackgroundScheduler
from flask import Flask

from . import clock, jobs
from .database import db

log = logging.getLogger(__name__)
logging.getLogger("apscheduler").setLevel(logging.ERROR)

_timetable: list["Appointment"] = []


@dataclass(frozen=True)
class Appointment:
    """A kind of job and how often it is wanted."""

    kind: str
    every: timedelta

    def tick(self) -> bool:
        """Put down the job of the present period; says whether this was the first tick in it. Commits."""
        period = int(clock.now().timestamp() // self.every.total_seconds())
        first = jobs.enqueue_once(self.kind, f"{self.kind}:{period}")
        db.session.commit()
        return first


def every(kind: str, **length: float) -> None:
    """Enter a kind of job in the timetable: every("tickets.sweep", minutes=1)."""
    appointment = Appointment(kind, timedelta(**length))
    if appointment not in _timetable:
        _timetable.append(appointment)


def timetable() -> list[Appointment]:
    return list(_timetable)


class Worker:
    """Ticks by the timetable and does due jobs, in threads of this process, until stopped."""

    def __init__(self, app: Flask, threads: int = 1, pause: float = 1.0) -> None:
        self.app = app
        self.pause = pause
        self.stopping = threading.Event()
        self.threads = [
            threading.Thread(target=self._work, name=f"worker-{n}", daemon=True) for n in range(threads)
        ]
        self.scheduler = BackgroundScheduler(
            timezone=UTC, job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None}
        )

    def start(self) -> None:
        """Tick at once, and then by the timetable: whatever is wanted daily must come even where one starts anew daily."""
        for appointment in _timetable:
            self.scheduler.add_job(
                self._tick,
                "interval",
                args=[appointment],
                seconds=appointment.every.total_seconds(),
                next_run_time=datetime.now(UTC),
            )
        self.scheduler.start()
        for thread in self.threads:
            thread.start()

    def stop(self) -> None:
        """Finish the job in hand and stop."""
        self.stopping.set()
        self.scheduler.shutdown(wait=False)
        for thread in self.threads:
            thread.join(timeout=30)

    def _tick(self, appointment: Appointment) -> None:
        with self.app.app_context():
            appointment.tick()

    def _work(self) -> None:
        me = jobs.worker_name()
        while not self.stopping.is_set():
            try:
                with self.app.app_context():
                    busy = jobs.run_due(me)
            except Exception:
                log.exception("the worker could not reach its work; trying again")
                busy = 0
            if not busy:
                self.stopping.wait(self.pause)


jobs.handles("jobs.forget")(lambda _payload: jobs.forget_done())
every("jobs.forget", hours=24)
