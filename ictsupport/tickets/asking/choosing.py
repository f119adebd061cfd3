"""What can be chosen on the question pages, for whoever asks and whom they ask for."""

from collections.abc import Sequence
from dataclasses import dataclass

from ...devices.models import Device
from ...devices.queries import devices_of
from ...pages.filters import near_moment
from ...people.meetings.models import Meeting
from ...people.meetings.queries import meetings_of
from ...people.models import Person
from ...systems.models import System
from ..access import RAISES_FOR_MEMBERS
from ..models import Request, TicketType
from ..raising import council_of
from ..request_types.models import TypeForm
from ..request_types.offering import Offered, form_of, of_kind_first, types_for
from . import own_queries as queries
from .requests import TYPES


@dataclass(frozen=True)
class Choices:
    """What can be chosen; `form` holds the questions of the request type that was chosen, `whom` for whom it is."""

    whom: Person
    members: Sequence[Person]
    any_member: bool
    types: Sequence[Offered]
    systems: Sequence[System]
    devices: Sequence[Device]
    meetings: Sequence[Meeting]
    form: TypeForm | None = None

    @property
    def asked_kind(self) -> TicketType | None:
        """What kind of ticket the chosen request type makes, if that is clear."""
        return self.form.type.ticket_type if self.form is not None else None


def choices_for(person: Person, asked: Request | None, kind: str = "", *, about: bool = True) -> Choices:
    """What somebody can choose from, going by what they have answered so far.

    `about` is false where it is settled for whom it is and what it is about.
    """
    members = queries.members_to_raise_for(person) if about else []
    any_member = person.has_role(*RAISES_FOR_MEMBERS)
    whom = queries.whom(person, asked)
    council = council_of(whom)
    types = types_for(whom, every=bool(members) or any_member) if about else []
    kind = kind or (asked.answers.get("kind") or "" if asked else "")
    return Choices(
        whom=whom,
        members=members,
        any_member=any_member,
        types=of_kind_first(types, TYPES.get(kind)),
        systems=queries.systems_to_choose(council.id if council else None),
        devices=devices_of(whom),
        meetings=meetings_of(whom),
        form=form_of(asked.answers.get("form")) if asked else None,
    )


def meeting_words(meeting: Meeting) -> str:
    """A meeting as one chooses it: Planning Committee, 6:30pm today."""
    return f"{meeting.title}, {near_moment(meeting.starts_at)}"
