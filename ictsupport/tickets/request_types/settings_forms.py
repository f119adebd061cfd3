"""What is asked when a request type or one of its questions is set."""

from collections.abc import Iterable, Sequence

from wtforms import BooleanField, RadioField, SelectField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length

from ...pages.forms import Form, NotRequired
from ...pages.previewing import PreviewForm
from ...systems.models import System
from ..models import Queue, TicketType
from .models import Audience
from .questions import Kind, Question

ALWAYS = ""
AUDIENCES = {"everybody": "Everybody", "members": "Members", "staff": "Staff"}
KINDS = {
    Kind.TEXT: "A line of text",
    Kind.LONG: "Several lines of text",
    Kind.CHOICE: "One of several answers",
    Kind.YES_NO: "Yes or no",
    Kind.DATE: "A date",
    Kind.PERSON: "Somebody’s name",
    Kind.SYSTEM: "A system",
    Kind.DEVICE: "One of the requester’s devices",
}


class TypeSettings(PreviewForm):
    """Everything about a request type but its questions."""

    name = StringField("Name", [InputRequired("Give it a name"), Length(max=80)])
    hint = StringField("In a few words, what is it for?", [NotRequired(), Length(max=200)])
    audience = RadioField("Who is it offered to?", choices=AUDIENCES, default=Audience.EVERYBODY.value)
    ticket_type = RadioField(
        "What is it?",
        choices={
            TicketType.INCIDENT.value: "Something is wrong (an incident)",
            TicketType.REQUEST.value: "Something is needed (a service request)",
            ALWAYS: "Whoever asks says which",
        },
        default=TicketType.INCIDENT.value,
    )
    queue = SelectField("Queue for what no routing rule takes", [NotRequired()], coerce=str)
    system = SelectField("System, where whoever asks names none", [NotRequired()], coerce=str)
    impact = SelectField(
        "Impact at least",
        [NotRequired()],
        choices={
            ALWAYS: "As whoever asks says",
            "3": "3 – one person",
            "2": "2 – a team or several people",
            "1": "1 – a whole council or a shared system",
        },
    )
    identity_check = BooleanField("Somebody must check who the requester is before it can be resolved")
    checklist = SelectField("Checklist", [NotRequired()])

    def offer(self, queues: Sequence[Queue], systems: Sequence[System], checklists: Iterable[str]) -> None:
        self.checklist.choices = {ALWAYS: "None"} | {name: name for name in checklists}
        self.queue.choices = {ALWAYS: "The triage queue"} | {str(one.id): one.name for one in queues}
        self.system.choices = {ALWAYS: "None"} | {str(one.id): one.name for one in systems}


class QuestionForm(Form):
    """One question of a form."""

    label = StringField("What do you ask?", [InputRequired("Write down what you ask"), Length(max=200)])
    kind = RadioField(
        "What kind of answer?",
        [InputRequired("Choose a kind of answer")],
        choices={kind.value: words for kind, words in KINDS.items()},
    )
    choices = TextAreaField("The answers to choose from, one on each line", [NotRequired(), Length(max=2000)])
    hint = StringField("Help with answering it", [NotRequired(), Length(max=300)])
    required = BooleanField("It must be answered", default=True)
    only_if = SelectField("When is it asked?", [NotRequired()], coerce=str)

    def offer(self, earlier: Sequence[Question]) -> None:
        """The answers to earlier questions that it may depend on."""
        self.conditions = [(one.key, answer) for one in earlier for answer in one.offers]
        words = {
            str(number): f"If “{one.label}” is “{answer}”"
            for number, (one, answer) in enumerate((one, answer) for one in earlier for answer in one.offers)
        }
        self.only_if.choices = {ALWAYS: "Always"} | words

    conditions: Sequence[tuple[str, str]] = ()

    def fill(self, question: Question) -> None:
        self.label.data, self.kind.data = question.label, question.kind.value
        self.choices.data, self.hint.data = "\n".join(question.choices), question.hint
        self.required.data = question.required
        if question.only_if is not None and question.only_if in self.conditions:
            self.only_if.data = str(list(self.conditions).index(question.only_if))

    def read(self, key: str) -> Question:
        """The question as the form says."""
        kind = Kind(self.kind.data)
        lines = [line.strip()[:100] for line in (self.choices.data or "").splitlines() if line.strip()]
        return Question(
            key=key,
            kind=kind,
            label=self.label.data or "",
            hint=self.hint.data or "",
            required=bool(self.required.data),
            choices=tuple(dict.fromkeys(lines)) if kind is Kind.CHOICE else (),
            only_if=self.conditions[int(self.only_if.data)] if self.only_if.data else None,
        )
