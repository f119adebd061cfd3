"""A team with queues, and posts in it."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from ictsupport.people.models import Council, Person
from ictsupport.staffing.establishing import establish_post
from ictsupport.staffing.models import Post
from ictsupport.tickets.models import Queue


@pytest.fixture
def make_post(desk: dict[str, Queue], council: Council, manager: Person) -> Callable[..., Post]:
    """make_post("P1", state=State.OCCUPIED) establishes a post of the helpdesk's team, on 1 January 2026."""

    def make(number: str = "P1", **more: Any) -> Post:
        settings = {
            "title": "Service desk analyst",
            "team": desk["helpdesk"].team,
            "starts_on": date(2026, 1, 1),
            "council": council,
            "by": manager,
        }
        return establish_post(number=number, **(settings | more))

    return make
