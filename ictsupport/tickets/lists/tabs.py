"""The row of views above the queue: one line of a wide window, and the rest folded under a word at its end.

However many views somebody keeps, their list begins at the same height.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from flask import url_for

from ...pages.paging import Count
from .filtering import Wish
from .own import Own
from .standing import EVERYTHING

ROOM = 1400
"""How wide the row is in a window of 1440 pixels."""
LETTER, AROUND, FOLD = 8.5, 60, 70
"""About how wide a letter of a wide face is, what stands around a label (its count among it), and the word at the end."""
ALWAYS = 5
"""The first of those that everybody has are never folded: one's own go before the others."""


@dataclass(frozen=True)
class Tab:
    """A view as the row shows it."""

    key: str
    label: str
    href: str
    count: Count | None
    is_current: bool
    is_folded: bool = False

    @property
    def width(self) -> float:
        return LETTER * len(self.label) + AROUND


def tabs_of(own: Own, wish: Wish, counts: Mapping[str, Count]) -> list[Tab]:
    """Those views that everybody has, then one's own and those shared with one's queues."""
    offered = [(view.key, view.label) for view in own.standing] + [(EVERYTHING, "Everything")]
    standing = len(offered)
    offered += [(view.key, view.name) for view in own.saved]
    here = url_for("tickets.index")
    tabs = [Tab(key, label, f"{here}?view={key}", counts.get(key), key == wish.key) for key, label in offered]
    return folded(tabs, standing)


def folded(tabs: list[Tab], standing: int) -> list[Tab]:
    """Fold as many as have no room: the last of those everybody has, then the last of the others; never the present one."""
    over = sum(tab.width for tab in tabs) - ROOM
    if over <= 0:
        return tabs
    over += FOLD
    marked = list(tabs)
    for place in [*reversed(range(ALWAYS, standing)), *reversed(range(standing, len(tabs)))]:
        if over > 0 and not tabs[place].is_current:
            marked[place] = replace(tabs[place], is_folded=True)
            over -= tabs[place].width
    return marked
