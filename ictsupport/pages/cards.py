"""What the first page offers somebody, and what waits for them there. Packages put theirs in.

    @card(order=30)
    def book_a_clinic(person):
        return Card("Book a clinic", "Bring your iPad to somebody who knows it.", "/clinics", note="Next: 2pm today")

    @waiting(order=10)
    def unanswered(person):
        return [Waiting("We need an answer from you about the printer", "/tickets/ICT-10001")]

Both are asked on every visit to the first page, so each may cost one statement.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Card:
    """Something a person can begin: what it is called, in a few words what it is for, and where it leads.

    The note may lead somewhere of its own: a tap less for whoever wants just that.
    """

    title: str
    text: str
    href: str
    note: str = ""
    note_href: str = ""


@dataclass(frozen=True)
class Waiting:
    """Something that does not go on until the person does something; or (`coming`) an appointment that needs nothing."""

    text: str
    href: str
    note: str = ""
    coming: bool = False


CardMaker = Callable[[Any], Card | None]
WaitingFinder = Callable[[Any], Iterable[Waiting]]
NoticeFinder = Callable[[Any], Iterable[str]]
_cards: dict[str, tuple[int, CardMaker]] = {}
_finders: dict[str, tuple[int, WaitingFinder]] = {}
_today: dict[str, tuple[int, WaitingFinder]] = {}
_notices: dict[str, NoticeFinder] = {}


def card(order: int = 50) -> Callable[[CardMaker], CardMaker]:
    """Offer a card on the first page to everybody for whom the function makes one."""

    def register(maker: CardMaker) -> CardMaker:
        _cards[f"{maker.__module__}.{maker.__name__}"] = (order, maker)
        return maker

    return register


def waiting(order: int = 50) -> Callable[[WaitingFinder], WaitingFinder]:
    """List on the first page what the function finds waiting for a person."""

    def register(finder: WaitingFinder) -> WaitingFinder:
        _finders[f"{finder.__module__}.{finder.__name__}"] = (order, finder)
        return finder

    return register


def on_today(order: int = 50) -> Callable[[WaitingFinder], WaitingFinder]:
    """List on the desk's Today what the function finds waiting for one of them, besides tickets and tasks."""

    def register(finder: WaitingFinder) -> WaitingFinder:
        _today[f"{finder.__module__}.{finder.__name__}"] = (order, finder)
        return finder

    return register


def notice(finder: NoticeFinder) -> NoticeFinder:
    """Say on the first page what the function has to tell a person: a sentence each, above everything else."""
    _notices[f"{finder.__module__}.{finder.__name__}"] = finder
    return finder


def notices_for(person: Any) -> Sequence[str]:
    """All that the person should know before they ask."""
    return [words for finder in _notices.values() for words in finder(person)]


def cards_for(person: Any) -> Sequence[Card]:
    """The cards of the first page, in order."""
    made = (maker(person) for _, maker in sorted(_cards.values(), key=lambda one: one[0]))
    return [one for one in made if one is not None]


def today_for(person: Any) -> Sequence[Waiting]:
    """All that waits on Today for one of the desk, in order."""
    return [one for _, finder in sorted(_today.values(), key=lambda one: one[0]) for one in finder(person)]


def waiting_for(person: Any) -> Sequence[Waiting]:
    """All that waits for the person, in order."""
    return [one for _, finder in sorted(_finders.values(), key=lambda one: one[0]) for one in finder(person)]
