"""What can happen to tasks and checklists."""

from dataclasses import dataclass

from ...journal.settings import SettingChanged
from ..events import TicketEvent
from .models import Checklist


@dataclass(frozen=True, kw_only=True)
class TaskEvent(TicketEvent):
    """Something happened to a task of the ticket: `reason` is what the task says, `task_id` which one it is."""

    task_id: int
    reason: str


class TaskAdded(TaskEvent): ...


class TaskChanged(TaskEvent): ...


class TaskDone(TaskEvent): ...


class TaskUndone(TaskEvent): ...


class TaskRemoved(TaskEvent): ...


@dataclass(frozen=True, kw_only=True)
class ChecklistPutOn(TicketEvent):
    """The tasks of a checklist (`reason` is its name) are on the ticket now."""

    checklist: Checklist
    reason: str


@dataclass(frozen=True, kw_only=True)
class ChecklistChanged(SettingChanged):
    """A checklist was made, changed, retired or offered again."""

    about: Checklist
