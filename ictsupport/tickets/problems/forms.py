"""What is asked about problems."""

from wtforms import HiddenField, RadioField, SelectField, SelectMultipleField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length

from ...pages.forms import Form, NotRequired
from ...pages.numbers import whole
from ..desk.forms import PROSE

KNOWN = Length(max=4_000, message="Use no more than 4,000 characters")
CAUSE = "Leave it empty while nobody knows"
WORKAROUND = "What people can do meanwhile. Agents put it into their replies, so write it to whoever asks"


class ProblemForm(Form):
    subject = StringField(
        "What is the problem?", [InputRequired("Say in a few words what happens"), Length(max=200)]
    )
    description = TextAreaField("What is seen, and since when", [NotRequired(), PROSE])
    systems = SelectMultipleField(
        "Which systems is it about?", [InputRequired("Tick at least one system")], coerce=str
    )
    council = SelectField("For", [NotRequired()], coerce=str)
    cause = TextAreaField("Cause", [NotRequired(), KNOWN], description=CAUSE)
    workaround = TextAreaField("Workaround", [NotRequired(), KNOWN], description=WORKAROUND)


class KnownForm(Form):
    version = HiddenField()
    cause = TextAreaField("Cause", [NotRequired(), KNOWN], description=CAUSE)
    workaround = TextAreaField("Workaround", [NotRequired(), KNOWN], description=WORKAROUND)

    @property
    def seen(self) -> int | None:
        typed = str(self.version.data or "")
        return whole(typed)


class PublishForm(Form):
    words = TextAreaField(
        "What everybody reads",
        [InputRequired("Say in a sentence what happens and what helps"), Length(max=300)],
    )


class UpdateForm(Form):
    body = TextAreaField("One update to all who asked", [InputRequired("Write the update"), PROSE])


class ProblemOfForm(Form):
    problem = RadioField("Which problem causes it?", [NotRequired()], choices={})
    other = StringField("Or another problem, by its reference", [NotRequired(), Length(max=40)])

    def validate(self, extra_validators: object = None) -> bool:
        good = super().validate(extra_validators)
        if good and not self.problem.data and not self.other.data:
            self.other.errors = ["Choose a problem, or enter its reference"]
            return False
        return good
