"""What is measured."""

from dataclasses import dataclass

from .corpus import COMMON, RARE


@dataclass
class Things:
    """What the addresses are about."""

    open_ticket: str
    member: int


@dataclass(frozen=True)
class Page:
    """An address; with `fields`, a form that is sent to it, found on the page `form`."""

    name: str
    path: str
    who: str = "agent"
    fields: dict[str, str] | None = None
    form: str | None = None


PAGES = [
    Page("queue", "/tickets"),
    Page("queue, filtered", "/tickets?priority=4&kind=staff"),
    Page("ticket", "/tickets/{open_ticket}"),
    Page("search, rare word", f"/search?q={RARE}"),
    Page("search, common word", f"/search?q={COMMON}"),
    Page("load", "/reports/load", "manager"),
    Page("my requests", "/tickets", "member"),
    Page("clinics", "/clinics", "member"),
    Page("systems", "/systems"),
    Page("contracts", "/contracts"),
]
