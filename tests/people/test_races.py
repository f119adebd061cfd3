"""What can be used once is used once, however many press at the same moment."""

import threading
from datetime import timedelta

from flask import Flask
from sqlalchemy import func, select

from ictsupport import clock
from ictsupport.database import db
from ictsupport.people.limits import Limit
from ictsupport.people.models import Attempt, Person, SignIn, SignInCode
from ictsupport.people.sessions import hashed

LIMIT = Limit("test", 3, timedelta(days=36_500))


def at_once(app: Flask, count: int, act) -> list[BaseException]:
    """Do it in several threads that start together; returns what went wrong."""
    ready, troubles = threading.Barrier(count), []

    def run() -> None:
        with app.app_context():
            ready.wait()
            try:
                act()
            except BaseException as trouble:
                troubles.append(trouble)

    threads = [threading.Thread(target=run) for _ in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    return troubles


def test_one_link_signs_in_once(real_app: Flask):
    now = clock.now()
    with real_app.app_context():
        person = Person(name="Ann Lee", sort_name="Lee Ann", email="ann@northbrook.example")
        db.session.add(person)
        db.session.flush()
        wish = SignInCode(
            person_id=person.id,
            device_hash=hashed("device"),
            link_hash=hashed("link"),
            created_at=now,
            expires_at=now + timedelta(minutes=15),
        )
        db.session.add(wish)
        db.session.commit()

    def press() -> None:
        answer = real_app.test_client().post("/sign-in/link/link")
        assert answer.status_code in (200, 303)

    assert at_once(real_app, 4, press) == []
    with real_app.app_context():
        assert db.session.scalar(select(func.count()).select_from(SignIn)) == 1


def test_no_try_is_lost_when_many_try_at_once(real_app: Flask):
    def attempt() -> None:
        LIMIT.excess("somebody")
        db.session.commit()

    assert at_once(real_app, 6, attempt) == []
    with real_app.app_context():
        assert db.session.scalars(select(Attempt.tries)).all() == [6]
        assert LIMIT.excess("somebody") == 4
