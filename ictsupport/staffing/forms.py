"""What is asked when posts change."""

from wtforms import RadioField, SelectField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length, Optional

from ..pages.forms import AmountField, DateField, Form, NotRequired, WholeNumberField
from .models import Stage, State

STATES = {
    State.OCCUPIED.value: "Filled",
    State.VACANT.value: "Vacant",
    State.FROZEN.value: "Frozen",
    State.DELETED.value: "Deleted from the establishment",
}
NEW_STATES = {value: words for value, words in STATES.items() if value != State.DELETED.value}
SHARED = "shared"


def fte_field(label: str, *, needed: bool = True) -> AmountField:
    check = InputRequired("Enter the FTE, like 1 or 0.6") if needed else NotRequired()
    return AmountField(label, [check], least=-100, most=100, what="The FTE")


def day_field(label: str, what: str, *, needed: bool = True) -> DateField:
    return DateField(
        label, [InputRequired(f"Enter {what[0].lower()}{what[1:]}") if needed else NotRequired()], what=what
    )


class PostForm(Form):
    number = StringField("Post number", [InputRequired("Enter the post number"), Length(max=20)])
    title = StringField("Title", [InputRequired("Enter the title of the post"), Length(max=120)])
    team = SelectField("Team", coerce=int)
    grade = StringField("Grade", [Optional(), Length(max=40)])
    council = SelectField("Who employs")
    fte = fte_field("FTE")
    state = RadioField("How it stands", choices=NEW_STATES, default=State.VACANT.value)
    starts_on = day_field("In the establishment from", "The first day")


class DescriptionForm(Form):
    title = StringField("Title", [InputRequired("Enter the title of the post"), Length(max=120)])
    grade = StringField("Grade", [Optional(), Length(max=40)])


class ChangeForm(Form):
    state = RadioField("How does the post stand?", [InputRequired("Say how the post stands")], choices=STATES)
    starts_on = day_field("From which day?", "The first day")
    fte = fte_field("FTE of the post")
    in_post = fte_field("FTE that its holder works, if filled and less than that", needed=False)
    note = StringField("Note", [Optional(), Length(max=200)])


class ReasonForm(Form):
    reason = TextAreaField(
        "What was wrong with it?", [InputRequired("Say in a sentence what was wrong"), Length(max=300)]
    )


class CoverForm(Form):
    fte = fte_field("FTE of the cover")
    starts_on = day_field("First day", "The first day")
    ends_on = day_field("Last day, if known", "The last day", needed=False)
    agency = StringField("Agency", [Optional(), Length(max=120)])


class EndForm(Form):
    ends_on = day_field("Last day of the cover", "The last day")


class StageForm(Form):
    stage = RadioField("Which stage was reached?", [InputRequired("Choose the stage")])
    on = day_field("On which day?", "The day")


class HardForm(Form):
    judged = RadioField(
        "Is this post hard to recruit to?",
        [InputRequired("Choose one")],
        choices={"rule": "Leave it to the rule", "yes": "Yes", "no": "No"},
    )
    reason = StringField("Why, if not left to the rule", [Optional(), Length(max=300)])


def stage_choices(after: Stage | None) -> dict[str, str]:
    """The stages that may come next; withdrawing ends a round that has begun."""
    order = list(Stage)
    left = order[order.index(after) + 1 :] if after else order[:-1]
    return {stage.value: stage.value.capitalize() for stage in left}


class FundingForm(Form):
    """The parts of the councils, in per cent; a field for each is added when the form is made."""


def funding_form(councils: list[tuple[int, str]]) -> type[FundingForm]:
    fields = {
        f"share_{council_id}": WholeNumberField(
            f"{name}, per cent", [NotRequired()], least=0, most=100, what="The share"
        )
        for council_id, name in councils
    }
    return type("SharesForm", (PostForm, FundingForm), fields)
