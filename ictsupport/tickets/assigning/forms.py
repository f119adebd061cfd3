"""What is asked on the pages of the team: absences, hours, skills, caps."""

from datetime import date, datetime, time, timedelta

from wtforms import RadioField, SelectMultipleField, StringField
from wtforms.validators import InputRequired, Length

from ...config import settings
from ...hours import WEEKDAYS
from ...pages.forms import DateField, Form, NotRequired, TimeField, WholeNumberField
from ...people.rota.models import AbsenceKind

HANDS_BACK, KEEPS_ALL = "hands back", "keeps all"
KINDS = {
    AbsenceKind.LEAVE.value: "Leave",
    AbsenceKind.TRAINING.value: "Training",
    AbsenceKind.ELSEWHERE.value: "Working elsewhere",
    AbsenceKind.AWAY.value: "Away, for any other reason",
}


class AbsenceForm(Form):
    kind = RadioField(
        "Why?",
        [InputRequired("Choose why")],
        choices=KINDS,
        description="“Away” is all that is written down for illness and everything private.",
    )
    first_day = DateField("First day", [InputRequired("Enter the first day")], what="The first day")
    from_time = TimeField(
        "From", [NotRequired()], what="The time", description="Leave empty for the whole day."
    )
    last_day = DateField("Last day", [InputRequired("Enter the last day")], what="The last day")
    until_time = TimeField(
        "Until", [NotRequired()], what="The time", description="Leave empty for the whole day."
    )

    work = RadioField(
        "What happens to the open work?",
        [InputRequired("Choose what happens to the open work")],
        choices={
            HANDS_BACK: "It goes back to its queues, for others",
            KEEPS_ALL: "It stays, since the absence is short",
        },
    )
    kept = SelectMultipleField(
        "If it goes back, which stay all the same?",
        [NotRequired()],
        coerce=str,
        description="What is nearly done, and better finished by whoever began it.",
    )

    def span(self) -> tuple[datetime, datetime]:
        """From when until when, as instants: whole days unless times are given."""
        first, last = self.first_day.data, self.last_day.data
        starts = _at(first, self.from_time.data or time())
        ends = _at(last, self.until_time.data) if self.until_time.data else _at(last + timedelta(1), time())
        return starts, ends


def _at(day: date, at: time) -> datetime:
    return datetime.combine(day, at, settings().zone)


class HoursForm(Form):
    """The hours of a week, a line for each day."""

    day_0 = StringField(WEEKDAYS[0], [Length(max=100)], description="Such as 9am to 12:30pm, 1pm to 5pm")
    day_1 = StringField(WEEKDAYS[1], [Length(max=100)])
    day_2 = StringField(WEEKDAYS[2], [Length(max=100)])
    day_3 = StringField(WEEKDAYS[3], [Length(max=100)])
    day_4 = StringField(WEEKDAYS[4], [Length(max=100)])
    day_5 = StringField(WEEKDAYS[5], [Length(max=100)])
    day_6 = StringField(WEEKDAYS[6], [Length(max=100)])
    effective_from = DateField("From which day on?", [InputRequired("Enter the day")], what="The day")

    @property
    def days(self) -> list[StringField]:
        return [self[f"day_{weekday}"] for weekday in range(7)]

    def week(self) -> dict[int, str]:
        return {weekday: field.data or "" for weekday, field in enumerate(self.days)}


class SkillsForm(Form):
    systems = SelectMultipleField("Systems they know their way about", coerce=str)


class CapForm(Form):
    most = WholeNumberField(
        "Most tickets at a time",
        [NotRequired()],
        most=999,
        what="The number",
        description="Tickets that wait for their requester do not count. Leave empty for as many as everybody.",
    )
