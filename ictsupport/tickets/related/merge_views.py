"""Merging from the page of a ticket, and taking it back."""

from ...errors import Refusal
from ...people.access import me
from ..desk.acts import Act, at_its_address
from ..models import Ticket
from . import queries
from .forms import MergeForm, UnmergeForm
from .merging import merge, unmerge


class NoSuchTicket(Refusal):
    reason = "No ticket that you work on is called {reference}. Check the reference."


def _merge(ticket: Ticket, form: MergeForm) -> None:
    others = [_meant(reference) for reference in (form.other.data, *form.references)]
    if form.way.data == "here":
        merge(ticket, others, by=me())
    else:
        merge(others[0], [ticket, *others[1:]], by=me())


def _meant(reference: str) -> Ticket:
    found = queries.ticket_meant(reference, me())
    if found is None:
        raise NoSuchTicket(reference=reference)
    return found


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
