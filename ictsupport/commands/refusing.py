"""What a command says instead of showing the program's insides: one sentence, and what to do."""

from typing import Any

import click
from flask.cli import FlaskGroup, ScriptInfo
from pydantic import ValidationError
from sqlalchemy.exc import DBAPIError

from ..config import in_words
from ..database import db
from ..errors import Refusal
from ..pages import health


class Commands(FlaskGroup):
    """Commands whose refusals, wrong settings and unfit databases end them with a sentence. Nothing is committed then."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except Refusal as refusal:
            raise click.ClickException(str(refusal)) from refusal
        except ValidationError as error:
            raise click.ClickException(in_words(error)) from error
        except DBAPIError as error:
            said = _about_the_database(ctx, error)
            if said is None:
                raise
            raise click.ClickException(said) from error


def _about_the_database(ctx: click.Context, error: DBAPIError) -> str | None:
    """What is the matter with the database itself; None where it is well, and the fault another."""
    with ctx.ensure_object(ScriptInfo).load_app().app_context():
        try:
            answers, tables = health.standing()
        finally:
            db.session.remove()
    if answers != "ok":
        reason = str(error.orig).strip().partition("\n")[0]
        return f"The database cannot be reached ({reason}). Look at DATABASE_URL and ICTSUPPORT_INSTANCE."
    if tables != "ok":
        return f"{tables[0].upper()}{tables[1:]}. Run: ictsupport db upgrade"
    return None
