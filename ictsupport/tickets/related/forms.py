"""The forms with which tickets are joined, linked and split."""

from typing import Any

from wtforms import HiddenField, RadioField, SelectField, StringField
from wtforms.validators import InputRequired, Length

from ...pages.fields import Found, PersonField
from ...pages.forms import NotRequired
from ...people.access import me
from ..desk.forms import TicketForm
from . import queries
from .models import LinkKind


class TicketField(PersonField):
    """Another ticket, found by its reference or by words in it. Its data is the reference."""

    which = "Which one do you mean?"
    nothing_found = "No ticket that you work on matches “{typed}”. Check the reference, or try other words."
    several_found = "More than one ticket matches. Choose the one you mean."

    def __init__(self, label: str, validators: Any = None, **kwargs: Any) -> None:
        super().__init__(
            label,
            validators,
            search=lambda typed: queries.find_tickets(typed, me()),
            name_of=lambda value: next(
                iter(queries.find_tickets(value, me())), Found(value, value) if value else None
            ),
            **kwargs,
        )


SAID = [kind for kind in LinkKind if kind is not LinkKind.SPLIT_FROM]
KINDS = {f"{kind.name}": kind.value for kind in SAID} | {
    f"-{kind.name}": kind.back for kind in SAID if kind is not LinkKind.RELATED
}
"""What a ticket can be said to be to another one, from its own side. What is split from it follows from splitting."""


class LinkForm(TicketForm):
    kind = SelectField(
        "This ticket is", choices={key: words[:1].upper() + words[1:] for key, words in KINDS.items()}
    )
    other = TicketField("The other ticket", [InputRequired("Name the other ticket")])

    @property
    def chosen(self) -> tuple[LinkKind, bool]:
        """The kind, and whether this ticket is the first of the two."""
        key = str(self.kind.data)
        return LinkKind[key.removeprefix("-")], not key.startswith("-")


class MergeForm(TicketForm):
    """Which tickets become one. `more` takes any number of references; `shown` marks what was looked at."""

    shown = HiddenField()
    other = TicketField("The other ticket", [InputRequired("Name the other ticket")])
    way = RadioField(
        "Which one stays?", choices={"there": "The other one", "here": "This one"}, default="there"
    )
    more = StringField("Others to merge too", [NotRequired(), Length(max=2000)])

    @property
    def references(self) -> list[str]:
        return str(self.more.data or "").replace(",", " ").replace(";", " ").upper().split()


class UnmergeForm(TicketForm):
    """Takes a merge back: nothing to ask."""
