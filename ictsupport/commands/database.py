"""ictsupport db: the database's shape."""

import click
from flask.cli import AppGroup

from ..database import db
from ..schema import downgrade, tell_current, upgrade
from ..tickets.request_types.keeping import enter_shipped

group = AppGroup("db", help="Look after the database.")


@group.command("upgrade")
@click.argument("revision", default="head")
def upgrade_to(revision: str) -> None:
    """Bring the tables up to what this version of the program needs. A new installation gets its request types."""
    upgrade(revision=revision)
    if revision == "head" and (entered := enter_shipped()):
        db.session.commit()
        click.echo(f"{entered} request types are entered; keep them under Settings.")
    click.echo(f"The database is at {revision}.")


@group.command("downgrade")
@click.argument("revision")
def downgrade_to(revision: str) -> None:
    """Take the tables back to an earlier revision."""
    downgrade(revision=revision)
    click.echo(f"The database is at {revision}.")


@group.command("current")
def show_current() -> None:
    """Show at which revision the database is."""
    tell_current()
