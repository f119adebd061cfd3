"""Outages and maintenance that are known, told to whoever is about to ask."""

from collections.abc import Iterable

from ...pages.filters import near_moment
from ...people.models import Person
from ...systems.outages.models import Outage, OutageKind
from ...systems.outages.queries import known_now
from ..asking.suggestions import Asking, Press, Suggestion, suggestion


@suggestion(order=10)
def known_outages(asking: Asking, _person: Person) -> Iterable[Suggestion]:
    if asking.system_id is None:
        return
    for outage in known_now(asking.system_id, asking.council_id):
        yield Suggestion(
            "We know about this",
            outage.title,
            _told(outage),
            href=f"/systems/{outage.system.slug}/outages",
            press=Press("Me too", outage.id) if outage.kind is OutageKind.OUTAGE else None,
        )


def _told(outage: Outage) -> str:
    if outage.kind is OutageKind.MAINTENANCE:
        words = f"Planned work from {near_moment(outage.starts_at)} until {near_moment(outage.expected_end)}."
    else:
        words = f"It has not worked since {near_moment(outage.starts_at)}."
        if outage.expected_end is not None:
            words += f" We expect it to work again by {near_moment(outage.expected_end)}."
    return f"{words} {outage.advice}".strip()
