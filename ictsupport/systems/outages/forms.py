"""What is asked when an outage is declared, told of and ended."""

from datetime import datetime

from wtforms import RadioField, SelectField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length

from ...config import settings
from ...pages.forms import DateField, Form, NotRequired, TimeField
from ..forms import VersionedForm
from .models import OutageKind

KINDS = {
    OutageKind.OUTAGE.value: "It does not work now",
    OutageKind.MAINTENANCE.value: "It will be worked on, at a planned time",
}
EVERYBODY = "0"


def moment_of(day: DateField, at: TimeField) -> datetime | None:
    if not day.data or not at.data:
        return None
    return datetime.combine(day.data, at.data, settings().zone)


def pair(day: DateField, at: TimeField, words: str) -> bool:
    """Whether day and time are both there or both left out; says so on the form if not."""
    if bool(day.data) == bool(at.data) or day.errors or at.errors:
        return True
    at.errors = [words]
    return False


class DeclareForm(Form):
    kind = RadioField("What is it?", choices=KINDS, default=OutageKind.OUTAGE.value)
    title = StringField(
        "What do people notice?",
        [InputRequired("Say in a few words what people notice"), Length(max=160)],
        description="Everybody reads this: for example, calls are cut off after a minute",
    )
    council = SelectField("For whom?", coerce=str)
    advice = TextAreaField(
        "What can they do meanwhile?",
        [NotRequired(), Length(max=4000)],
        description="For example, use a mobile telephone",
    )
    from_day = DateField(
        "From which day?", [NotRequired()], what="The first day", description="Leave it empty for now"
    )
    from_time = TimeField("From what time?", [NotRequired()], what="The time it begins")
    until_day = DateField(
        "Until which day?", [NotRequired()], what="The last day", description="Of an outage only if you know"
    )
    until_time = TimeField("Until what time?", [NotRequired()], what="The time it ends")

    def validate(self, extra_validators: object = None) -> bool:
        good = super().validate(extra_validators)
        words = "Give both the day and the time"
        first = pair(self.from_day, self.from_time, words)
        return pair(self.until_day, self.until_time, words) and first and good


class UpdateForm(VersionedForm):
    words = TextAreaField(
        "What is there to tell?",
        [InputRequired("Say what there is to tell"), Length(max=4000)],
        description="Everybody who reported it gets this by e-mail",
    )
    until_day = DateField("Expected to work again on", [NotRequired()], what="The day")
    until_time = TimeField("at", [NotRequired()], what="The time")

    def validate(self, extra_validators: object = None) -> bool:
        good = super().validate(extra_validators)
        return pair(self.until_day, self.until_time, "Give both the day and the time") and good


class EndForm(VersionedForm):
    words = TextAreaField(
        "What was the matter, and what was done?",
        [InputRequired("Say what was done"), Length(max=4000)],
        description="Everybody who reported it gets this by e-mail, and is asked whether it works now",
    )
