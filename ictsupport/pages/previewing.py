"""Settings are looked at before they are saved.

A form of settings is sent twice: the first time it is answered with what the
change would alter, and only what was looked at is saved the second time. It
also carries a mark of what it was made from, by which somebody else's change
is noticed.

    outcome = consider(form, preview=lambda: Preview(["..."]), save=lambda: "Saved.", row=queue, facts=...)
    if outcome.saved:
        return done(url_for(".queues"), outcome.saved)
    return render_template("...", form=form, preview=outcome.preview)
"""

import hashlib
import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

from flask import request
from wtforms import HiddenField

from ..database import Model, db, lock
from ..errors import Refusal
from .forms import Form, kind_of

NOT_ANSWERS = ("seen", "csrf_token", "once")


class Stale(Refusal):
    reason = "Somebody else changed this while you had the page open. Look at it again before you save."


def stamp_of(*facts: Any) -> str:
    """A mark of what a form was made from, by which a change made meanwhile is noticed."""
    return hashlib.sha256(json.dumps(facts, default=str, sort_keys=True).encode()).hexdigest()[:24]


class PreviewForm(Form):
    """A form that is looked at before it is saved: `seen` marks the answers whose effect was shown."""

    stamp = HiddenField()
    seen = HiddenField()

    @property
    def answers(self) -> str:
        """A mark of what has been answered; files are marked by whoever keeps them."""
        return stamp_of(
            {
                field.name: field.data
                for field in self
                if field.name not in NOT_ANSWERS and kind_of(field) not in ("file", "files")
            }
        )

    @property
    def was_shown(self) -> bool:
        return bool(self.seen.data) and self.seen.data == self.answers


@dataclass(frozen=True)
class Table:
    """A few rows that show what would be different."""

    caption: str
    head: Sequence[str]
    rows: Sequence[Sequence[Any]]


@dataclass(frozen=True)
class Preview:
    """What a change would alter, in sentences and examples."""

    says: Sequence[str]
    tables: Sequence[Table] = ()
    warnings: Sequence[str] = ()


@dataclass(frozen=True)
class Outcome:
    """What became of a form: saved, with a word about it, or shown what it would alter, or neither yet."""

    saved: str = ""
    preview: Preview | None = None


def consider(
    form: PreviewForm,
    *,
    preview: Callable[[], Preview],
    save: Callable[[], str],
    row: Model | None = None,
    facts: Callable[[], Sequence[Any]] = tuple,
) -> Outcome:
    """Show what the form would alter, or save it if exactly that was shown and nobody changed it meanwhile.

    `facts` says what the form was made from; `row` waits for its turn first.
    Whatever `preview` does to the database is taken back.
    """
    if request.method != "POST":
        form.stamp.data = stamp_of(*facts())
        return Outcome()
    if not form.validate():
        form.seen.data = ""
        return Outcome()
    try:
        if row is not None:
            lock(row)
        stamp = stamp_of(*facts())
        if form.stamp.data != stamp:
            form.stamp.data = stamp
            raise Stale
        if form.was_shown:
            return Outcome(saved=save())
        with taken_back():
            shown = preview()
    except Refusal as refusal:
        db.session.rollback()
        form.form_errors.append(str(refusal))
        form.seen.data = ""
        return Outcome()
    form.seen.data = form.answers
    return Outcome(preview=shown)


_TRYING: ContextVar[bool] = ContextVar("_TRYING", default=False)


def is_trial() -> bool:
    """Whether what happens is only tried out: long work that follows from it can be spared."""
    return _TRYING.get()


@contextmanager
def taken_back() -> Iterator[None]:
    """Try something out: what it wrote is taken back at the end, whatever happens."""
    db.session.flush()
    attempt = db.session.begin_nested()
    before = _TRYING.set(True)
    try:
        yield
    finally:
        _TRYING.reset(before)
        if attempt.is_active:
            attempt.rollback()
