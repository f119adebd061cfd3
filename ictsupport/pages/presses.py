"""One press of a button makes one thing, however often it arrives.

Every form carries a random key (`once`). A view guarded by @once writes the
key down at the start of its transaction; a second press with the same key
waits for the first, finds it there, and is sent where the first one was.
"""

import functools
import secrets
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, ParamSpec

from flask import flash, g, redirect, request
from flask.typing import ResponseReturnValue
from flask_login import current_user
from sqlalchemy import String, bindparam, delete, insert, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Mapped, mapped_column

from .. import clock, jobs, scheduler
from ..database import Model, db, table_of

P = ParamSpec("P")


class Press(Model):
    """A form that was sent, and where its sender was led."""

    key: Mapped[str] = mapped_column(String(64), primary_key=True)
    person_id: Mapped[int | None]
    at: Mapped[datetime]
    location: Mapped[str] = mapped_column(String(500), default="")


_PRESSES = table_of(Press)
_WRITE_DOWN = insert(_PRESSES)
_LED_TO = update(_PRESSES).where(_PRESSES.c.key == bindparam("pressed")).values(location=bindparam("led_to"))
"""Every form that is sent comes through both, so they are put together only once."""


def new_key() -> str:
    """A fresh key for a form's hidden `once` field."""
    return secrets.token_urlsafe(18)


def once(view: Callable[P, ResponseReturnValue]) -> Callable[P, ResponseReturnValue]:
    """Guard a view: a POST whose `once` key has been seen is answered like the first, and does nothing.

    The view ends a successful POST with done(); without it (a form that has to
    be corrected) the key is forgotten with the rest of the transaction.
    """

    @functools.wraps(view)
    def guarded(*args: P.args, **kwargs: P.kwargs) -> ResponseReturnValue:
        key = request.form.get("once", "")[:64] if request.method == "POST" else ""
        if not key:
            return view(*args, **kwargs)
        row = {"key": key, "person_id": getattr(current_user, "id", None), "at": clock.now(), "location": ""}
        try:
            db.session.connection().execute(_WRITE_DOWN, row)
        except IntegrityError:
            db.session.rollback()
            return _answer_again(key)
        g.press = key
        return view(*args, **kwargs)

    return guarded


def done(location: str, message: str | None = None) -> ResponseReturnValue:
    """Commit what the view did and lead the person on, with a word about what was done."""
    key: str | None = g.pop("press", None)
    if key is not None:
        db.session.connection().execute(_LED_TO, {"pressed": key, "led_to": location[:500]})
    db.session.commit()
    if message:
        flash(message)
    return redirect(location, code=303)


def keep_meanwhile() -> None:
    """Commit what a view kept on the way, although its form is not done and may be sent again."""
    key: str | None = g.pop("press", None)
    if key is not None:
        db.session.connection().execute(delete(_PRESSES).where(_PRESSES.c.key == key))
    db.session.commit()


def _answer_again(key: str) -> ResponseReturnValue:
    first = db.session.get(Press, key)
    if first is None or first.person_id != getattr(current_user, "id", None) or not first.location:
        return redirect(request.path, code=303)
    flash("That was already done; pressing twice did nothing more.")
    return redirect(first.location, code=303)


@jobs.handles("pages.forget_presses")
def _forget(_payload: dict[str, Any]) -> None:
    db.session.execute(delete(Press).where(Press.at < clock.now() - timedelta(days=2)))


scheduler.every("pages.forget_presses", hours=12)
