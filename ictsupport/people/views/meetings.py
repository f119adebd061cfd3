"""The list of meetings to come, for those who look after members."""

from functools import partial

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue

from ...pages import navigation
from ...pages.paging import keyset
from ..access import allow, me
from ..meetings.models import Meeting
from ..meetings.queries import KEEPERS, visible_meetings
from ..models import Role
from . import bp

navigation.item(
    "Meetings",
    "people.meetings",
    when=lambda person: person.is_authenticated and person.has_role(Role.DEMOCRATIC_SERVICES, Role.CLERK),
    order=58,
)


@bp.get("/meetings")
@allow(*KEEPERS)
def meetings() -> ResponseReturnValue:
    """Meetings to come, soonest first."""
    page = keyset(
        visible_meetings(me()),
        [Meeting.starts_at, Meeting.id],
        after=request.args.get("after", ""),
        before=request.args.get("before", ""),
    )
    return render_template("people/meetings.html", page=page, here=partial(url_for, "people.meetings"))
