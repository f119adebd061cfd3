"""What is measured."""

from dataclasses import dataclass

from .corpus import COMMON, MISTYPED, PHRASE, RARE


@dataclass
class Things:
    """What the addresses are about."""

    open_ticket: str
    view: int
    hundred: str
    member: int


@dataclass(frozen=True)
class Page:
    """An address; with `fields`, a form that is sent to it, found on the page `form`. {n} is another number each time."""

    name: str
    path: str
    who: str = "agent"
    fields: dict[str, str] | None = None
    form: str | None = None


PAGES = [
    Page("queue", "/tickets"),
    Page("queue, filtered", "/tickets?priority=4&kind=staff"),
    Page("saved view", "/tickets?view=saved-{view}"),
    Page("board", "/tickets/board"),
    Page("board by agent", "/tickets/board?by=assignee"),
    Page("counts of a list", "/tickets/counts"),
    Page(
        "bulk of 100",
        "/tickets/bulk",
        fields={
            "act": "priority",
            "priority": "2",
            "reason": "The whole floor, {n}",
            "step": "do",
            "chosen": "{hundred}",
        },
        form="/tickets/bulk?all=1&act=priority",
    ),
    Page("ticket", "/tickets/{open_ticket}"),
    Page(
        "reply to a ticket",
        "/tickets/{open_ticket}/messages",
        fields={
            "kind": "reply",
            "body": "We have looked at it and will ring you this afternoon, number {n}.",
            "result": "spoke",
        },
        form="/tickets/{open_ticket}",
    ),
    Page(
        "raise a ticket",
        "/tickets/call/{member}",
        fields={
            "subject": "The papers app closes",
            "description": "Whenever the agenda is opened.",
            "channel": "phone",
            "ticket_type": "incident",
            "impact": "3",
            "urgency": "2",
        },
    ),
    Page("search, rare word", f"/search?q={RARE}"),
    Page("search, common word", f"/search?q={COMMON}"),
    Page("search, beginning of a word", f"/search?q={COMMON[:5]}*"),
    Page("search, phrase", f"/search?q=%22{PHRASE.replace(' ', '+')}%22"),
    Page("search, mistyped", f"/search?q={MISTYPED}"),
    Page("search, filtered", f"/search?q={COMMON}&priority=4&kind=staff"),
    Page("search, suggestions", f"/search/suggestions?q={COMMON[:5]}"),
    Page("search, own", f"/search?q={COMMON}", "member"),
    Page("load", "/reports/load", "manager"),
    Page("my requests", "/tickets", "member"),
    Page("clinics", "/clinics", "member"),
    Page("systems", "/systems"),
    Page("contracts", "/contracts"),
]
