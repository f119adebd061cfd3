"""Many tickets changed in one transaction: what follows from each change is worked out once, for all of them."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar

Work = Callable[[Sequence[int]], None]

_first: list[Work] = []
_in_hand: ContextVar[frozenset[int]] = ContextVar("in_hand", default=frozenset())
_waiting: ContextVar[dict[Work, dict[int, None]] | None] = ContextVar("waiting", default=None)


def before_many(prepare: Work) -> Work:
    """Have the function called with the ids of tickets that are about to be changed together."""
    if prepare not in _first:
        _first.append(prepare)
    return prepare


def once_for_all(work: Work, ticket_id: int) -> None:
    """Do the work for the ticket now; among many, for all of them once they have been changed."""
    waiting = _waiting.get()
    if waiting is None:
        work([ticket_id])
    else:
        waiting.setdefault(work, {})[ticket_id] = None


def is_in_hand(ticket_id: int) -> bool:
    """Whether the ticket has been locked and read already, with all that are being changed together."""
    return ticket_id in _in_hand.get()


@contextmanager
def together(ids: Sequence[int]) -> Iterator[None]:
    """Within it these tickets, which the caller has locked and read, are changed one after the other."""
    for prepare in _first:
        prepare(ids)
    waiting: dict[Work, dict[int, None]] = {}
    tokens = _waiting.set(waiting), _in_hand.set(frozenset(ids))
    try:
        yield
    finally:
        _waiting.reset(tokens[0])
        _in_hand.reset(tokens[1])
    for work, those in waiting.items():
        work(sorted(those))
