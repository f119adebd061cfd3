"""The questions of a request. A member is asked them on three pages, staff on one."""

from collections.abc import Mapping, Sequence
from datetime import date, time
from typing import Any

from wtforms import BooleanField, RadioField, SelectField, StringField, TelField, TextAreaField
from wtforms.validators import DataRequired, InputRequired, Length

from ... import clock
from ...devices.models import Device
from ...pages.forms import DateField, FilesField, Form, NotRequired, TimeField
from ...people.models import Person
from ...systems.models import System
from ..models import ContactBy
from ..raising import NeededInThePast, still_to_come
from ..texts import LONGEST
from .requests import CONTACT, HOW_BAD, KINDS, WHO_ELSE, needed_by

MYSELF = "0"
NONE_OF_THESE = "0"


class AboutForm(Form):
    """What it is about."""

    for_whom = RadioField("Who needs help?", default=MYSELF)
    kind = RadioField(
        "What can we help with?", [InputRequired("Say what we can help with")], choices=dict(KINDS)
    )
    system = SelectField("Which system is it about?", default=NONE_OF_THESE)
    subject = StringField(
        "In a few words, what is it?",
        [
            DataRequired("Tell us in a few words what it is"),
            Length(max=200, message="Use no more than 200 characters"),
        ],
    )

    def offer(self, members: Sequence[Person], systems: Sequence[System], _devices: Sequence[Device]) -> None:
        """Fill in what can be chosen."""
        names = {str(member.id): member.name for member in members}
        self.for_whom.choices = {MYSELF: "I do", **names}
        chosen = {str(system.id): system.name for system in systems}
        self.system.choices = {NONE_OF_THESE: "I do not know, or none of these", **chosen}

    def fill(self, answers: Mapping[str, Any], for_whom_id: int | None) -> None:
        """Show what was answered before."""
        self.for_whom.data = str(for_whom_id or MYSELF)
        self.kind.data = answers.get("kind")
        self.system.data = str(answers.get("system") or NONE_OF_THESE)
        self.subject.data = answers.get("subject", "")

    def read(self) -> dict[str, Any]:
        """What was answered, to be kept."""
        return {
            "kind": self.kind.data if self.kind.data in KINDS else None,
            "system": _number(self.system.data),
            "subject": (self.subject.data or "")[:200],
        }

    @property
    def whose(self) -> int | None:
        return _number(self.for_whom.data)


class UrgencyForm(Form):
    """How bad it is, and by when it is needed."""

    how_bad = RadioField("How bad is it?", [InputRequired("Say how bad it is")], choices=dict(HOW_BAD))
    who_else = RadioField(
        "Who else has this?", [InputRequired("Say who else has this")], choices=dict(WHO_ELSE)
    )
    needed_on = DateField("What day do you need it by?", [NotRequired()], what="The day you need it by")
    needed_at = TimeField("What time do you need it by?", [NotRequired()], what="The time you need it by")
    needed_for = StringField("What do you need it for?", [NotRequired(), Length(max=120)])

    def offer(
        self, _members: Sequence[Person], _systems: Sequence[System], _devices: Sequence[Device]
    ) -> None:
        """Nothing here depends on who asks."""

    def fill(self, answers: Mapping[str, Any], _for_whom_id: int | None) -> None:
        self.how_bad.data = answers.get("how_bad")
        self.who_else.data = answers.get("who_else")
        day, hour = answers.get("needed_on"), answers.get("needed_at")
        self.needed_on.process(None, date.fromisoformat(day) if day else None)
        self.needed_at.process(None, time.fromisoformat(hour) if hour else None)
        self.needed_for.data = answers.get("needed_for", "")

    def read(self) -> dict[str, Any]:
        return {
            "how_bad": self.how_bad.data if self.how_bad.data in HOW_BAD else None,
            "who_else": self.who_else.data if self.who_else.data in WHO_ELSE else None,
            "needed_on": self.needed_on.data.isoformat() if self.needed_on.data else None,
            "needed_at": self.needed_at.data.isoformat() if self.needed_at.data else None,
            "needed_for": (self.needed_for.data or "")[:120],
        }

    def validate(self, extra_validators: Any = None) -> bool:
        good = super().validate(extra_validators)
        if self.how_bad.data == "meeting" and not self.needed_at.data and not self.needed_at.errors:
            self.needed_at.errors = ["Say what time the meeting is"]
            good = False
        if not self.needed_on.errors and not self.needed_at.errors:
            try:
                still_to_come(needed_by(self.read()), clock.now())
            except NeededInThePast as refusal:
                self.needed_on.errors = [str(refusal)]
                good = False
        return good


class DetailsForm(Form):
    """What else there is to say, and how to get in touch."""

    description = TextAreaField("Tell us more", [NotRequired(), Length(max=LONGEST)])
    files = FilesField("Add a photograph or a file", [NotRequired()])
    device = SelectField("Is it about one of your devices?", default=NONE_OF_THESE)
    contact_by = RadioField(
        "How should we get in touch?", choices={way.value: name for way, name in CONTACT.items()}
    )
    contact_number = TelField("Which number?", [NotRequired(), Length(max=40)])
    confidential = BooleanField("It is confidential: only those who deal with such requests may read it")

    def offer(
        self, _members: Sequence[Person], _systems: Sequence[System], devices: Sequence[Device]
    ) -> None:
        names = {str(device.id): f"{device.kind} {device.asset_tag}" for device in devices}
        self.device.choices = {NONE_OF_THESE: "No", **names}

    def fill(self, answers: Mapping[str, Any], _for_whom_id: int | None) -> None:
        self.description.data = answers.get("description", "")
        self.device.data = str(answers.get("device") or NONE_OF_THESE)
        self.contact_by.data = answers.get("contact_by") or ContactBy.MAIL.value
        self.contact_number.data = answers.get("contact_number", "")
        self.confidential.data = bool(answers.get("confidential"))

    def read(self) -> dict[str, Any]:
        ways = {way.value for way in CONTACT}
        return {
            "description": (self.description.data or "")[:LONGEST],
            "device": _number(self.device.data),
            "contact_by": self.contact_by.data if self.contact_by.data in ways else None,
            "contact_number": (self.contact_number.data or "")[:40],
            "confidential": bool(self.confidential.data),
        }

    def validate(self, extra_validators: Any = None) -> bool:
        good = super().validate(extra_validators)
        if self.contact_by.data != ContactBy.MAIL.value and not self.contact_number.data:
            self.contact_number.errors = ["Say which number, or choose e-mail"]
            good = False
        return good


class WholeForm(AboutForm, UrgencyForm, DetailsForm):
    """All questions on one page."""

    PARTS = (AboutForm, UrgencyForm, DetailsForm)

    def offer(self, members: Sequence[Person], systems: Sequence[System], devices: Sequence[Device]) -> None:
        for part in self.PARTS:
            part.offer(self, members, systems, devices)

    def fill(self, answers: Mapping[str, Any], for_whom_id: int | None) -> None:
        for part in self.PARTS:
            part.fill(self, answers, for_whom_id)

    def read(self) -> dict[str, Any]:
        return {name: value for part in self.PARTS for name, value in part.read(self).items()}


def _number(text: str | None) -> int | None:
    """The id that was chosen; nothing for the choice that means none."""
    return int(text) if text and text.isdecimal() and text != NONE_OF_THESE and len(text) < 10 else None
