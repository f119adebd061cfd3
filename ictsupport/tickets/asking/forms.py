"""The questions of a request. A member is asked them on two pages and then checks them, staff on one."""

from collections.abc import Mapping
from datetime import date, time
from typing import Any, ClassVar

from wtforms import BooleanField, RadioField, SelectField, StringField, TelField, TextAreaField
from wtforms.validators import DataRequired, InputRequired, Length

from ... import clock
from ...config import settings
from ...pages.forms import DateField, FilesField, NotRequired, PersonField, TimeField
from ...pages.numbers import whole
from ...people.access import me
from ..models import ContactBy, TicketType
from ..raising import NeededInThePast, still_to_come
from ..request_types.filling import Filling, fields_for
from ..texts import LONGEST
from . import own_queries as queries
from .choosing import Choices, meeting_words
from .requests import CONTACT, HOW_BAD, HOW_SOON, KINDS, WHO_ELSE, needed_by

MYSELF = "0"
SOME_MEMBER = "member"
NONE_OF_THESE = "0"


class AskingPage(Filling):
    """One page of questions: what can be chosen is offered, what was answered filled in, what is answered read."""

    PARTS: ClassVar[tuple[type["AskingPage"], ...]] = ()

    def offer(self, choices: Choices) -> None:
        """Fill in what can be chosen."""

    def fill(self, answers: Mapping[str, Any], choices: Choices) -> None:
        """Show what was answered before."""

    def read(self) -> dict[str, Any]:
        """What was answered, to be kept."""
        return {}


class AboutForm(AskingPage):
    """What it is about."""

    for_whom = RadioField("Who needs help?", default=MYSELF)
    for_member = PersonField(
        "Which member?",
        [NotRequired()],
        search=lambda typed: queries.members_found(me(), typed),
        name_of=lambda value: queries.member_found(me(), value),
        suggest="/tickets/new/members",
    )
    type = RadioField("What is it about?", default="")
    kind = RadioField(
        "Is something wrong, or do you need something?",
        [InputRequired("Say what we can help with")],
        choices=dict(KINDS),
    )
    system = SelectField("Which system is it about?", default=NONE_OF_THESE)
    subject = StringField(
        "In a few words, what is it?",
        [
            DataRequired("Tell us in a few words what it is"),
            Length(max=200, message="Use no more than 200 characters"),
        ],
    )

    def offer(self, choices: Choices) -> None:
        whose = {MYSELF: "I do", **{str(member.id): member.name for member in choices.members}}
        if choices.any_member:
            whose[SOME_MEMBER] = "A member" if not choices.members else "Another member"
        self.for_whom.choices = whose
        self.type.choices = {str(each.id): each.name for each in choices.types}
        if not choices.types:
            del self.type
        self.makes = {str(each.id): each.ticket_type for each in choices.types}
        chosen = {str(system.id): system.name for system in choices.systems}
        self.system.choices = {NONE_OF_THESE: "I do not know, or none of these", **chosen}

    makes: Mapping[str, TicketType | None] = {}
    """What kind of ticket each request type makes."""

    def fill(self, answers: Mapping[str, Any], choices: Choices) -> None:
        self.for_whom.data = MYSELF
        if choices.whom.id != me().id:
            named = any(choices.whom.id == member.id for member in choices.members)
            self.for_whom.data = str(choices.whom.id) if named else SOME_MEMBER
            if not named:
                self.for_member.process(None, choices.whom.id)
        if "type" in self:
            self.type.data = str(answers.get("type") or "")
        self.kind.data = answers.get("kind")
        self.system.data = str(answers.get("system") or NONE_OF_THESE)
        self.subject.data = answers.get("subject", "")

    def validate(self, extra_validators: Any = None) -> bool:
        if "type" in self and (made := self.makes.get(self.type.data or "")) is not None:
            self.kind.data, self.kind.raw_data = kind_word(made), [kind_word(made)]
        good = super().validate(extra_validators)
        if "type" in self and not self.type.data:
            self.type.errors = ["Choose what it is about, or “Something else”"]
            self.kind.errors = []
            good = False
        if self.for_whom.data == SOME_MEMBER and not self.for_member.data and not self.for_member.errors:
            self.for_member.errors = ["Say which member"]
            good = False
        return good

    def read(self) -> dict[str, Any]:
        return {
            "type": _number(self.type.data) if "type" in self else None,
            "kind": self.kind.data if self.kind.data in KINDS else None,
            "system": _number(self.system.data),
            "subject": (self.subject.data or "")[:200],
        }

    @property
    def whose(self) -> int | None:
        """Whom it is for, by their id; none for oneself."""
        if self.for_whom.data == SOME_MEMBER:
            return _number(self.for_member.data)
        return _number(self.for_whom.data)


class DetailsForm(AskingPage):
    """How bad it is, by when it is needed, and what else there is to say."""

    how_bad = RadioField("How bad is it?", [InputRequired("Say how bad it is")], choices=dict(HOW_BAD))
    who_else = RadioField("Who else has this?", [NotRequired()], choices=dict(WHO_ELSE), default="me")
    meeting = RadioField("Is it for a meeting?", [NotRequired()], default=NONE_OF_THESE)
    needed_on = DateField("What day do you need it by?", [NotRequired()], what="The day you need it by")
    needed_at = TimeField("What time do you need it by?", [NotRequired()], what="The time you need it by")
    needed_for = StringField("What do you need it for?", [NotRequired(), Length(max=120)])
    description = TextAreaField("Tell us more", [NotRequired(), Length(max=LONGEST)])
    files = FilesField("Add a photograph or a file", [NotRequired()])
    device = SelectField("Is it about one of your devices?", default=NONE_OF_THESE)
    contact_by = RadioField(
        "How should we get in touch?",
        choices={way.value: name for way, name in CONTACT.items()},
        default=ContactBy.MAIL.value,
    )
    contact_number = TelField("Which number?", [NotRequired(), Length(max=40)])
    confidential = BooleanField("Keep it confidential")

    meetings: Mapping[str, Any] = {}

    def offer(self, choices: Choices) -> None:
        self.meetings = {str(each.id): each for each in choices.meetings}
        words = {key: meeting_words(each) for key, each in self.meetings.items()}
        self.meeting.choices = {**words, NONE_OF_THESE: "No"}
        names = {str(device.id): f"{device.kind} {device.asset_tag}" for device in choices.devices}
        self.device.choices = {NONE_OF_THESE: "No", **names}
        if choices.asked_kind is TicketType.REQUEST:
            self.how_bad.label.text = "How soon do you need it?"
            self.how_bad.choices = dict(HOW_SOON)

    def fill(self, answers: Mapping[str, Any], choices: Choices) -> None:
        self.how_bad.data = answers.get("how_bad")
        self.who_else.data = answers.get("who_else") or "me"
        meeting = str(answers.get("meeting") or NONE_OF_THESE)
        self.meeting.data = meeting
        if meeting == NONE_OF_THESE:
            day, hour = answers.get("needed_on"), answers.get("needed_at")
            self.needed_on.process(None, date.fromisoformat(day) if day else None)
            self.needed_at.process(None, time.fromisoformat(hour) if hour else None)
            self.needed_for.data = answers.get("needed_for", "")
        self.description.data = answers.get("description", "")
        self.device.data = str(answers.get("device") or NONE_OF_THESE)
        self.contact_by.data = answers.get("contact_by") or ContactBy.MAIL.value
        self.contact_number.data = answers.get("contact_number", choices.whom.phone)
        self.confidential.data = bool(answers.get("confidential"))
        self.fill_in(answers.get("more") or {})

    def read(self) -> dict[str, Any]:
        ways = {way.value for way in CONTACT}
        given = self.answers()
        return {
            "how_bad": self.how_bad.data if self.how_bad.data in HOW_BAD else None,
            "who_else": self.who_else.data if self.who_else.data in WHO_ELSE else "me",
            **self._needed(),
            "description": (self.description.data or "")[:LONGEST],
            "device": _number(self.device.data),
            "contact_by": self.contact_by.data if self.contact_by.data in ways else None,
            "contact_number": (self.contact_number.data or "")[:40],
            "confidential": bool(self.confidential.data),
            "more": {key: answer.value for key, answer in given.items()},
            "words": {key: answer.words for key, answer in given.items()},
        }

    def _needed(self) -> dict[str, Any]:
        """By when and for what: as the meeting says that was chosen, or as was typed."""
        meeting = self.meetings.get(self.meeting.data or "")
        if meeting is not None:
            begins = meeting.starts_at.astimezone(settings().zone)
            return {
                "meeting": meeting.id,
                "needed_on": begins.date().isoformat(),
                "needed_at": begins.time().isoformat(),
                "needed_for": meeting.title,
            }
        return {
            "meeting": None,
            "needed_on": self.needed_on.data.isoformat() if self.needed_on.data else None,
            "needed_at": self.needed_at.data.isoformat() if self.needed_at.data else None,
            "needed_for": (self.needed_for.data or "")[:120],
        }

    def validate(self, extra_validators: Any = None) -> bool:
        good = super().validate(extra_validators)
        needed = self._needed()
        if self.how_bad.data == "meeting" and not needed["needed_at"] and not self.needed_at.errors:
            where, words = (
                (self.meeting, "Choose the meeting, or say below what time it is")
                if self.meetings
                else (self.needed_at, "Say what time the meeting is")
            )
            where.errors = [words]
            good = False
        if not self.needed_on.errors and not self.needed_at.errors:
            try:
                still_to_come(needed_by(needed), clock.now())
            except NeededInThePast as refusal:
                self.needed_on.errors = [str(refusal)]
                good = False
        if self.contact_by.data != ContactBy.MAIL.value and not self.contact_number.data:
            self.contact_number.errors = ["Say which number, or choose e-mail"]
            good = False
        return good


class WholeForm(AboutForm, DetailsForm):
    """All questions on one page."""

    PARTS = (AboutForm, DetailsForm)

    def offer(self, choices: Choices) -> None:
        for part in self.PARTS:
            part.offer(self, choices)

    def fill(self, answers: Mapping[str, Any], choices: Choices) -> None:
        for part in self.PARTS:
            part.fill(self, answers, choices)

    def read(self) -> dict[str, Any]:
        return {name: value for part in self.PARTS for name, value in part.read(self).items()}


def page_form(kind: type[AskingPage], choices: Choices) -> AskingPage:
    """The form of a page, with the questions of the chosen request type where the page asks them."""
    asks = issubclass(kind, DetailsForm)
    more = fields_for(choices.form if asks else None, systems=choices.systems, devices=choices.devices)
    form: AskingPage = type(kind.__name__, (kind,), more)()
    form.offer(choices)
    first = [name for name in form._fields if name in AboutForm.__dict__]
    asked = [question.name for question in form.questions]
    order = [*first, *asked, *(name for name in form._fields if name not in (*first, *asked))]
    form._fields = {name: form._fields[name] for name in order}
    return form


def kind_word(made: TicketType) -> str:
    return "incident" if made is TicketType.INCIDENT else "request"


def _number(text: Any) -> int | None:
    """The id that was chosen; nothing for the choice that means none."""
    return whole(text) if str(text) != NONE_OF_THESE else None
