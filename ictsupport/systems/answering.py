"""What the pages of this package have in common: who may come in, and a form that leads to one verb."""

from collections.abc import Callable
from typing import Any

from flask import abort, render_template, request
from flask.typing import ResponseReturnValue

from ..database import db
from ..errors import Refusal
from ..pages.presses import done
from .changing import Stale
from .forms import VersionedForm


def permit(allowed: bool) -> None:
    """Go on only if it is allowed; otherwise 403."""
    if not allowed:
        abort(403)


def ask(
    form: Any,
    act: Callable[[], tuple[str, str]],
    *,
    title: str,
    back: tuple[str, str],
    button: str = "Save",
    row: Any = None,
    intro: str = "",
    look: str = "",
    template: str = "systems/form.html",
    **context: Any,
) -> ResponseReturnValue:
    """Show the form, or do what it asks: `act` calls the verb and says where to go and what was done.

    A Refusal is shown above the form with all that was typed. After a change by
    somebody else the form is given the present version of `row`, so that sending
    it again is a decision, not an accident.
    """
    status = 200
    if form.validate_on_submit():
        try:
            with db.session.begin_nested():
                where, said = act()
            return done(where, said)
        except Refusal as refusal:
            form.form_errors.append(str(refusal))
            status = 409 if isinstance(refusal, Stale) else 422
            if isinstance(refusal, Stale) and isinstance(form, VersionedForm):
                form.version.data = str(row.version)
    elif request.method == "POST":
        status = 422
    return (
        render_template(
            template, form=form, title=title, back=back, button=button, intro=intro, look=look, **context
        ),
        status,
    )
