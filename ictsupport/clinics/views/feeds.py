"""The page on which somebody makes and stops calendars to subscribe to, and the address that their calendar reads."""

from datetime import timedelta

from flask import Blueprint, Response, abort, make_response, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import update

from ... import clock
from ...database import aside, db
from ...errors import Refusal
from ...mail import address_of
from ...pages.presses import done, once
from ...people.access import me, public
from ..feeds.forms import FeedForm
from ..feeds.keeping import feeds_of, make_feed, renew_feed, revoke_feed
from ..feeds.models import CalendarFeed
from ..feeds.writing import feed_named, text_of
from .door import bp

feeds_bp = Blueprint("feeds", __name__, url_prefix="/feeds")

NOTED_EVERY = timedelta(hours=1)
FRESH_FOR = timedelta(minutes=5)


@bp.route("/feeds", methods=["GET", "POST"])
@once
def feeds() -> ResponseReturnValue:
    """The calendars somebody has made, and a new one."""
    form, status = FeedForm.open(me()), 200
    if form.is_submitted():
        status = 422
        if form.validate():
            kind, site, council = form.chosen
            try:
                feed, token = make_feed(me(), kind, site=site, council=council)
            except Refusal as refusal:
                form.form_errors.append(str(refusal))
                status = 409
            else:
                return _told_once(feed, token)
    page = render_template("clinics/feeds.html", form=form, rows=db.session.scalars(feeds_of(me())).all())
    return page, status


@bp.post("/feeds/<int:feed_id>/renewal")
@once
def feed_renewal(feed_id: int) -> ResponseReturnValue:
    feed = _own(feed_id)
    return _told_once(feed, renew_feed(feed, by=me()))


@bp.post("/feeds/<int:feed_id>/stopping")
@once
def feed_stopping(feed_id: int) -> ResponseReturnValue:
    feed = _own(feed_id)
    holds = feed.in_words
    revoke_feed(feed, by=me())
    return done(url_for(".feeds"), f"“{holds}” is stopped: its address shows nothing any more.")


@feeds_bp.get("/<token>.ics")
@public
def feed(token: str) -> ResponseReturnValue:
    """The calendar, for whoever has its address. When it was last asked for is noted once an hour, aside."""
    found = feed_named(token)
    if found is None:
        abort(404)
    answer = Response(text_of(found), content_type="text/calendar; charset=utf-8")
    answer.add_etag()
    answer.headers["Cache-Control"] = f"private, max-age={int(FRESH_FOR.total_seconds())}"
    now, feed_id, before = clock.now(), found.id, found.last_used_at
    if before is None or now - before > NOTED_EVERY:

        def note() -> None:
            used = update(CalendarFeed).where(CalendarFeed.id == feed_id).values(last_used_at=now)
            db.session.execute(used)

        aside(note)
    return answer.make_conditional(request)


def _own(feed_id: int) -> CalendarFeed:
    found: CalendarFeed = db.one_or_404(feeds_of(me()).where(CalendarFeed.id == feed_id))
    return found


def _told_once(feed: CalendarFeed, token: str) -> ResponseReturnValue:
    """The address is on this page and nowhere else: it is kept only as a hash."""
    done(url_for(".feeds"))
    address = address_of("feeds.feed", token=token)
    page = make_response(
        render_template(
            "clinics/feed.html", feed=feed, address=address, webcal=f"webcal:{address.partition(':')[2]}"
        )
    )
    page.headers["Cache-Control"] = "private, no-store"
    return page
