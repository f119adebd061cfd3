"""What is asked about a task, and about a checklist."""

from wtforms import BooleanField, HiddenField, SelectField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length

from ...pages.forms import DateField, Form, NotRequired
from ...pages.numbers import whole
from ...pages.previewing import PreviewForm
from .models import Checklist, Task


class VersionedForm(Form):
    """`version` is what its sender saw."""

    version = HiddenField()

    @property
    def seen(self) -> int | None:
        return whole(self.version.data)


class TaskForm(VersionedForm):
    what = StringField("What is to be done?", [InputRequired("Say what is to be done"), Length(max=200)])
    assignee = SelectField("Who does it", [NotRequired()], coerce=str)
    due_on = DateField("By which day", [NotRequired()], what="The day")
    needed = BooleanField("It must be done before the ticket is resolved")

    def offer(self, agents: list[tuple[str, str]], task: Task | None = None) -> None:
        """Whom it can be given to; whoever has it stays among them."""
        known = dict([("", "Nobody yet"), *agents])
        if task is not None and task.assignee is not None:
            known.setdefault(str(task.assignee_id), task.assignee.name)
        self.assignee.choices = list(known.items())


class PutOnForm(Form):
    checklist = SelectField("Checklist", [InputRequired("Choose a checklist")], coerce=str)

    def offer(self, checklists: list[Checklist]) -> None:
        self.checklist.choices = [("", "Choose"), *((str(one.id), one.name) for one in checklists)]


class ChecklistForm(PreviewForm):
    name = StringField("Name", [InputRequired("Give it a name"), Length(max=120)])
    items = TextAreaField("Tasks", [InputRequired("Write at least one task"), Length(max=10_000)])
