"""What is asked about teams and queues."""

from collections.abc import Sequence

from wtforms import BooleanField, SelectField, StringField
from wtforms.validators import InputRequired, Length

from ...pages.forms import DateField, Form
from ...pages.previewing import PreviewForm
from ...people.models import Council, Team
from ...people.picking import SomebodyField
from ..models import Queue

ALL = "all"


class QueueForm(PreviewForm):
    name = StringField("Name", [InputRequired("Enter a name"), Length(max=120)])
    team_id = SelectField("Team whose work list it is", coerce=int)
    is_triage = BooleanField("New tickets that no rule sends anywhere wait here to be sorted")
    is_helpdesk = BooleanField(
        "It is the helpdesk’s: what is resolved here counts as resolved at first level"
    )

    def offer(self, teams: Sequence[Team]) -> None:
        self.team_id.choices = {str(team.id): team.name for team in teams}


class ClosingForm(PreviewForm):
    takes_over = SelectField("Which queue takes over its open tickets?")

    def offer(self, queues: Sequence[Queue]) -> None:
        names = {str(queue.id): queue.name for queue in queues}
        self.takes_over.choices = {"": "None: there are no open tickets"} | names


class TeamForm(PreviewForm):
    name = StringField("Name", [InputRequired("Enter a name"), Length(max=120)])


class NewTeamForm(TeamForm):
    council = SelectField("Works for")

    def offer(self, councils: Sequence[Council], all_of_them: bool) -> None:
        names = {council.slug: council.short_name for council in councils}
        self.council.choices = ({ALL: "All councils"} if all_of_them else {}) | names


class WhoForm(Form):
    """Somebody, found by name."""

    person = SomebodyField(
        "Name",
        [InputRequired("Enter a name")],
        what="The name",
    )


class JoiningForm(WhoForm):
    starts_on = DateField("In the team from", [InputRequired("Enter the first day")], what="The first day")
