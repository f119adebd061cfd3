"""What comes again, and when."""

from wtforms import RadioField, SelectField, SelectMultipleField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length

from ...hours import WEEKDAYS
from ...pages.forms import DateField, NotRequired, TimeField, WholeNumberField
from ...pages.previewing import PreviewForm
from ...people.picking import SomebodyField
from ..desk.forms import IMPACTS, URGENCIES
from ..models import ASKED_FOR, TicketType
from .schedule import DAYS, NTH, monthly_on_day, monthly_on_weekday, parts_of, weekly

WEEKLY, ON_WEEKDAY, ON_DAY = "weekly", "weekday", "day"
NAMED = {str(number): name for number, name in enumerate(WEEKDAYS)}


class RecurringForm(PreviewForm):
    subject = StringField("Subject", [InputRequired("Enter a subject"), Length(max=200)])
    description = TextAreaField("What is to be done", [NotRequired(), Length(max=20_000)])
    requester = SomebodyField(
        "Requester",
        [InputRequired("Enter who it is for")],
        description="Whoever is told when it is done: type part of a name.",
    )
    ticket_type = RadioField(
        "Type",
        choices={each.value: each.value.capitalize() for each in ASKED_FOR},
        default=TicketType.REQUEST.value,
    )
    council = SelectField("Council", [NotRequired()], coerce=str)
    system = SelectField("System", [NotRequired()], coerce=str)
    impact = SelectField("Impact", choices={str(key): word for key, word in IMPACTS.items()}, default="3")
    urgency = SelectField("Urgency", choices={str(key): word for key, word in URGENCIES.items()}, default="3")
    how = RadioField(
        "How often?",
        [InputRequired("Choose how often it comes")],
        choices={
            WEEKLY: "By the week",
            ON_WEEKDAY: "By the month, on a weekday, like the first Monday",
            ON_DAY: "By the month, on a day, like the 15th",
        },
    )
    interval = WholeNumberField(
        "Every how many weeks or months?", [NotRequired()], least=1, most=60, what="The number", default=1
    )
    weekdays = SelectMultipleField("On which days?", [NotRequired()], choices=NAMED)
    nth = SelectField("Which one?", choices={str(key): word for key, word in NTH.items()}, default="1")
    weekday = SelectField("Weekday", choices=NAMED, default="0")
    day = WholeNumberField(
        "Day of the month",
        [NotRequired()],
        least=1,
        most=31,
        what="The day",
        description="In months that are too short it does not come.",
    )
    starts_on = DateField("From which day on?", [InputRequired("Enter the day")], what="The day")
    at = TimeField("At what time?", [InputRequired("Enter the time")], what="The time")

    def validate(self, extra_validators: object = None) -> bool:
        good = super().validate(extra_validators)
        if good and self.how.data == WEEKLY and not self.weekdays.data:
            self.weekdays.errors = ["Tick at least one weekday"]
            return False
        if good and self.how.data == ON_DAY and self.day.data is None:
            self.day.errors = ["Enter the day of the month"]
            return False
        return good

    def rule(self) -> str:
        interval = self.interval.data or 1
        if self.how.data == WEEKLY:
            return weekly([int(day) for day in self.weekdays.data or []], interval)
        if self.how.data == ON_WEEKDAY:
            return monthly_on_weekday(int(self.nth.data), int(self.weekday.data), interval)
        return monthly_on_day(self.day.data, interval)

    def show_rule(self, rule: str) -> None:
        """Fill in the answers that give this rule."""
        parts = parts_of(rule)
        self.interval.data = int(parts.get("INTERVAL", "1"))
        if parts["FREQ"] == "WEEKLY":
            self.how.data = WEEKLY
            self.weekdays.data = [str(DAYS.index(code)) for code in parts["BYDAY"].split(",")]
        elif "BYMONTHDAY" in parts:
            self.how.data, self.day.data = ON_DAY, int(parts["BYMONTHDAY"])
        else:
            self.how.data, self.nth.data = ON_WEEKDAY, parts["BYDAY"][:-2]
            self.weekday.data = str(DAYS.index(parts["BYDAY"][-2:]))
