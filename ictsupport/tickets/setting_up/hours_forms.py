"""What is asked about opening hours."""

from wtforms import BooleanField, Field, RadioField, StringField
from wtforms.validators import InputRequired, Length

from ... import hours
from ...pages.forms import DateField, NotRequired
from ...pages.previewing import PreviewForm

CLOSED, OPEN = "closed", "open"
HINT = "Like 8:30am to 12 midday, 1pm to 5pm, or 08:30-17:00. Leave it empty where the day is closed."


class WeekForm(PreviewForm):
    """The hours of a week from a day on; a field for each weekday is added below."""

    starts_on = DateField("Holds from", [InputRequired("Enter the first day")], what="The first day")

    @property
    def week(self) -> dict[int, str]:
        texts = {number: str(self[f"day_{number}"].data or "").strip() for number in range(7)}
        return {number: text for number, text in texts.items() if text}

    def validate(self, extra_validators: object = None) -> bool:
        """Each day's hours by themselves: what is wrong stands beside the day."""
        good = super().validate(extra_validators)
        for number, text in self.week.items():
            good = _can_be_read(self[f"day_{number}"], text, hours.WEEKDAYS[number]) and good
        return good


def _can_be_read(field: Field, text: str, what: str) -> bool:
    try:
        hours.parse_windows(text)
    except hours.BadHours as trouble:
        field.errors = [*field.errors, f"{what}: {trouble}"]
        return False
    return True


for _number, _name in enumerate(hours.WEEKDAYS):
    setattr(WeekForm, f"day_{_number}", StringField(_name, [Length(max=120)]))


class SpecialForm(PreviewForm):
    """Days that are closed, or have hours of their own."""

    name = StringField("What is it?", [InputRequired("Say in a few words what it is"), Length(max=120)])
    kind = RadioField(
        "Are you open?",
        choices={CLOSED: "Closed", OPEN: "Open, with hours of its own"},
        default=CLOSED,
    )
    first = DateField("First day", [InputRequired("Enter the first day")], what="The first day")
    last = DateField("Last day", [NotRequired()], what="The last day")
    windows = StringField("Hours", [NotRequired(), Length(max=120)])
    although_holiday = BooleanField("Open although it is a bank holiday or closed otherwise")

    def validate(self, extra_validators: object = None) -> bool:
        good = super().validate(extra_validators)
        if self.kind.data == OPEN and not self.windows.data and not self.windows.errors:
            self.windows.errors = ["Enter the hours, like 9am to 12 midday"]
            return False
        if self.kind.data == OPEN and not _can_be_read(self.windows, self.windows.data or "", "Hours"):
            return False
        if self.kind.data == OPEN and self.last.data and self.last.data != self.first.data:
            self.last.errors = ["Hours of its own are entered for one day at a time: leave the last day out"]
            return False
        return good


class WithdrawalForm(PreviewForm):
    """Takes a closure or special opening back."""
