"""Rows of several tables, written at once."""

import enum
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from .base import Model, db, dialect_name, table_of

Shape = tuple[type[Model], tuple[str, ...], tuple[str, ...], tuple[str, ...]]


@dataclass(frozen=True)
class Rows:
    """Rows of one table, each naming the same columns; the others get the plain number they have by default.

    Where a row with the same `keys` stands, the `add` columns are added to it instead.
    """

    model: type[Model]
    rows: Sequence[Mapping[str, Any]]
    keys: tuple[str, ...] = ()
    add: tuple[str, ...] = ()

    @property
    def shape(self) -> Shape:
        return self.model, tuple(self.rows[0]), self.keys, self.add


def insert_all(*parts: Rows) -> None:
    """Insert the rows of all parts, in this order.

    On PostgreSQL they travel as JSON in one statement, which is the same for
    any number of rows: a way there and back costs more than the rows. SQLite is
    asked within the process, once for each part.
    """
    filled = [part for part in parts if part.rows]
    if not filled:
        return
    connection = db.session.connection()
    if dialect_name() == "postgresql":
        texts = {_name(place): json.dumps(part.rows, default=_plain) for place, part in enumerate(filled)}
        connection.execute(_at_once(tuple(part.shape for part in filled)), texts)
        return
    for part in filled:
        connection.execute(_each(part.shape), part.rows)


def _name(place: int) -> str:
    return f"rows_{place}"


def _plain(value: Any) -> Any:
    """Moments and days by their ISO form, words of an enumeration by their value."""
    return value.value if isinstance(value, enum.Enum) else value.isoformat()


@lru_cache(maxsize=500)
def _at_once(shapes: tuple[Shape, ...]) -> Any:
    """SQL: the first part, then the others, which PostgreSQL carries out after it."""
    first, *others = (_from_json(shape, _name(place)) for place, shape in enumerate(shapes))
    for place, other in enumerate(others, 1):
        first = first.add_cte(other.cte(f"part_{place}"))
    return first


def _from_json(shape: Shape, name: str) -> Any:
    model, given, _keys, _add = shape
    table = table_of(model)
    text = sa.cast(sa.bindparam(name, type_=sa.Text), postgresql.JSONB)
    told = sa.func.jsonb_to_recordset(text).table_valued(
        *(sa.column(column, table.c[column].type) for column in given), name=f"as_{name}"
    )
    told = told.render_derived(with_types=True)
    rest = _by_default(shape)
    rows = sa.select(*told.c, *rest.values())
    return _adding(postgresql.insert(table).from_select([*given, *rest], rows, include_defaults=False), shape)


@lru_cache(maxsize=500)
def _each(shape: Shape) -> Any:
    """SQL: one row of the part, for as many as there are."""
    model, given, _keys, _add = shape
    table = table_of(model)
    values = {column: sa.bindparam(column, type_=table.c[column].type) for column in given}
    return _adding(sqlite.insert(table).values({**values, **_by_default(shape)}), shape)


def _by_default(shape: Shape) -> dict[str, Any]:
    model, given, _keys, _add = shape
    return {
        column.name: sa.literal_column(str(int(column.default.arg)))
        for column in table_of(model).c
        if column.name not in given and isinstance(column.default, sa.ColumnDefault)
    }


def _adding(insert: Any, shape: Shape) -> Any:
    model, _given, keys, add = shape
    if not keys:
        return insert
    added = {name: table_of(model).c[name] + insert.excluded[name] for name in add}
    return insert.on_conflict_do_update(index_elements=keys, set_=added)
