"""How long a sign-in lasts that nobody uses, and who may know."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from ictsupport import clock
from ictsupport.database import db
from ictsupport.people.models import SignIn

from ..conftest import NOW

IDLE, DAY = timedelta(hours=12), timedelta(days=1)


@pytest.fixture
def seconds(staff, browser):
    """seconds(address, later) is what the address says so long after the sign-in: how many are left."""
    window = browser(staff)

    def ask(address, later):
        with clock.at(NOW + later):
            return timedelta(seconds=window.get(address).get_json()["seconds"])

    return ask


def test_a_page_that_asks_how_long_is_left_does_not_keep_a_sign_in_alive(seconds):
    assert seconds("/sign-in/left", timedelta(hours=2)) == timedelta(hours=10)
    assert seconds("/sign-in/left", timedelta(hours=11)) == timedelta(hours=1)
    assert seconds("/sign-in/left", timedelta(hours=13)) == timedelta(0)


def test_somebody_who_is_still_there_has_the_whole_time_again(seconds):
    assert seconds("/still-here", timedelta(hours=11)) == IDLE
    assert seconds("/sign-in/left", timedelta(hours=22)) == timedelta(hours=1)
    assert seconds("/still-here", timedelta(hours=24)) == timedelta(0)


def test_however_much_it_is_used_a_sign_in_ends_at_last(seconds):
    for hours in range(0, 30 * 24, 10):
        left = seconds("/still-here", timedelta(hours=hours))
    assert left == timedelta(hours=10)


def test_on_a_device_of_ones_own_it_does_not_end_for_want_of_use(seconds):
    sign_in = db.session.scalars(select(SignIn)).one()
    sign_in.kept, sign_in.expires_at = True, NOW + 90 * DAY
    db.session.commit()
    assert seconds("/sign-in/left", 3 * DAY) == 87 * DAY


def test_a_page_knows_when_the_sign_in_it_was_made_for_ends(staff, browser):
    assert 'name="session-ends" content="43200"' in browser(staff).get("/privacy").text
    assert "session-ends" not in browser().get("/privacy").text
