"""How PostgreSQL's answers are described."""

from collections.abc import Sequence
from typing import Any

import psycopg


class Cursor(psycopg.Cursor[Any]):
    """One that describes the columns of an answer when somebody looks at them.

    SQLAlchemy asks for the description of every answer, and looks at it the
    first time that it sees a statement. To describe the columns of a ticket
    with its people took longer than to fetch it.
    """

    @property
    def description(self) -> Any:
        result = self.pgresult
        return Columns(self) if result is not None and result.nfields else super().description


class Columns(Sequence[psycopg.Column]):
    """The columns of the answer that a cursor holds at present."""

    def __init__(self, cursor: Cursor) -> None:
        self._cursor = cursor

    def __len__(self) -> int:
        result = self._cursor.pgresult
        return result.nfields if result is not None else 0

    def __getitem__(self, index: Any) -> Any:
        if isinstance(index, slice):
            return [self[place] for place in range(len(self))[index]]
        if not -len(self) <= index < len(self):
            raise IndexError(index)
        return psycopg.Column(self._cursor, index % len(self))
