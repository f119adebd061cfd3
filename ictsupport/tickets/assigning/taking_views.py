"""Taking the next ticket, from the queue."""

from flask import flash, redirect, url_for
from flask.typing import ResponseReturnValue

from ...database import db
from ...errors import Refusal
from ...pages.presses import done, once
from ...people.access import DESK, allow, me
from ..blueprint import bp
from .taking import take_next


@bp.post("/next-ticket")
@allow(*DESK)
@once
def next_ticket() -> ResponseReturnValue:
    """The most urgent ticket there is for whoever asks; back to the queue, with a word about it, if there is none."""
    try:
        ticket = take_next(me())
    except Refusal as refusal:
        db.session.rollback()
        flash(str(refusal), "notice")
        return redirect(url_for(".index"), code=303)
    return done(url_for(".ticket", reference=ticket.reference), f"{ticket.reference} is yours.")
