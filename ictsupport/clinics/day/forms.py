"""The form of what came of a visit."""

from typing import Any

from wtforms import BooleanField, HiddenField, RadioField, SelectField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length

from ...devices.models import Device
from ...pages.filters import clock_time, long_date
from ...pages.forms import Form, NotRequired
from ..attending import LONGEST_NOTE, OFFERED_OUTCOMES, recorded, suggested_subject
from ..models import Booking, Outcome, Slot
from ..queries import devices_of, next_clinics
from .outcomes import Besides, device_to_lend

CLINICS, TIMES = 4, 8
"""How many clinics to come a follow-up can be booked at, and how many times at each are shown."""

OUTCOME_WORDS = {
    Outcome.FIXED: "Fixed",
    Outcome.ADVICE: "Advice given",
    Outcome.TRAINING: "Training given",
    Outcome.SWAPPED: "Device swapped",
    Outcome.FOLLOW_UP: "Follow-up booked",
    Outcome.TICKET: "Not settled: raise a ticket",
}


class OutcomeForm(Form):
    """What came of it, in one step."""

    outcome = RadioField(
        "What came of it?",
        [InputRequired("Choose what came of it")],
        choices={each.name: OUTCOME_WORDS[each] for each in OFFERED_OUTCOMES},
    )
    subject = StringField("What is the ticket about?", [NotRequired(), Length(max=200)])
    given = StringField("Asset tag of the device they get", [NotRequired(), Length(max=40)])
    back = SelectField("Device they hand back", [NotRequired()])
    slot = SelectField("When do they come again?", [NotRequired()])
    note = TextAreaField("What we did", [NotRequired(), Length(max=LONGEST_NOTE)])
    tell = BooleanField("Send them this note")
    recorded = HiddenField()

    @classmethod
    def open(cls, booking: Booking) -> "OutcomeForm":
        """With what is known: the subject of a ticket, their devices, and the next times that are free."""
        devices = {str(device.id): device for device in devices_of(booking.person)}
        theirs = str(booking.device_id) if str(booking.device_id) in devices else next(iter(devices), "")
        form = cls(
            data={
                "outcome": booking.outcome.name if booking.outcome else None,
                "note": booking.outcome_note,
                "subject": suggested_subject(booking),
                "back": theirs,
                "tell": True,
                "recorded": recorded(booking),
            }
        )
        form.devices = devices
        form.back.choices = {**{key: device.label for key, device in devices.items()}, "": "None"}
        form.times = {
            str(time.slot.id): time.slot
            for offer in next_clinics(booking.person, limit=CLINICS)
            for time in offer.times[:TIMES]
        }
        form.slot.choices = {"": "Choose a time", **{key: _when(slot) for key, slot in form.times.items()}}
        if not booking.person.email:
            del form.tell
        return form

    def besides(self, booking: Booking) -> Besides:
        """What was chosen for the outcome; raises the refusal of a tag that is not free."""
        outcome = Outcome[self.outcome.data]
        if outcome is Outcome.SWAPPED:
            tag, back = self.given.data or "", self.devices.get(self.back.data or "")
            given: Device | None = (
                device_to_lend(tag, booking.slot.clinic, booking.person) if tag.strip() else None
            )
            return Besides(given=given, back=back)
        if outcome is Outcome.FOLLOW_UP:
            return Besides(next_slot=self.times.get(self.slot.data or ""))
        return Besides()

    @property
    def tells(self) -> bool:
        return bool("tell" in self and self.tell.data)


def _when(slot: Slot) -> str:
    clinic: Any = slot.clinic
    return f"{long_date(slot.starts_at)}, {clock_time(slot.starts_at)}, {clinic.site.name}"
