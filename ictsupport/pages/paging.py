"""Lists by the page: the next one begins after the last row seen, so page 400 costs what page 1 does.

    page = keyset(select(Ticket).where(...), [Ticket.due_sort, Ticket.id], after=request.args.get("after"))

The order's columns must never be empty and must end in one that is unique, and
an index in that order keeps it fast. Rows may come and go between two pages:
none is shown twice or skipped for it.
"""

import base64
import binascii
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import Enum
from typing import Any, Generic, TypeVar

from sqlalchemy import ColumnElement, Select, and_, bindparam, func, literal, or_, select, tuple_
from sqlalchemy.orm import InstrumentedAttribute
from sqlalchemy.sql.elements import UnaryExpression
from sqlalchemy.sql.operators import desc_op
from sqlalchemy.types import TypeDecorator

from ..database import db
from ..statements import turned

T = TypeVar("T")
Order = ColumnElement[Any] | InstrumentedAttribute[Any]

PAGE = 25
MOST = 1_000
LONGEST_CURSOR = 500


@dataclass(frozen=True)
class Page(Generic[T]):
    """Some rows of a list, and the cursors of the pages before and after; None where there is none."""

    rows: Sequence[T]
    previous: str | None
    next: str | None

    def __iter__(self) -> Any:
        return iter(self.rows)

    def __len__(self) -> int:
        return len(self.rows)


@dataclass(frozen=True)
class Count:
    """How many there are, counted no further than is worth the time."""

    number: int
    capped: bool = False

    def __str__(self) -> str:
        return f"{self.number:,}{'+' if self.capped else ''}"

    def __bool__(self) -> bool:
        return self.number > 0

    def __int__(self) -> int:
        return self.number


@dataclass(frozen=True)
class _Key:
    """One column of the order, and which way it runs."""

    column: ColumnElement[Any]
    down: bool


def keyset(
    statement: Select[Any],
    order: Sequence[Order],
    *,
    after: str | None = None,
    before: str | None = None,
    size: int = PAGE,
) -> Page[Any]:
    """One page of the statement's rows in that order (`column` or `column.desc()`).

    A cursor that cannot be read, such as a shortened link, shows the first page.
    A statement of one entity gives its objects, one of several columns its rows.
    """
    keys = [_key_of(one) for one in order]
    cursor = _read(before or after, keys)
    backward = bool(before) and cursor is not None
    begins = cursor is None

    def turn() -> Select[Any]:
        extra = [key.column.label(f"key_{at}") for at, key in enumerate(keys)]
        rows = statement if begins else statement.where(_beyond(keys, backward))
        ways = (key.column.desc() if key.down != backward else key.column.asc() for key in keys)
        return rows.add_columns(*extra).order_by(*ways).limit(size + 1)

    asked = turned(statement, (*order, begins, backward, size), turn)
    found = db.session.execute(asked, {f"past_{at}": value for at, value in enumerate(cursor or ())}).all()
    single = len(found[0]) == 1 + len(keys) if found else False
    more = len(found) > size
    found = list(reversed(found[:size])) if backward else list(found[:size])
    ends = [_write(row[-len(keys) :]) for row in (found[0], found[-1])] if found else ["", ""]
    is_first, is_last = (not more, False) if backward else (begins, not more)
    return Page(
        rows=[row[0] if single else row for row in found],
        previous=None if is_first or not found else ends[0],
        next=None if is_last or not found else ends[1],
    )


def count_up_to(statement: Select[Any], most: int = MOST) -> Count:
    """How many rows the statement has: exact up to `most`, and "1,000+" beyond."""
    some = (
        statement.order_by(None)
        .with_only_columns(literal(1), maintain_column_froms=True)
        .limit(most + 1)
        .subquery()
    )
    number = db.session.scalar(select(func.count()).select_from(some)) or 0
    return Count(min(number, most), number > most)


def _key_of(order: Order) -> _Key:
    if isinstance(order, UnaryExpression):
        return _Key(order.element, order.modifier is desc_op)
    return _Key(order.__clause_element__() if isinstance(order, InstrumentedAttribute) else order, False)


def _beyond(keys: list[_Key], backward: bool) -> ColumnElement[bool]:
    """SQL: the rows past the cursor. One direction is one comparison of rows, which an index answers."""
    bound = [bindparam(f"past_{at}", type_=key.column.type) for at, key in enumerate(keys)]
    downs = {key.down != backward for key in keys}
    if len(downs) == 1:
        here, there = tuple_(*(key.column for key in keys)), tuple_(*bound)
        return here < there if downs == {True} else here > there
    steps = []
    for at, key in enumerate(keys):
        same = [keys[i].column == bound[i] for i in range(at)]
        past = key.column < bound[at] if key.down != backward else key.column > bound[at]
        steps.append(and_(*same, past))
    return or_(*steps)


def _write(values: Sequence[Any]) -> str:
    plain = [value.value if isinstance(value, Enum) else value for value in values]
    text = json.dumps(
        [str(value) if isinstance(value, date | Decimal) else value for value in plain], separators=(",", ":")
    )
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def _read(cursor: str | None, keys: list[_Key]) -> list[Any] | None:
    """The values in the cursor, each as its column wants it; None when it is no cursor of this list."""
    if not cursor or len(cursor) > LONGEST_CURSOR:
        return None
    try:
        values = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        if not isinstance(values, list) or len(values) != len(keys):
            return None
        return [_as_wanted(value, key.column) for value, key in zip(values, keys, strict=True)]
    except (ValueError, TypeError, ArithmeticError, binascii.Error, RecursionError):
        return None


def _as_wanted(value: Any, column: ColumnElement[Any]) -> Any:
    stored = column.type.impl_instance if isinstance(column.type, TypeDecorator) else column.type
    kind: type[Any] = stored.python_type
    if issubclass(kind, datetime):
        moment = datetime.fromisoformat(value)
        return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    if issubclass(kind, date):
        return date.fromisoformat(value)
    if issubclass(kind, Decimal):
        return Decimal(value)
    if issubclass(kind, Enum):
        return kind(value)
    if issubclass(kind, bool | int):
        if not isinstance(value, int) or abs(value) >= 2**63:
            raise ValueError("not a whole number the database can hold")
        return value
    if issubclass(kind, str):
        if not isinstance(value, str) or "\x00" in value:
            raise ValueError("not a text")
        return value
    if not isinstance(value, int | float | str):
        raise TypeError("not a value of an order")
    return value
