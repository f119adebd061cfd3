"""What settings have in common: every change of one is an event of this kind, and so stands on the audit page."""

from dataclasses import dataclass, field
from typing import Any

from .events import Event


@dataclass(frozen=True, kw_only=True)
class SettingChanged(Event):
    """A setting was made, changed or retired. `changes` maps what is different to its old and new value, in words."""

    name: str = ""
    changes: dict[str, list[Any]] = field(default_factory=dict)


def kinds_of_settings() -> set[str]:
    """The kinds of all events that are changes of a setting, as the journal names them."""
    return {kind.kind() for kind in _all_below(SettingChanged)}


def _all_below(kind: type[Event]) -> list[type[Event]]:
    return [each for below in kind.__subclasses__() for each in (below, *_all_below(below))]


def differences(old: dict[str, Any], new: dict[str, Any]) -> dict[str, list[Any]]:
    """What differs between two descriptions of a setting: each with its old and new value."""
    names = [*new, *(name for name in old if name not in new)]
    return {name: [old.get(name), new.get(name)] for name in names if old.get(name) != new.get(name)}
