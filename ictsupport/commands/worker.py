"""ictsupport worker: background work in a process of its own."""

import signal
import threading

import click
from flask import current_app
from flask.cli import AppGroup

from .. import jobs
from ..scheduler import Worker

group = AppGroup("worker", help="Do the background work: mail, clocks, reminders.")


@group.command("run")
@click.option("--threads", default=1, show_default=True, help="How many jobs to do at once.")
def run(threads: int) -> None:
    """Tick by the timetable and do what is due, until stopped."""
    stop = threading.Event()
    for sign in (signal.SIGTERM, signal.SIGINT):
        signal.signal(sign, lambda *_: stop.set())
    worker = Worker(current_app._get_current_object(), threads=threads)  # type: ignore[attr-defined]
    worker.start()
    click.echo("Working. Press Ctrl-C to stop.")
    stop.wait()
    worker.stop()


@group.command("once")
def once() -> None:
    """Do everything that is due now, and stop."""
    click.echo(f"{jobs.run_all()} jobs were taken in hand.")
