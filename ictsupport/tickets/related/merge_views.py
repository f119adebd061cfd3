"""Merging from the page of a ticket, and taking it back."""

from ...people.access import me
from ..desk.acts import Act, at_its_address
from ..models import Ticket
from . import queries
from .forms import MergeForm, UnmergeForm
from .merging import merge, unmerge


def _merge(ticket: Ticket, form: MergeForm) -> None:
    others = [queries.ticket_named(reference, me()) for reference in (form.other.data, *form.references)]
    if form.way.data == "here":
        merge(ticket, others, by=me())
    else:
        merge(others[0], [ticket, *others[1:]], by=me())


at_its_address(
    "merging",
    Act(
        "Merge",
        "Merge",
        "They are one now.",
        MergeForm,
        _merge,
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
