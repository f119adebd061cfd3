"""The form of what came of a visit."""

from collections.abc import Sequence

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

from ...devices.models import Device
from ...pages.filters import clock_time, long_date
from ...pages.forms import Form, NotRequired
from ...people.models import Person
from ...tickets.access import may_work
from ...tickets.models import Ticket
from ..attending import LONGEST_NOTE, OFFERED_OUTCOMES, recorded, suggested_subject
from ..emails import was_told
from ..models import Booking, Clinic, Outcome, Slot
from ..queries import devices_of, next_clinics
from .outcomes import Besides, device_to_lend
from .queries import Brought

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


GOES_ON = "Not settled: the request they brought goes on at the desk"


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
    resolving = SelectMultipleField("What they brought", [NotRequired()])
    tell = BooleanField("Send them this note")
    recorded = HiddenField()

    @classmethod
    def open(cls, booking: Booking, brought: Sequence[Brought], by: Person) -> "OutcomeForm":
        """With what is known: the subject of a ticket, their devices, what they brought, and the next times that are free."""
        devices = {str(device.id): device for device in devices_of(booking.person)}
        theirs = str(booking.device_id) if str(booking.device_id) in devices else next(iter(devices), "")
        told = was_told(booking)
        form = cls(
            data={
                "outcome": booking.outcome.name if booking.outcome else None,
                "note": booking.outcome_note,
                "subject": suggested_subject(booking),
                "back": theirs,
                "tell": not told,
                "recorded": recorded(booking),
            }
        )
        form.was_told, form.devices = told, devices
        form.back.choices = {**{key: device.label for key, device in devices.items()}, "": "None"}
        times = [
            (offer.clinic, time.slot)
            for offer in next_clinics(booking.person, limit=CLINICS)
            for time in offer.times[:TIMES]
        ]
        form.times = {str(slot.id): slot for _, slot in times}
        form.slot.choices = {
            "": "Choose a time",
            **{str(slot.id): _when(clinic, slot) for clinic, slot in times},
        }
        form.brought, words = brought, {each.name: OUTCOME_WORDS[each] for each in OFFERED_OUTCOMES}
        form.outcome.choices = {**words, Outcome.GOES_ON.name: GOES_ON} if brought else words
        form.tickets = {
            str(one.row.ticket_id): one.row.ticket
            for one in brought
            if one.may_open
            and one.row.ticket.is_open
            and one.row.ticket.merged_into_id is None
            and may_work(by, one.row.ticket)
        }
        form.resolving.choices = {
            key: f"Resolve {ticket.reference}: {ticket.subject}" for key, ticket in form.tickets.items()
        }
        if not form.tickets:
            del form.resolving
        for asked in (form.subject, form.given, form.back, form.slot):
            asked.flags.optional = False  # needed where they are shown at all
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
    def resolved(self) -> list[Ticket]:
        """What was brought and is done."""
        return [self.tickets[key] for key in self.resolving.data or []] if "resolving" in self else []

    @property
    def tells(self) -> bool:
        return bool("tell" in self and self.tell.data)


def _when(clinic: Clinic, slot: Slot) -> str:
    return f"{long_date(slot.starts_at)}, {clock_time(slot.starts_at)}, {clinic.site.name}"
