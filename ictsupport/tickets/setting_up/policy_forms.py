"""What is asked about targets: a table by priority, what pauses the clocks, and the steps before and after."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from wtforms import BooleanField, SelectField, SelectMultipleField, StringField
from wtforms.validators import InputRequired, Length

from ... import clock
from ...pages.forms import DateField, NotRequired, WholeNumberField
from ...pages.previewing import PreviewForm
from ...people.models import Council, RequesterKind
from ..models import ASKED_FOR, HoldReason, Queue
from ..prioritising import WORDS
from ..request_types.models import RequestType
from ..targets.policies import PRIORITIES, TARGETS

ALL = "all"
STEPS = 8
UNITS = {"minutes": "minutes", "hours": "hours", "working days": "working days"}
CLOCKS = {"response": "First response", "resolution": "Resolution"}
WHEN = {"percent": "% of the target", "minutes": "minutes past it", "working days": "working days past it"}
DEEDS = {
    "notify": "Tell the queue (nothing changes)",
    "raise priority": "Raise the priority",
    "move": "Move to a queue",
}


def sentence(word: str) -> str:
    return word[:1].upper() + word[1:]


class PolicyForm(PreviewForm):
    """The targets of some tickets. The fields of priorities and steps are added below."""

    name = StringField("Name", [InputRequired("Enter a name"), Length(max=120)])
    request_type = SelectField("Request type")
    council = SelectField("For")
    ticket_type = SelectField(
        "Kind of ticket",
        choices={"": "Incidents and service requests"}
        | {kind.value: sentence(kind.value) + "s" for kind in ASKED_FOR},
    )
    requester_kind = SelectField(
        "Who asks",
        choices={"": "Everybody"}
        | {
            RequesterKind.MEMBER.value: "Members",
            RequesterKind.STAFF.value: "Staff",
            RequesterKind.CONTACT.value: "Suppliers’ contacts",
        },
    )
    pauses = SelectMultipleField(
        "The clocks stand still while a ticket is", choices={each.value: each.value for each in HoldReason}
    )
    starts_on = DateField("Holds from", [NotRequired()], what="The first day")
    applies_to_open = BooleanField("Applies to requests already open", default=True)

    def offer(
        self,
        councils: Sequence[Council],
        all_of_them: bool,
        queues: Iterable[Queue],
        types: Iterable[RequestType],
    ) -> None:
        names = {council.slug: council.short_name for council in councils}
        self.council.choices = ({ALL: "All councils"} if all_of_them else {}) | names
        self.request_type.choices = {"": "All of them, and what was asked without one"} | {
            each.slug: each.name for each in types
        }
        named = {"": "–"} | {str(queue.id): queue.name for queue in queues}
        for number in range(STEPS):
            self[f"step_{number}_queue"].choices = named

    def targets(self) -> dict[str, Any]:
        """As a policy keeps them."""
        return {
            str(priority): {name: self._target(priority, name) for name in TARGETS} for priority in PRIORITIES
        }

    def _target(self, priority: int, name: str) -> list[Any]:
        amount, unit = self[f"p{priority}_{name}"].data or 0, self[f"p{priority}_{name}_unit"].data
        return [amount * 60, "minutes"] if unit == "hours" else [amount, unit]

    def steps(self) -> list[dict[str, Any]]:
        """As a policy keeps them; a row without an amount is none."""
        return list(self._steps())

    def _steps(self) -> Iterator[dict[str, Any]]:
        for number in range(STEPS):
            amount = self[f"step_{number}_amount"].data
            if amount is None:
                continue
            when, queue = self[f"step_{number}_when"].data, self[f"step_{number}_queue"].data
            step: dict[str, Any] = {
                "clock": self[f"step_{number}_clock"].data,
                "do": self[f"step_{number}_do"].data,
            }
            step |= {"percent": amount} if when == "percent" else {"after": [amount, when]}
            yield step | ({"queue": int(queue)} if queue and step["do"] == "move" else {})


for _priority in PRIORITIES:
    for _clock, _words in CLOCKS.items():
        _label = f"Priority {_priority} ({WORDS[_priority]}): {_words.lower()}"
        setattr(
            PolicyForm,
            f"p{_priority}_{_clock}",
            WholeNumberField(
                _label, [InputRequired(f"{_label}: enter an amount")], what=_label, least=1, most=600_000
            ),
        )
        setattr(
            PolicyForm, f"p{_priority}_{_clock}_unit", SelectField(f"{_label}, counted in", choices=UNITS)
        )

for _number in range(STEPS):
    _label = f"Step {_number + 1}"
    setattr(PolicyForm, f"step_{_number}_clock", SelectField(f"{_label}: of which target", choices=CLOCKS))
    setattr(
        PolicyForm,
        f"step_{_number}_amount",
        WholeNumberField(f"{_label}: how much", [NotRequired()], what=_label, least=1, most=600_000),
    )
    setattr(PolicyForm, f"step_{_number}_when", SelectField(f"{_label}: of what", choices=WHEN))
    setattr(PolicyForm, f"step_{_number}_do", SelectField(f"{_label}: what is done", choices=DEEDS))
    setattr(PolicyForm, f"step_{_number}_queue", SelectField(f"{_label}: to which queue", choices={}))


class EndingForm(PreviewForm):
    """Ends a policy: what it covered falls to the next less particular one."""


def as_answers(policy: Any) -> dict[str, Any]:
    """A policy as the form's answers. A change applies to open requests unless one says otherwise each time."""
    answers: dict[str, Any] = {
        "name": policy.name,
        "request_type": policy.request_type.slug if policy.request_type else "",
        "council": policy.council.slug if policy.council else ALL,
        "ticket_type": policy.ticket_type.value if policy.ticket_type else "",
        "requester_kind": policy.requester_kind.value if policy.requester_kind else "",
        "pauses": policy.pauses,
        "applies_to_open": policy.applies_to_open or policy.effective_from <= clock.now(),
    }
    for priority, row in policy.targets.items():
        for name, (amount, unit) in row.items():
            hours = unit == "minutes" and amount % 60 == 0
            answers[f"p{priority}_{name}"] = amount // 60 if hours else amount
            answers[f"p{priority}_{name}_unit"] = "hours" if hours else unit
    for number, step in enumerate((policy.steps or [])[:STEPS]):
        amount, when = (step["percent"], "percent") if "percent" in step else step["after"]
        answers |= {
            f"step_{number}_clock": step["clock"],
            f"step_{number}_amount": amount,
            f"step_{number}_when": when,
            f"step_{number}_do": step["do"],
            f"step_{number}_queue": str(step.get("queue") or ""),
        }
    return answers
