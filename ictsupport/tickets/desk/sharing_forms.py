"""The forms with which macros and saved replies are made."""

from collections.abc import Sequence
from typing import Any

from wtforms import HiddenField, RadioField, SelectField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length

from ...pages.forms import NotRequired, WholeNumberField
from ...pages.previewing import stamp_of
from ..models import HoldReason, Resolution
from .forms import IMPACTS, PROSE, URGENCIES, TicketForm, sentence
from .macros import ME, NOBODY, Steps
from .models import Reach

OWN = {Reach.PERSONAL.value: "Only for me"}
SHARED = {Reach.QUEUE.value: "For the tickets of a queue", Reach.ALL.value: "For the whole desk"}
LEAVE = {"": "Leave it as it is"}


class PreparedForm(TicketForm):
    """What is called how, and for whom it is there. `version` is that of the row, `looked` marks what was looked at."""

    looked = HiddenField()
    name = StringField("Name", [InputRequired("Give it a name"), Length(max=80)])
    reach = RadioField("Who is it for?", choices=OWN | SHARED, default=Reach.PERSONAL.value)
    of_queue = SelectField("Queue", [NotRequired()], coerce=str)

    @property
    def mark(self) -> str:
        return stamp_of(self.answers)

    @property
    def was_shown(self) -> bool:
        return self.looked.data == self.mark

    def offer(
        self, queues: Sequence[tuple[str, str]], agents: Sequence[tuple[str, str]], shares: bool
    ) -> None:
        """Give the fields their choices; only managers share."""
        del agents
        self.reach.choices = OWN | (SHARED if shares else {})
        self.of_queue.choices = {"": "Choose"} | dict(queues)


class SavedReplyForm(PreparedForm):
    body = TextAreaField("Words", [InputRequired("Write the reply"), PROSE])

    def show(self, row: Any) -> None:
        self.body.data = row.body


class MacroForm(PreparedForm):
    reply = TextAreaField("Reply to the requester", [NotRequired(), PROSE])
    note = TextAreaField("Internal note", [NotRequired(), PROSE])
    assign = SelectField("Agent", [NotRequired()], coerce=str)
    queue = SelectField("Move to queue", [NotRequired()], coerce=str)
    impact = SelectField(
        "Impact", [NotRequired()], choices=LEAVE | {str(key): word for key, word in IMPACTS.items()}
    )
    urgency = SelectField(
        "Urgency", [NotRequired()], choices=LEAVE | {str(key): word for key, word in URGENCIES.items()}
    )
    tags = StringField("Tags", [NotRequired(), Length(max=300)])
    hold = SelectField(
        "Put on hold",
        [NotRequired()],
        choices={"": "No"} | {each.value: sentence(each.value) for each in HoldReason},
    )
    days = WholeNumberField(
        "For how many days?", [NotRequired()], least=1, most=365, what="The number of days"
    )
    resolve = SelectField(
        "Resolve",
        [NotRequired()],
        choices={"": "No"} | {each.value: sentence(each.value) for each in Resolution},
    )

    def offer(
        self, queues: Sequence[tuple[str, str]], agents: Sequence[tuple[str, str]], shares: bool
    ) -> None:
        super().offer(queues, agents, shares)
        self.queue.choices = LEAVE | dict(queues)
        self.assign.choices = LEAVE | {ME: "Whoever uses the macro", NOBODY: "Nobody"} | dict(agents)

    def show(self, row: Any) -> None:
        kept = Steps.of(row.steps)
        for name, value in kept.as_json().items():
            self[name].data = value
        self.days.data = int(kept.days) if kept.days else None

    @property
    def steps(self) -> Steps:
        """What the form says, as the macro keeps it."""
        return Steps.of({name: self[name].data for name in Steps.__dataclass_fields__})


class MacroUseForm(TicketForm):
    """The words of a macro as they are about to go out on a ticket: they may be put right first."""

    reply = TextAreaField("Reply to the requester", [NotRequired(), PROSE])
    note = TextAreaField("Internal note", [NotRequired(), PROSE])
