"""What is asked of whoever decides, hands on, or asks for approval."""

from collections.abc import Sequence

from wtforms import BooleanField, RadioField, SelectField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length

from ...pages.forms import Form, NotRequired, WholeNumberField
from ...people.models import Team
from ...people.picking import SomebodyField
from .asking import LONGEST, MOST
from .models import Decision

PEOPLE, TEAM = "people", "team"
PLACES = ("first", "second", "third", "fourth")


class DecisionForm(Form):
    decision = RadioField(
        "What do you decide?",
        [InputRequired("Choose whether you approve or refuse it")],
        choices={Decision.APPROVE.value: "Approve", Decision.REFUSE.value: "Refuse"},
    )
    reason = TextAreaField("Why?", [NotRequired(), Length(max=1000)])


class HandingOnForm(Form):
    address = StringField(
        "Their e-mail address", [InputRequired("Enter the e-mail address of whoever should decide")]
    )
    reason = StringField("Why them?", [NotRequired(), Length(max=300)])


class AskForm(Form):
    what = StringField(
        "What is to be approved?", [InputRequired("Say what is to be approved"), Length(max=LONGEST)]
    )
    whom = RadioField(
        "Who is asked?", choices={PEOPLE: "People by name", TEAM: "Everybody in a team"}, default=PEOPLE
    )
    first = SomebodyField("Name or e-mail address")
    second = SomebodyField("Second person", [NotRequired()])
    third = SomebodyField("Third person", [NotRequired()])
    fourth = SomebodyField("Fourth person", [NotRequired()])
    team = SelectField("Team", coerce=str, validate_choice=False)
    needed = WholeNumberField(
        "How many of them must approve?", [NotRequired()], least=1, most=MOST, what="The number"
    )
    blocks = BooleanField("The ticket is not resolved before it is settled", default=True)
    hold = BooleanField("Put the ticket on hold until then", default=True)

    known_teams: set[str]

    def offer(self, teams: Sequence[Team]) -> None:
        self.known_teams = {str(each.id) for each in teams}
        self.team.choices = {"": "Choose"} | {str(each.id): each.name for each in teams}

    def validate(self, extra_validators: object = None) -> bool:
        good = super().validate(extra_validators)
        if good and self.whom.data == TEAM and self.team.data not in self.known_teams:
            self.team.errors = ["Choose a team"]
            return False
        if good and self.whom.data == PEOPLE and not self.people:
            self.first.errors = ["Enter who is to decide"]
            return False
        return good

    @property
    def people(self) -> list[int]:
        """The ids of the people who were named."""
        return [int(self[place].data) for place in PLACES if self[place].data]
