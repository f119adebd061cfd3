"""When a reminder goes out, as it is asked for."""

from wtforms import HiddenField, RadioField, SelectField
from wtforms.validators import InputRequired

from ...pages.forms import Form, TimeField, WholeNumberField
from ...pages.numbers import whole
from ..booking import in_words
from .models import ClinicReminderRule

BY_DAY, BY_HOURS = "days", "hours"
LENGTHS = (15, 30, 60, 90, 120, 180, 240, 360, 720)


class ReminderForm(Form):
    """`version` is what its sender saw."""

    how = RadioField(
        "When does it go out?",
        [InputRequired("Choose when it goes out")],
        choices={
            BY_DAY: "Days before, at a time of day",
            BY_HOURS: "Hours before the booked time",
        },
    )
    days = WholeNumberField("How many days before?", what="The number of days")
    at = TimeField("At what time of day?", what="The time of day")
    minutes = SelectField(
        "How long before?",
        choices={str(each): in_words(each) for each in LENGTHS},
        default="120",
    )
    version = HiddenField()

    @classmethod
    def open(cls, row: ClinicReminderRule | None) -> "ReminderForm":
        form = cls()
        if row is not None and row.minutes is not None and row.minutes not in LENGTHS:
            lengths = (row.minutes, *LENGTHS)
            form.minutes.choices = {str(each): in_words(each) for each in lengths}
        if form.is_submitted():
            return form
        if row is None:
            form.how.data, form.days.data = BY_DAY, 1
        else:
            form.how.data = BY_DAY if row.minutes is None else BY_HOURS
            form.days.data, form.at.data = row.days, row.wall
            form.minutes.data = str(row.minutes or 120)
            form.version.data = str(row.version)
        return form

    @property
    def seen(self) -> int | None:
        return whole(self.version.data)

    def answers(self) -> dict[str, object]:
        """As the verb takes them: only what belongs to the way that was chosen."""
        if self.how.data == BY_HOURS:
            return {"minutes": int(self.minutes.data)}
        return {"days": self.days.data, "wall": self.at.data}
