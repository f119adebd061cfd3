"""Merging from the page of a ticket, and taking it back."""

from ...pages.previewing import Preview
from ...people.access import me
from ..desk.acts import Act, at_its_address
from ..models import Ticket
from . import queries
from .before_merging import merge_those_that_can_be, what_it_would_do
from .forms import MergeForm, UnmergeForm
from .merging import unmerge


def _meant(ticket: Ticket, form: MergeForm) -> tuple[Ticket, list[Ticket]]:
    """Which stays, and which are merged into it."""
    others = [queries.ticket_named(reference, me()) for reference in (form.other.data, *form.references)]
    if form.way.data == "here":
        return ticket, others
    return others[0], [ticket, *others[1:]]


def _look(ticket: Ticket, form: MergeForm) -> Preview:
    return what_it_would_do(*_meant(ticket, form), by=me())


def _merge(ticket: Ticket, form: MergeForm) -> None:
    merge_those_that_can_be(*_meant(ticket, form), by=me())


at_its_address(
    "merging",
    Act(
        "Merge",
        "Merge",
        "They are one now.",
        MergeForm,
        _merge,
        look_first=_look,
        leads=lambda ticket: ticket.standing,
        hints={
            "other": "Its reference, like ICT-10234, or words from it",
            "way": "The other goes on in it: replies to either reach it, and everybody who asked hears the answer. "
            "Nothing is moved, so you can unmerge them again.",
            "more": "References with spaces between them",
        },
    ),
)
at_its_address(
    "unmerging",
    Act(
        "Unmerge",
        "Unmerge",
        "It stands for itself again.",
        UnmergeForm,
        lambda ticket, _form: unmerge(ticket, by=me()),
    ),
)
