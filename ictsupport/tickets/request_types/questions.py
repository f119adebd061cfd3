"""The questions of a form as data: what each asks, when it is shown, and what makes a form that cannot be asked."""

import enum
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ...errors import Refusal
from ...systems.changing import slug_of

MOST = 15
YES_NO = ("Yes", "No")


class Kind(enum.Enum):
    TEXT = "text"
    LONG = "long text"
    CHOICE = "choice"
    DATE = "date"
    PERSON = "person"
    SYSTEM = "system"
    DEVICE = "device"
    YES_NO = "yes or no"


class BadQuestion(Refusal):
    reason = "“{label}”: {trouble}"


class TooMany(Refusal):
    reason = f"A form has at most {MOST} questions: nobody answers more. Take some out."


@dataclass(frozen=True)
class Question:
    """One question. `only_if` names an earlier question by its key, and the answer to it that shows this one."""

    key: str
    kind: Kind
    label: str
    hint: str = ""
    required: bool = True
    choices: tuple[str, ...] = ()
    only_if: tuple[str, str] | None = None

    @classmethod
    def of(cls, data: Mapping[str, Any]) -> "Question":
        """As it is kept in a version of a form."""
        shown = data.get("only_if")
        return cls(
            key=data["key"],
            kind=Kind(data["kind"]),
            label=data["label"],
            hint=data.get("hint", ""),
            required=data.get("required", True),
            choices=tuple(data.get("choices", ())),
            only_if=(shown[0], shown[1]) if shown else None,
        )

    def as_json(self) -> dict[str, Any]:
        return {
            "key": self.key,
            "kind": self.kind.value,
            "label": self.label,
            "hint": self.hint,
            "required": self.required,
            "choices": list(self.choices),
            "only_if": list(self.only_if) if self.only_if else None,
        }

    @property
    def name(self) -> str:
        """What its field is called on the page."""
        return f"q-{self.key}"

    @property
    def offers(self) -> tuple[str, ...]:
        """The answers another question can depend on."""
        return YES_NO if self.kind is Kind.YES_NO else self.choices


def read(questions: Sequence[Mapping[str, Any]]) -> list[Question]:
    return [Question.of(each) for each in questions]


def new_key(label: str, taken: Sequence[str]) -> str:
    """A key for a question, from its words, that no other of the form has."""
    base = slug_of(label)[:40].strip("-") or "question"
    key, number = base, 2
    while key in taken:
        key, number = f"{base}-{number}", number + 1
    return key


def is_asked(question: Question, answers: Mapping[str, Any], questions: Sequence[Question]) -> bool:
    """Whether the question is shown to somebody who has answered so."""
    if question.only_if is None:
        return True
    key, wanted = question.only_if
    before = next((each for each in questions if each.key == key), None)
    return before is not None and answers.get(key) == wanted and is_asked(before, answers, questions)


def check(questions: Sequence[Question]) -> None:
    """Refuse a form that could not be asked or answered."""
    if len(questions) > MOST:
        raise TooMany
    earlier: dict[str, Question] = {}
    for each in questions:
        for trouble in _troubles(each, earlier):
            raise BadQuestion(label=each.label or "A question", trouble=trouble)
        earlier[each.key] = each


def _troubles(question: Question, earlier: Mapping[str, Question]) -> list[str]:
    found = []
    if not question.label.strip():
        found.append("write down what it asks.")
    if question.key in earlier:
        found.append("it is in the form twice.")
    if question.kind is Kind.CHOICE and len(set(question.choices)) < 2:
        found.append("give at least two different answers to choose from, one on each line.")
    if question.only_if is not None:
        before = earlier.get(question.only_if[0])
        if before is None:
            found.append("the question it depends on must come before it. Move it down, or always show it.")
        elif question.only_if[1] not in before.offers:
            found.append(f"“{question.only_if[1]}” is no answer to “{before.label}”. Choose another.")
    return found
