"""What arrives in an address is clean and within bounds before any page looks at it."""

from collections.abc import Iterable
from functools import cached_property
from typing import Any

from flask import Flask, Request, abort, request
from werkzeug.datastructures import ImmutableMultiDict, MultiDict
from werkzeug.routing import IntegerConverter, Map

from .forms import CONTROL, clean
from .numbers import LARGEST, whole


class RowNumber(IntegerConverter):
    """`<int:...>` in a route: an id that there could be. Any other number is not found."""

    def __init__(self, map: Map, fixed_digits: int = 0, min: int = 0, max: int = LARGEST) -> None:
        super().__init__(map, fixed_digits, min, max)


class WithoutNul(ImmutableMultiDict[str, Any]):
    """What was sent, without the one character that PostgreSQL refuses in a text."""

    def __init__(self, sent: Iterable[tuple[str, Any]] = ()) -> None:
        super().__init__([(_without_nul(name), _without_nul(value)) for name, value in sent])


class CleanRequest(Request):
    """A request whose query arrives without control characters, as the answers of a Form do; the rest without NUL."""

    parameter_storage_class = WithoutNul

    @cached_property
    def args(self) -> MultiDict[str, str]:
        pairs = super().args.items(multi=True)
        return ImmutableMultiDict([(clean(name), clean(value)) for name, value in pairs])


def row_number(text: str) -> int:
    """For request.args.get("after", type=row_number): an id that there could be, or as if nothing was said."""
    if (number := whole(text)) is None:
        raise ValueError("no row has this number")
    return number


def _without_nul(sent: Any) -> Any:
    return sent.replace("\x00", "") if isinstance(sent, str) else sent


def init_app(app: Flask) -> None:
    app.request_class = CleanRequest
    app.url_map.converters["int"] = RowNumber
    app.before_request(_no_control_characters)


def _no_control_characters() -> None:
    if CONTROL.search(request.path):
        abort(404)
