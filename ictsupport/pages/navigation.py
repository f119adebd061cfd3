"""The links on top of every page. Packages register theirs; each person sees those meant for them."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

from flask import Flask, current_app, request, url_for
from flask_login import current_user

Area = Literal["main", "account", "search"]


@dataclass(frozen=True)
class Item:
    """A link in the navigation; one that `posts` changes something and is shown as a button."""

    label: str
    endpoint: str
    when: Callable[[Any], bool]
    order: int
    area: Area
    posts: bool


@dataclass(frozen=True, slots=True)
class Link:
    """An item as one page shows it. `current` is what aria-current says, or empty."""

    label: str
    href: str
    current: str
    posts: bool


_items: dict[tuple[str, Area, str], Item] = {}


def signed_in(person: Any) -> bool:
    return bool(person.is_authenticated)


def signed_out(person: Any) -> bool:
    return not person.is_authenticated


def item(
    label: str,
    endpoint: str,
    *,
    when: Callable[[Any], bool] = signed_in,
    order: int = 50,
    area: Area = "main",
    posts: bool = False,
) -> None:
    """Add a link to the navigation of everybody for whom `when(person)` holds; asked on every page, so keep it cheap.

    Areas: `main` are the places to go, `account` stands at the end of the row
    (settings, sign out), `search` is the box in the desk's bar (a GET with q).
    """
    _items[endpoint, area, label] = Item(label, endpoint, when, order, area, posts)


def links(area: Area) -> list[Link]:
    """The links of one area for the person who is looking, the present page marked."""
    known = current_app.view_functions
    shown = [
        one
        for one in sorted(_items.values(), key=lambda one: one.order)
        if one.area == area and one.endpoint in known and one.when(current_user)
    ]
    addresses = {one.endpoint: url_for(one.endpoint) for one in shown}
    here = _present(shown, addresses, area)
    return [
        Link(
            one.label,
            addresses[one.endpoint],
            ("page" if one.endpoint == request.endpoint else "true") if one is here else "",
            one.posts,
        )
        for one in shown
    ]


def _present(shown: list[Item], addresses: dict[str, str], area: Area) -> Item | None:
    """The item of this very page; among the main places, or else of the same package the one it lies deepest below, or the first."""
    for one in shown:
        if one.endpoint == request.endpoint:
            return one
    elsewhere = any(endpoint == request.endpoint and where != area for endpoint, where, _ in _items)
    blueprint = request.blueprint if area == "main" and not elsewhere else None
    related = [one for one in shown if blueprint and one.endpoint.partition(".")[0] == blueprint]
    above = [one for one in related if request.path.startswith(addresses[one.endpoint] + "/")]
    if above:
        return max(above, key=lambda one: len(addresses[one.endpoint]))
    return related[0] if related else None


def init_app(app: Flask) -> None:
    app.jinja_env.globals["navigation"] = links
