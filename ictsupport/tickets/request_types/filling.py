"""The questions of a request type as fields of a page, and what was answered."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from wtforms import Field, RadioField, SelectField, StringField, TextAreaField
from wtforms.validators import StopValidation

from ...devices.models import Device
from ...pages.filters import long_date
from ...pages.forms import DateField, Form, Found
from ...people.access import me
from ...people.picking import SomebodyField
from ...people.queries import suggestion
from ...systems.models import System
from .models import TypeForm
from .questions import YES_NO, Kind, Question, is_asked, read

NOT_LISTED = "0"
LONGEST_ANSWER = 2000


@dataclass(frozen=True)
class Answer:
    """What was answered: as it is kept, and in words."""

    value: str
    words: str


class Answered:
    """Wants an answer where the question is asked and must be answered; nothing of a question that is not asked counts."""

    field_flags: Mapping[str, Any] = {}

    def __init__(self, question: Question) -> None:
        self.question = question
        if not question.required:
            self.field_flags = {"optional": True}

    def __call__(self, form: Any, field: Field) -> None:
        given = bool(field.raw_data) and any(str(one).strip() for one in field.raw_data or ())
        if not form.asks(self.question):
            field.errors = []
            raise StopValidation
        if not given:
            field.errors = []
            raise StopValidation(f"Answer “{self.question.label}”" if self.question.required else "")


class SomebodyOrNameField(SomebodyField):
    """Somebody, if possible one we know; whoever may not look people up writes a name."""

    def _settle(self, chosen: str) -> str:
        try:
            return super()._settle(chosen)
        except ValueError:
            if self.matches:
                raise
            return self.typed

    def _value(self) -> str:
        return self.typed


class Filling(Form):
    """The part of a page that asks the questions of a request type."""

    questions: Sequence[Question] = ()

    def asks(self, question: Question) -> bool:
        return is_asked(question, self.values(), self.questions)

    def values(self) -> dict[str, str]:
        """What stands in the fields now, as it would be kept."""
        return {each.key: value for each in self.questions if (value := _kept(self[each.name]))}

    def answers(self) -> dict[str, Answer]:
        """What was answered to the questions that are asked."""
        return {
            each.key: Answer(value, _in_words(each, self[each.name]))
            for each in self.questions
            if self.asks(each) and not self[each.name].errors and (value := _kept(self[each.name]))
        }

    def told(self) -> list[dict[str, Any]]:
        """What was answered, in the order of the questions, as it is kept with the ticket."""
        given = self.answers()
        return [
            {"key": each.key, "label": each.label, "value": answer.value, "words": answer.words}
            for each in self.questions
            if (answer := given.get(each.key)) is not None
        ]

    def fill_in(self, kept: Mapping[str, Any]) -> None:
        """Show what was answered before."""
        for each in self.questions:
            value = kept.get(each.key)
            if value is not None:
                _put(self[each.name], value)


def fields_for(
    form: TypeForm | None, *, systems: Sequence[System], devices: Sequence[Device]
) -> dict[str, Any]:
    """What a page's class needs to ask the questions of a form: its fields, and the questions themselves."""
    questions = read(form.questions) if form is not None else []
    fields = {each.name: _field(each, systems, devices) for each in questions}
    return {"questions": questions, **fields}


def _field(question: Question, systems: Sequence[System], devices: Sequence[Device]) -> Field:
    rules = [Answered(question)]
    label, kind = question.label, question.kind
    if kind is Kind.LONG:
        return TextAreaField(label, rules)
    if kind is Kind.DATE:
        return DateField(label, rules, what="Your answer")
    if kind in (Kind.CHOICE, Kind.YES_NO):
        offered = question.choices if kind is Kind.CHOICE else YES_NO
        return RadioField(label, rules, choices={each: each for each in offered})
    if kind is Kind.SYSTEM:
        known = {str(each.id): each.name for each in systems}
        return SelectField(label, rules, choices={"": "Choose", **known, NOT_LISTED: "None of these"})
    if kind is Kind.DEVICE:
        known = {str(each.id): each.label for each in devices}
        return SelectField(label, rules, choices={"": "Choose", **known, NOT_LISTED: "Another one"})
    if kind is Kind.PERSON:
        return SomebodyOrNameField(
            label,
            rules,
            name_of=lambda value: suggestion(me(), value) or Found(value, value),
        )
    return StringField(label, rules)


def _kept(field: Any) -> str:
    if isinstance(field, DateField):
        return field.data.isoformat() if field.data else ""
    return str(field.data or "").strip()[:LONGEST_ANSWER]


def _put(field: Any, value: str) -> None:
    if isinstance(field, DateField):
        field.process(None, date.fromisoformat(value))
    elif isinstance(field, SomebodyField):
        field.process(None, value)
    else:
        field.data = value


def _in_words(question: Question, field: Any) -> str:
    if question.kind is Kind.DATE:
        return long_date(field.data)
    if question.kind is Kind.PERSON:
        return str(field.typed)
    if question.kind in (Kind.SYSTEM, Kind.DEVICE):
        return str(dict(field.choices).get(field.data, ""))
    return _kept(field)
