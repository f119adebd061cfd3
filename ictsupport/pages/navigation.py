"""The links on top of every page. Packages register theirs; each person sees those meant for them."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, Literal

from flask import Flask, current_app, request
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
    leads_to: Callable[[], Iterable[str]]


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
    leads_to: Callable[[], Iterable[str]] = tuple,
) -> None:
    """Add a link to the navigation of everybody for whom `when(person)` holds; asked on every page, so keep it cheap.

    Areas: `main` are the places to go, `account` stands at the end of the row
    (settings, sign out), `search` is the box in the desk's bar (a GET with q).
    `leads_to` gives the endpoints that are filed under it, wherever their addresses are.
    """
    _items[endpoint, area, label] = Item(label, endpoint, when, order, area, posts, leads_to)


def links(area: Area) -> list[Link]:
    """The links of one area for the person who is looking, the present page marked."""
    known = current_app.view_functions
    shown = [
        one
        for one in sorted(_items.values(), key=lambda one: one.order)
        if one.endpoint in known and one.when(current_user)
    ]
    here = _present(shown)
    return [
        Link(
            one.label,
            request.script_root + _path(one.endpoint),
            ("page" if one.endpoint == request.endpoint else "true") if one is here else "",
            one.posts,
        )
        for one in shown
        if one.area == area
    ]


def _present(shown: list[Item]) -> Item | None:
    """The item of this very page; or else the one it lies deepest below, or the first of its package."""
    for one in shown:
        if one.endpoint == request.endpoint:
            return one
    above = [
        (len(path), endpoint == one.endpoint, one)
        for one in shown
        for endpoint in (one.endpoint, *one.leads_to())
        if request.path == (path := _path(endpoint)) or request.path.startswith(path + "/")
    ]
    if above:
        return max(above, key=lambda found: found[:2])[2]
    if any(endpoint == request.endpoint and area != "main" for endpoint, area, _ in _items):
        return None
    package = request.blueprint
    of_package = (one for one in shown if package and one.endpoint.partition(".")[0] == package)
    return next((one for one in of_package if one.area == "main"), None)


def _path(endpoint: str) -> str:
    """Its address, which is the same for everybody: put together once."""
    paths: dict[str, str] = current_app.extensions.setdefault("navigation", {})
    if endpoint not in paths:
        paths[endpoint] = current_app.url_map.bind("").build(endpoint)
    return paths[endpoint]


def init_app(app: Flask) -> None:
    app.jinja_env.globals["navigation"] = links
