"""ictsupport demo: a service to try, with people, tickets, clinics and contracts already in it."""

import sys
import time

import click
import waitress
from flask import current_app
from flask.cli import AppGroup
from sqlalchemy import select

from .. import settle_down
from ..config import settings
from ..database import db
from ..people.models import Council, Person
from ..scheduler import Worker
from ..schema import upgrade
from . import demonstration
from .demonstration.content import content

group = AppGroup("demo", help="Try the service with demonstration data.")

CAST = [
    ("Morgan Okafor", "helpdesk manager"),
    ("Asha Iqbal", "agent of the helpdesk"),
    ("Ruth Ainscough", "systems lead"),
    ("Dawn Rimmer", "democratic services"),
    ("Neil Catterall", "report author"),
    ("Alex Fairhurst", "administrator"),
]


@group.command("load")
@click.option("--tickets", default=demonstration.TICKETS, show_default=True, help="About how many tickets.")
@click.option("--seed", default=demonstration.SEED, show_default=True, help="Another seed, other chances.")
def load(tickets: int, seed: int) -> None:
    """Fill an empty database with demonstration data."""
    if db.session.scalar(select(Council.id).limit(1)) is not None:
        raise click.ClickException("This database is not empty. Demonstration data goes into a new one only.")
    _load(tickets, seed)


@group.command("run")
def run() -> None:
    """Make everything ready that is not, and serve it on this machine."""
    config = settings()
    upgrade()
    if db.session.scalar(select(Council.id).limit(1)) is None:
        _load(demonstration.TICKETS, demonstration.SEED)
    db.session.remove()
    service = content("councils")["service"]
    config.service_phone = config.service_phone or service["phone"]
    config.service_hours = config.service_hours or service["hours"]
    _invite(f"http://{config.host}:{config.port}/")
    app = current_app._get_current_object()  # type: ignore[attr-defined]
    settle_down()
    worker = Worker(app) if config.workers else None
    if worker:
        worker.start()
    try:
        waitress.serve(app, host=config.host, port=config.port, threads=config.threads, ident=None)
    except OSError as error:
        raise click.ClickException(
            f"Port {config.port} cannot be used ({error}). Try: make run PORT=8001"
        ) from error
    finally:
        if worker:
            worker.stop()


def _load(tickets: int, seed: int) -> None:
    started = time.monotonic()
    with click.progressbar(length=tickets, label="Making demonstration data", file=sys.stderr) as bar:
        demonstration.load(seed=seed, tickets=tickets, progress=bar.update)
    click.echo(f"Demonstration data is ready ({time.monotonic() - started:.0f} seconds).")


def _invite(address: str) -> None:
    click.echo(f"\nICT support is at {address}\n\nSign in there as anybody on the list, for example:")
    members = select(Person.name).where(Person.terms.any()).order_by(Person.id).limit(1)
    staff = (
        select(Person.name)
        .where(Person.job_title != "", Person.employer_id.is_not(None), ~Person.grants.any())
        .order_by(Person.id.desc())
        .limit(1)
    )
    cast = [*CAST, (db.session.scalar(members), "councillor"), (db.session.scalar(staff), "staff")]
    for name, role in cast:
        click.echo(f"  {name}, {role}")
    click.echo("\nNothing leaves this machine: mail is kept on the post-office page. Stop with Ctrl-C.\n")
    db.session.remove()
