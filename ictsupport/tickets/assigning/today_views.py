"""The page to begin a day with."""

from flask import render_template
from flask.typing import ResponseReturnValue

from ...devices.returning import overdue_count
from ...pages.cards import today_for
from ...people.access import DESK, allow, me
from ..blueprint import bp
from ..problems.deciding import suggested_to
from ..tasks.queries import first_of
from .today import first_things, last_here, news_for


@bp.get("/today")
@allow(*DESK)
def today() -> ResponseReturnValue:
    """Since you were last here, and ten things to do first."""
    return render_template(
        "tickets/assigning/today.html",
        since=last_here(me()),
        news=news_for(me()),
        first=first_things(me()),
        tasks=first_of(me()),
        waiting=today_for(me()),
        overdue_devices=overdue_count(me()),
        suggested=suggested_to(me()),
        title="Today",
    )
