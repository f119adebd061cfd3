"""What arrives in an address is clean and within bounds before any page looks at it."""

from functools import cached_property

from flask import Flask, Request, abort, request
from werkzeug.datastructures import ImmutableMultiDict, MultiDict
from werkzeug.routing import IntegerConverter, Map

from .forms import CONTROL, clean

LARGEST_ID = 2**31 - 1
"""What the databases' ids can hold; PostgreSQL refuses to look for more."""


class RowNumber(IntegerConverter):
    """`<int:...>` in a route: an id that there could be. Any other number is not found."""

    def __init__(self, map: Map, fixed_digits: int = 0, min: int = 0, max: int = LARGEST_ID) -> None:
        super().__init__(map, fixed_digits, min, max)


class CleanRequest(Request):
    """A request whose query arrives without control characters, as forms do."""

    @cached_property
    def args(self) -> MultiDict[str, str]:
        pairs = super().args.items(multi=True)
        return ImmutableMultiDict([(clean(name), clean(value)) for name, value in pairs])


def row_number(text: str) -> int:
    """For request.args.get("after", type=row_number): an id that there could be, or as if nothing was said."""
    number = int(text)
    if not 0 <= number <= LARGEST_ID:
        raise ValueError("no row has this number")
    return number


def init_app(app: Flask) -> None:
    app.request_class = CleanRequest
    app.url_map.converters["int"] = RowNumber
    app.before_request(_no_control_characters)


def _no_control_characters() -> None:
    if CONTROL.search(request.path):
        abort(404)
