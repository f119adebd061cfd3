"""What can happen to the settings of the desk."""

from dataclasses import dataclass

from ...journal.settings import SettingChanged
from ...people.models import Person, Team
from ..desk.models import Tag
from ..models import Queue


@dataclass(frozen=True, kw_only=True)
class TeamChanged(SettingChanged):
    """A team was made, renamed, or somebody came to it or left it."""

    about: Team


@dataclass(frozen=True, kw_only=True)
class QueueChanged(SettingChanged):
    """A queue was made, changed, closed or opened again."""

    about: Queue


@dataclass(frozen=True, kw_only=True)
class ClearanceChanged(SettingChanged):
    """Somebody may now open the confidential tickets of a queue, or no longer."""

    about: Queue
    person: Person


@dataclass(frozen=True, kw_only=True)
class RoutingChanged(SettingChanged):
    """The rules by which new tickets find their queue are different now. `changes` shows each place that is."""


@dataclass(frozen=True, kw_only=True)
class WordingChanged(SettingChanged):
    """Requesters are told something in other words."""


@dataclass(frozen=True, kw_only=True)
class TagChanged(SettingChanged):
    """A tag is called otherwise now, became another one, or is removed."""

    about: Tag
