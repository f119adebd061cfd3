"""Courses of events to sum up."""

from collections.abc import Callable

import pytest

from ictsupport.people.models import Council, Person
from ictsupport.tickets.models import Queue

from .play import Play


@pytest.fixture
def play(
    desk: dict[str, Queue], council: Council, other_council: Council, staff: Person
) -> Callable[[int], Play]:
    """play(seed) is a course of events, of which each go_on() makes one more thing happen."""
    return lambda seed: Play(seed, desk, [council, other_council], staff)
