"""Whether somebody can be given a ticket, and if not, why: every no has its words."""

from dataclasses import dataclass
from typing import Any

from ...pages.filters import clock_time, near_moment
from ..models import Ticket
from .crew import Crew, Hand


@dataclass(frozen=True)
class Needs:
    """What a ticket asks of whoever gets it."""

    queue_id: int
    queue: str
    team_id: int
    council_id: int | None
    council: str
    confidential: bool
    systems: tuple[tuple[int, str], ...]
    asks_skill: bool


@dataclass(frozen=True)
class Suggestion:
    """Who should have a ticket, and why: "has 4 of 12, knows Revenues, here until 5pm"."""

    person_id: int
    name: str
    because: str


def needs_of(ticket: Ticket, crew: Crew) -> Needs:
    """What the ticket asks for. Reads its queue and council, so have them loaded, and its systems from the crew."""
    council = ticket.council.short_name if ticket.council is not None else "all councils"
    return Needs(
        queue_id=ticket.queue_id,
        queue=ticket.queue.name,
        team_id=ticket.queue.team_id,
        council_id=ticket.council_id,
        council=council,
        confidential=ticket.confidential,
        systems=tuple(crew.systems.get(ticket.id, ())),
        asks_skill=ticket.queue_id in crew.skilled,
    )


def reasons_against(hand: Hand, needs: Needs) -> list[str]:
    """Why somebody cannot be given such a ticket now; nothing when they can."""
    return [*lasting_reasons(hand, needs), *passing_reasons(hand)]


def lasting_reasons(hand: Hand, needs: Needs) -> list[str]:
    """Those that neither time nor less work will change."""
    found = []
    if not hand.reaches_all and needs.council_id is not None and needs.council_id not in hand.councils:
        found.append(f"does not work tickets of {needs.council}")
    if needs.confidential and needs.queue_id not in hand.cleared:
        found.append(f"may not open confidential tickets of {needs.queue}")
    if needs.team_id not in hand.teams:
        found.append(f"is not in the team of {needs.queue}")
    if needs.asks_skill and needs.systems and not knows(hand, needs):
        found.append(f"does not know {' or '.join(name for _, name in needs.systems)}")
    return found


def passing_reasons(hand: Hand) -> list[str]:
    """Being away, and having enough to do."""
    found = []
    if not hand.presence.is_here:
        found.append(away(hand))
    if hand.is_full:
        found.append(f"has {'the one ticket' if hand.cap == 1 else f'all {hand.cap}'} they are given at most")
    return found


def knows(hand: Hand, needs: Needs) -> list[str]:
    """Which of the ticket's systems somebody knows."""
    return [name for key, name in needs.systems if key in hand.skills]


def best(crew: Crew, needs: Needs) -> Suggestion | None:
    """The least loaded of those who can be given it; of two alike the one who knows the system."""
    able = [hand for hand in crew.in_order() if not reasons_against(hand, needs)]
    if not able:
        return None
    hand = min(able, key=lambda each: (each.load, not knows(each, needs)))
    return Suggestion(hand.id, hand.name, because(hand, needs))


def because(hand: Hand, needs: Needs) -> str:
    """Why somebody: what they have, what they know, how long they are here."""
    words = [f"has {hand.shown} of {hand.cap}"]
    known = knows(hand, needs)
    if known:
        words.append(f"knows {' and '.join(known)}")
    words.append(here(hand))
    return ", ".join(words)


def here(hand: Hand) -> str:
    until = hand.presence.until
    return f"here until {clock_time(until)}" if until is not None else "here"


def away(hand: Hand) -> str:
    """ "is away until 8:30am on Monday 30 November", "is not at work until 8:30am tomorrow"."""
    word = "is away" if hand.presence.is_absent else "is not at work"
    back = hand.presence.until
    return f"{word} until {near_moment(back)}" if back is not None else f"{word} for weeks"


def now_words(hand: Hand) -> str:
    """Here or not, as a table says it: "Here until 5pm", "Away until 8:30am tomorrow"."""
    words = here(hand) if hand.presence.is_here else away(hand).removeprefix("is ")
    return words[0].upper() + words[1:]


def nobody_because(crew: Crew, needs: Needs) -> str:
    """Why nobody can be given it, counted in words: "2 are away, 1 has all they are given at most"."""
    team = [hand for hand in crew.in_order() if not lasting_reasons(hand, needs)]
    if not team:
        return "nobody in the team may and can do it"
    absent = [hand for hand in team if not hand.presence.is_here]
    full = [hand for hand in team if hand.presence.is_here and hand.is_full]
    words: list[Any] = []
    if absent:
        words.append(f"{_names(absent)} {'is' if len(absent) == 1 else 'are'} not here")
    if full:
        words.append(f"{_names(full)} {'has' if len(full) == 1 else 'have'} all they are given at most")
    return "; ".join(words)


def _names(hands: list[Hand]) -> str:
    names = [hand.name for hand in hands]
    if len(names) > 3:
        return f"{len(names)} people"
    return " and ".join(filter(None, [", ".join(names[:-1]), names[-1]]))
