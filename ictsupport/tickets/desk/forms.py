"""The forms with which the desk works a ticket. Each carries the version of the ticket it was made from."""

from datetime import datetime
from typing import Any

from wtforms import (
    BooleanField,
    HiddenField,
    RadioField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
)
from wtforms.validators import InputRequired, Length

from ... import clock
from ...config import settings
from ...pages.forms import DateField, FilesField, Form, NotRequired, TimeField, WholeNumberField, kind_of
from ...pages.numbers import whole
from ..models import ASKED_FOR, CallResult, Channel, HoldReason, MessageKind, Resolution, TicketType
from ..prioritising import WORDS
from ..request_types.filling import Filling
from ..request_types.models import Proof, TypeForm
from ..texts import LONGEST
from .box import RESOLVE, STAY, THEN, Said

PROSE = Length(max=LONGEST, message=f"Use no more than {LONGEST:,} characters, or attach it as a file")
IMPACTS = {
    1: "1 – a whole council or a shared system",
    2: "2 – a team or several people",
    3: "3 – one person",
}
KINDS = {
    MessageKind.REPLY.value: "Reply to the requester",
    MessageKind.NOTE.value: "Internal note",
    MessageKind.CALL.value: "Telephone call",
}
URGENCIES = {1: "1 – work stopped, or a meeting today", 2: "2 – work hampered", 3: "3 – can wait"}


def sentence(word: str) -> str:
    return word[:1].upper() + word[1:]


class TicketForm(Form):
    """A change of a ticket: `version` is what its sender saw."""

    version = HiddenField()

    @property
    def answers(self) -> dict[str, Any]:
        """What was filled in."""
        return {each.name: each.data for each in self if kind_of(each) != "hidden"}

    @property
    def seen(self) -> int | None:
        return whole(self.version.data)


class MessageForm(TicketForm):
    """What the one box on the ticket page sends: a reply, a note or a call, and what becomes of the ticket with it."""

    kind = RadioField(
        "What is this?",
        choices=KINDS,
        default=MessageKind.REPLY.value,
    )
    body = TextAreaField("Message", [PROSE])
    result = SelectField(
        "How did the call go?",
        choices={each.value: sentence(each.value) for each in CallResult},
        default=CallResult.SPOKE.value,
    )
    promised_on = DateField(
        "Call back promised for", [NotRequired()], what="The day you promised to ring back"
    )
    promised_at = TimeField("at", [NotRequired()], what="The time you promised to ring back")
    files = FilesField("Files", [NotRequired()])
    then = RadioField("And the ticket?", choices=THEN, default=STAY)
    reason = SelectField(
        "What does it wait for?",
        choices={each.value: sentence(each.value) for each in HoldReason},
        default=HoldReason.REQUESTER.value,
    )
    until = DateField("Until", [NotRequired()], what="The day to wait until")
    resolution = SelectField(
        "How it ended",
        choices={"": "Choose"} | {each.value: sentence(each.value) for each in Resolution},
        default="",
    )
    minutes = WholeNumberField("Minutes spent", [NotRequired()], most=100_000, what="Minutes spent")

    def validate(self, extra_validators: object = None) -> bool:
        good = super().validate(extra_validators)
        if bool(self.promised_on.data) != bool(self.promised_at.data) and good:
            self.promised_at.errors = ["Give both the day and the time you promised to ring back"]
            return False
        if self.then.data == RESOLVE and not self.resolution.data and good:
            self.resolution.errors = ["Say how it ended"]
            return False
        return good

    def note_only(self) -> None:
        """Nobody asked, so nobody is replied to: what is written is for the desk."""
        self.kind.choices = {key: words for key, words in KINDS.items() if key != MessageKind.REPLY.value}
        if self.kind.data == MessageKind.REPLY.value:
            self.kind.data = MessageKind.NOTE.value

    @property
    def said(self) -> Said:
        """What the box says, once nothing in it is wrong."""
        return Said(
            kind=MessageKind(self.kind.data),
            body=self.body.data or "",
            files=self.files.data or (),
            result=CallResult(self.result.data),
            promised_at=self.promised,
            then=self.then.data or STAY,
            reason=HoldReason(self.reason.data),
            until=self.until.data,
            resolution=Resolution(self.resolution.data) if self.resolution.data else None,
            minutes=self.minutes.data or 0,
            seen=self.seen,
        )

    @property
    def promised(self) -> datetime | None:
        """The promised call back as an instant."""
        return moment_of(self.promised_on.data, self.promised_at.data)


def moment_of(day: object, at: object) -> datetime | None:
    """A day and a time of the wall's clock as an instant."""
    if not day or not at:
        return None
    return datetime.combine(day, at, settings().zone)  # type: ignore[arg-type]


class AssignForm(TicketForm):
    assignee = SelectField("Who has it", [NotRequired()], coerce=str)


class MoveForm(TicketForm):
    queue = SelectField("Queue", [InputRequired("Choose a queue")], coerce=str)
    reason = StringField("Why is it moved?", [NotRequired(), Length(max=300)])


class PriorityForm(TicketForm):
    impact = RadioField("Impact", choices={str(key): word for key, word in IMPACTS.items()})
    urgency = RadioField("Urgency", choices={str(key): word for key, word in URGENCIES.items()})
    override = SelectField(
        "Another priority than follows from these",
        [NotRequired()],
        choices={"": "No, as it follows"} | {str(key): f"P{key} {word}" for key, word in WORDS.items()},
    )
    reason = StringField("Why is it different?", [NotRequired(), Length(max=300)])


class HoldForm(TicketForm):
    reason = RadioField(
        "What does it wait for?",
        [InputRequired("Say what it waits for")],
        choices={each.value: sentence(each.value) for each in HoldReason},
    )
    until = DateField("Until", [NotRequired()], what="The day to wait until")
    message = TextAreaField("Message to the requester", [NotRequired(), PROSE])


class ReleaseForm(TicketForm):
    """Takes it off hold: nothing to ask."""


class TakeUpForm(TicketForm):
    """Work begins: nothing to ask."""


class TriageForm(TicketForm):
    """Gives it back to triage: nothing to ask."""


class ResolutionForm(TicketForm):
    resolution = SelectField(
        "How it ended",
        [InputRequired("Say how it ended")],
        choices={"": "Choose"} | {each.value: sentence(each.value) for each in Resolution},
    )
    notes = TextAreaField(
        "What was done", [InputRequired("Say what was done: the requester reads it"), PROSE]
    )
    minutes = WholeNumberField("Minutes spent", [NotRequired()], most=100_000, what="Minutes spent")
    children = SelectMultipleField(
        "Which of the tickets below it are resolved with it?", [NotRequired()], coerce=int
    )


class ReopeningForm(TicketForm):
    reason = TextAreaField("What is still wrong?", [NotRequired(), PROSE])


class CancellationForm(TicketForm):
    reason = StringField("Why is it cancelled?", [NotRequired(), Length(max=300)])


class TagForm(TicketForm):
    chosen = SelectMultipleField("Tags in use", [NotRequired()], coerce=str)
    names = StringField("Other tags", [NotRequired(), Length(max=300)])


class DetailsForm(TicketForm):
    subject = StringField("Subject", [InputRequired("Give it a subject"), Length(max=200)])
    ticket_type = RadioField("Type", choices={each.value: sentence(each.value) for each in ASKED_FOR})
    council = SelectField("Council the work is for", [NotRequired()], coerce=str)
    systems = SelectMultipleField("Systems concerned", [NotRequired()], coerce=str)
    device = SelectField("Device", [NotRequired()], coerce=str)
    needed_on = DateField("Needed by", [NotRequired()], what="The day it is needed by")
    needed_at = TimeField("at", [NotRequired()], what="The time it is needed by")
    needed_for = StringField("What is it needed for?", [NotRequired(), Length(max=120)])
    supplier_reference = StringField("Supplier’s reference", [NotRequired(), Length(max=80)])
    confidential = BooleanField("Confidential: only for those cleared for its queue")

    def validate(self, extra_validators: object = None) -> bool:
        good = super().validate(extra_validators)
        if bool(self.needed_on.data) != bool(self.needed_at.data) and good:
            self.needed_at.errors = ["Give both the day and the time it is needed by"]
            return False
        return good


class CallForm(Filling):
    """What somebody rings about. Resolving it in the same press asks how it ended, too.

    `version` is that of the questions of the chosen request type that are among the fields.
    """

    version: TypeForm | None = None

    subject = StringField(
        "What is it about?", [InputRequired("Say in a few words what it is about"), Length(max=200)]
    )
    description = TextAreaField("What they say", [NotRequired(), PROSE])
    channel = RadioField(
        "How did they come?",
        choices={Channel.PHONE.value: "Telephone", Channel.WALK_IN.value: "Walk-in"},
        default=Channel.PHONE.value,
    )
    ticket_type = RadioField(
        "Type",
        choices={each.value: sentence(each.value) for each in ASKED_FOR},
        default=TicketType.INCIDENT.value,
    )
    impact = SelectField("Impact", choices={str(key): word for key, word in IMPACTS.items()}, default="3")
    urgency = SelectField("Urgency", choices={str(key): word for key, word in URGENCIES.items()}, default="2")
    systems = SelectMultipleField("Systems concerned", [NotRequired()], coerce=str)
    device = SelectField("Device", [NotRequired()], coerce=str)
    needed_on = DateField("Needed by", [NotRequired()], what="The day it is needed by")
    needed_at = TimeField("Time it is needed by", [NotRequired()], what="The time it is needed by")
    needed_for = StringField("What is it needed for?", [NotRequired(), Length(max=120)])
    confidential = BooleanField("Confidential: only for those cleared for its queue")
    resolution = SelectField(
        "How it ended",
        [NotRequired()],
        choices={"": "Choose"} | {each.value: sentence(each.value) for each in Resolution},
    )
    notes = TextAreaField("What was done", [NotRequired(), PROSE])
    request_type = SelectField("Request type", [NotRequired()], coerce=str)
    proof = SelectField(
        "How do you know that it is them?",
        [NotRequired()],
        choices={"": "Not checked"} | {each.value: sentence(each.value) for each in Proof},
    )
    proof_detail = StringField("Who confirmed it", [NotRequired(), Length(max=200)])
    promised_on = DateField(
        "Call back promised for", [NotRequired()], what="The day you promised to ring back"
    )
    promised_at = TimeField(
        "Time of the call back", [NotRequired()], what="The time you promised to ring back"
    )
    then = StringField("", [NotRequired()])
    """Which button was pressed. No field of the page: a hidden one would be sent beside the button's."""

    def validate(self, extra_validators: object = None) -> bool:
        good = super().validate(extra_validators)
        if bool(self.needed_on.data) != bool(self.needed_at.data) and good:
            self.needed_at.errors = ["Give both the day and the time it is needed by"]
            good = False
        if self.promised_on.data and not self.promised_at.data and not self.promised_at.errors:
            self.promised_at.errors = ["Say what time you promised to ring back"]
            good = False
        if self.resolves and not self.resolution.data:
            self.resolution.errors = ["Say how it ended, or log it without resolving"]
            good = False
        if self.resolves and not (self.notes.data or "").strip():
            self.notes.errors = ["Say what was done: the requester reads it"]
            good = False
        return good

    @property
    def promised(self) -> datetime | None:
        """The promised call back as an instant; a time alone means today."""
        day = self.promised_on.data or clock.today(settings().zone)
        return moment_of(day, self.promised_at.data)

    @property
    def resolves(self) -> bool:
        """Whether "Log and resolve" was pressed."""
        return bool(self.then.data == "resolve")
