"""The page from which the desk is set up. Packages register what can be set; each person sees what they may set.

    setting("Routing", "Which queue a new ticket goes to.", "desk_settings.routing",
            when=lambda person: person.has_role(Role.MANAGER), group="Work", order=20)

`when` is asked on every page of somebody signed in, since it decides whether
the navigation leads here; so it may look at the person's roles, and sends no
statement.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from flask import Flask, abort, current_app, render_template
from flask.typing import ResponseReturnValue
from flask_login import current_user

from . import navigation

GROUPS = ("Your own", "Work", "Targets", "What people read", "Oversight")
"""In the order of the page; others follow them."""


@dataclass(frozen=True)
class Setting:
    """Something that can be set: what it is called, in a few words what it decides, and where."""

    title: str
    text: str
    endpoint: str
    when: Callable[[Any], bool]
    group: str
    order: int


_settings: dict[str, Setting] = {}


def setting(
    title: str, text: str, endpoint: str, *, when: Callable[[Any], bool], group: str = "Work", order: int = 50
) -> None:
    """Put something that can be set on the page, for everybody for whom `when(person)` holds."""
    _settings[endpoint] = Setting(title, text, endpoint, when, group, order)


def settings_for(person: Any) -> dict[str, list[Setting]]:
    """What the person may set, by group, in the order of the page."""
    known = current_app.view_functions
    shown = [one for one in _settings.values() if one.endpoint in known and one.when(person)]
    places = [*GROUPS, *sorted({one.group for one in shown} - set(GROUPS))]
    groups = {
        place: sorted((one for one in shown if one.group == place), key=lambda one: (one.order, one.title))
        for place in places
    }
    return {place: found for place, found in groups.items() if found}


def sets_something(person: Any) -> bool:
    """Whether there is anything at all that the person may set."""
    return bool(person.is_authenticated) and any(one.when(person) for one in _settings.values())


def settings() -> ResponseReturnValue:
    """All that the person may set."""
    groups = settings_for(current_user)
    if not groups:
        abort(403)
    return render_template("pages/settings.html", groups=groups)


def init_app(app: Flask) -> None:
    app.add_url_rule("/settings", "settings", settings)
    navigation.item(
        "Settings",
        "settings",
        when=sets_something,
        order=40,
        area="account",
        leads_to=lambda: (endpoint for endpoint in _settings if endpoint in app.view_functions),
    )
