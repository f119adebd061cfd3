"""Tickets that tests of the desk play with."""

import io
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from werkzeug.datastructures import FileStorage

from ictsupport import clock
from ictsupport.people.models import Person
from ictsupport.tickets.models import Channel, Queue, Ticket
from ictsupport.tickets.raising import raise_ticket

from ..conftest import NOW


@pytest.fixture
def make_ticket(desk: dict[str, Queue], staff: Person) -> Callable[..., Ticket]:
    """make_ticket(requester=member, subject="...") raises a ticket, by staff who need an answer unless told otherwise."""

    def make(**more: Any) -> Ticket:
        requester = more.pop("requester", staff)
        given = {
            "subject": "The telephone is silent",
            "description": "No dialling tone since this morning.",
            "by": requester,
            "channel": Channel.SELF_SERVICE,
        }
        return raise_ticket(requester=requester, **{**given, **more})

    return make


@pytest.fixture
def ticket(make_ticket: Callable[..., Ticket]) -> Ticket:
    return make_ticket()


@pytest.fixture
def later(app: Flask) -> Callable[..., Any]:
    """`with later(hours=2):` the clock stands so much later than NOW."""
    return lambda **length: clock.at(NOW + timedelta(**length))


@pytest.fixture
def upload() -> Callable[[str, bytes], FileStorage]:
    """upload("photo.png", PNG) is a file as a browser sends it."""
    return lambda name, content: FileStorage(io.BytesIO(content), filename=name)
