"""Demonstration data that looks like the real thing: the same for the same seed and day."""

from collections.abc import Callable
from datetime import datetime

from ... import clock
from ...config import settings
from ...database import db
from ...tickets import history
from . import establishment, requests, setting

TICKETS = 9_000
SEED = 20_261

Progress = Callable[[str, int], None]


def load(
    now: datetime | None = None, *, seed: int = SEED, tickets: int = TICKETS, progress: Progress | None = None
) -> None:
    """Fill an empty database with the demonstration, as of `now`. Commits once, at the end.

    `progress` is told what is being made and how much of it has just been.
    """
    tell = progress or (lambda _what, _count: None)
    now = now or clock.now()
    with clock.at(now):
        dice = requests.dice(seed)
        tell("people and places", 0)
        scene = setting.set_the_scene(dice, now.astimezone(settings().zone).date())
        setting.serves_too(scene)
        tell("posts", 0)
        establishment.fill_posts(scene)
        told = requests.stories(scene, tickets, now)
        history.load(told, lambda count: tell("tickets", count))
        tell("load figures and search", 0)
        history.derive()
        db.session.commit()
