"""Taking the next ticket, from the queue."""

from flask import url_for
from flask.typing import ResponseReturnValue

from ...pages.presses import done, once
from ...people.access import DESK, allow, me
from ..blueprint import bp
from .taking import take_next


@bp.post("/next-ticket")
@allow(*DESK)
@once
def next_ticket() -> ResponseReturnValue:
    """The most urgent ticket there is for whoever asks."""
    ticket = take_next(me())
    return done(url_for(".ticket", reference=ticket.reference), f"{ticket.reference} is yours.")
