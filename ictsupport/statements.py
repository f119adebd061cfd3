"""Statements that busy pages ask all the time are put together once.

    @put_together
    def _open_of(person: Person) -> Select[Any]:
        return select(Ticket.reference).where(Ticket.requester_id == bindparam("whose"), workable(person))

    db.session.execute(_open_of(me()), {"whose": member.id})

A third of the time of the desk's pages went into describing to SQLAlchemy,
word by word, what it had been told a second ago. The function is called once
for each shape of its arguments, and what it made is used from then on, on
that kind of database and on that day: a statement may speak of today and of
midnight. Whatever else changes from one time to the next, this second's time
above all, has to be a `bindparam`. The function may not ask the database.

Of an argument counts its shape: of a person, who they are and which roles
they hold (`shape_of.register`); of anything else, its value.
"""

import functools
from collections.abc import Callable, Hashable
from typing import Any, ParamSpec, TypeVar
from weakref import WeakKeyDictionary

from sqlalchemy import Select

from . import clock
from .config import settings
from .database import dialect_name

P = ParamSpec("P")
S = TypeVar("S")
MOST = 500
"""Of each function. An address can ask for many kinds of lists; when there are so many, all are forgotten."""


@functools.singledispatch
def shape_of(argument: Any) -> Hashable:
    """All that statements made of the argument depend on."""
    shape: Hashable = argument
    return shape


def put_together(build: Callable[P, S]) -> Callable[P, S]:
    """Keep what the function makes of arguments of the same shape."""
    kept: dict[Hashable, S] = {}

    @functools.wraps(build)
    def statement(*args: P.args, **named: P.kwargs) -> S:
        zone = settings().zone
        day = clock.now().date(), clock.today(zone), zone.key, dialect_name()
        key = (day, *map(shape_of, args), *((name, shape_of(value)) for name, value in named.items()))
        found = kept.get(key)
        if found is None:
            if len(kept) >= MOST:
                kept.clear()
            found = kept[key] = build(*args, **named)
        return found

    return statement


_turned: WeakKeyDictionary[Select[Any], dict[Hashable, Select[Any]]] = WeakKeyDictionary()


def turned(statement: Select[Any], how: Hashable, turn: Callable[[], Select[Any]]) -> Select[Any]:
    """What is made of a statement in that way: made once, as long as the statement itself is kept."""
    ways = _turned.setdefault(statement, {})
    if how not in ways:
        ways[how] = turn()
    return ways[how]
