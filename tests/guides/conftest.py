"""Guides that tests read."""

from collections.abc import Callable
from datetime import date

import pytest

from ictsupport.guides.models import Audience, Guide
from ictsupport.guides.writing import Content, publish, write_guide
from ictsupport.systems.models import System
from ictsupport.systems.registering import add_system


@pytest.fixture
def make_content(agent) -> Callable[..., Content]:
    def make(title: str = "Set up voicemail", **more) -> Content:
        told = {
            "title": title,
            "body": "## First\n\nDial **1571** and wait.",
            "audiences": [Audience.STAFF],
            "owner": agent,
            "review_on": date(2027, 5, 18),
        }
        return Content(**(told | more))

    return make


@pytest.fixture
def make_guide(agent, make_content) -> Callable[..., Guide]:
    """make_guide("Title", audiences=[...], systems=[...], out=False) writes a guide and publishes it."""

    def make(title: str = "Set up voicemail", *, out: bool = True, **more) -> Guide:
        guide = write_guide(make_content(title, **more), by=agent)
        if out:
            publish(guide, by=agent)
        return guide

    return make


@pytest.fixture
def make_system(context) -> Callable[[str], System]:
    return lambda name: add_system(name=name, by=None)
