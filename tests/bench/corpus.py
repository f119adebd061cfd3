"""A database of N tickets to measure on: 3 % open, 1 % confidential, a word in a fifth of them, rare words."""

import random
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

from ictsupport import clock
from ictsupport.commands.demonstration import contracts, establishment, setting
from ictsupport.config import settings
from ictsupport.database import db
from ictsupport.people.scopes import Scope
from ictsupport.tickets import history
from ictsupport.tickets.history import Act, Said, Story
from ictsupport.tickets.models import Channel, MessageKind, Resolution, Status, TicketType

STARTS = [
    "al",
    "bel",
    "cor",
    "dun",
    "el",
    "far",
    "gar",
    "hol",
    "in",
    "ker",
    "lan",
    "mor",
    "nor",
    "os",
    "pen",
    "quil",
    "ros",
    "stan",
    "tor",
    "ul",
    "ver",
    "wes",
    "yar",
    "zel",
]
ENDS = [
    "bridge",
    "combe",
    "dale",
    "field",
    "ford",
    "gate",
    "ham",
    "ley",
    "minster",
    "more",
    "stead",
    "thorpe",
    "ton",
    "well",
    "wick",
    "worth",
]
WORDS = [
    "account",
    "agenda",
    "app",
    "archive",
    "badge",
    "battery",
    "cable",
    "calendar",
    "camera",
    "card",
    "charger",
    "clinic",
    "cloud",
    "code",
    "committee",
    "council",
    "desk",
    "device",
    "dock",
    "document",
    "drive",
    "e-mail",
    "error",
    "export",
    "figure",
    "file",
    "folder",
    "form",
    "headset",
    "invoice",
    "key",
    "laptop",
    "letter",
    "licence",
    "line",
    "link",
    "list",
    "login",
    "map",
    "meeting",
    "memory",
    "message",
    "mobile",
    "module",
    "mouse",
    "network",
    "note",
    "number",
    "office",
    "order",
    "page",
    "panel",
    "paper",
    "password",
    "payment",
    "phone",
    "photo",
    "plan",
    "port",
    "post",
    "printer",
    "profile",
    "project",
    "query",
    "queue",
    "record",
    "report",
    "request",
    "room",
    "save",
    "scan",
    "screen",
    "server",
    "share",
    "signal",
    "site",
    "socket",
    "software",
    "sound",
    "speaker",
    "staff",
    "system",
    "table",
    "tablet",
    "task",
    "team",
    "template",
    "token",
    "tool",
    "update",
    "user",
    "version",
    "video",
    "view",
    "voice",
    "website",
    "window",
    "wireless",
    "workbook",
    "zone",
]
COMMON = "printer"
"""Stands in a fifth of the tickets."""
RARE = "zebrafish"
"""Stands in about one of five thousand."""
MISTYPED = "zebrafihs"
PHRASE = "printer paper"
"""Two words that stand in very many, and seldom together."""
OTHERS = [word for word in WORDS if word != COMMON]
THINGS = [f"{start}{end}" for start in STARTS for end in ENDS]
"""Names that stand in a few hundred tickets each, as those of rooms, programs and people do."""

DAYS = 550
OPEN_SHARE = 0.03


def fill(count: int, progress: Callable[[int], None]) -> None:
    """Fill an empty, migrated database. Commits."""
    dice = random.Random(count)
    now = clock.now()
    scene = setting.set_the_scene(dice, now.astimezone(settings().zone).date())
    setting.serves_too(scene)
    contracts.register_systems(scene)
    setting.set_the_rules(scene)
    contracts.agree_contracts(scene)
    establishment.fill_posts(scene)
    history.load(stories(scene, dice, count, now), progress)
    history.derive()
    db.session.commit()


def stories(scene: setting.Setting, dice: random.Random, count: int, now: datetime) -> Iterator[Story]:
    people = [*scene.staff, *scene.members]
    agents = list(scene.agents.values())
    queues = list(scene.queues.values())
    systems = list(scene.systems.values())
    for n in range(count):
        opened = now - timedelta(days=DAYS * (1 - n / count), minutes=dice.randrange(600))
        person, agent = dice.choice(people), dice.choice(agents)
        council = person.terms[0].council if person.terms else person.employer
        words = dice.choices(OTHERS, k=dice.randrange(25, 70))
        words[dice.randrange(6)] = dice.choice(THINGS)
        if dice.random() < 0.2:
            words[dice.randrange(len(words))] = COMMON
        if dice.random() < 0.0002:
            words[0] = RARE
        columns = {
            "ticket_type": dice.choice(list(TicketType)),
            "subject": " ".join(words[:6]).capitalize(),
            "description": " ".join(words).capitalize() + ".",
            "requester_id": person.id,
            "requester_kind": person.requester_kind,
            "opened_by_id": person.id,
            "opened_at": opened,
            "channel": dice.choice(list(Channel)[:4]),
            "category": "Bench",
            "impact": 3,
            "urgency": dice.choice([1, 2, 2, 3]),
            "priority": dice.choice([3, 4, 4, 5]),
            "queue_id": dice.choice(queues).id,
            "routed_because": "no rule matched",
            "status": Status.NEW,
            "scope": Scope.COUNCIL,
            "council_id": council.id,
            "confidential": dice.random() < 0.01,
        }
        is_open = n > count * (1 - OPEN_SHARE)
        yield Story(
            columns, list(acts(dice, agent.id, person.id, opened, now, is_open)), (dice.choice(systems).id,)
        )


def acts(
    dice: random.Random, agent: int, person: int, opened: datetime, now: datetime, is_open: bool
) -> Iterator[Act]:
    def later(**span: float) -> datetime:
        return min(opened + timedelta(**span), now)

    if is_open and dice.random() < 0.3:
        return
    yield Act(
        "TicketAssigned", later(minutes=20), agent, {"assignee_id": agent, "status": Status.IN_PROGRESS}
    )
    yield Act(
        "Replied", later(minutes=30), agent, {}, Said(MessageKind.REPLY, " ".join(dice.choices(OTHERS, k=20)))
    )
    yield Act(
        "Noted", later(minutes=40), agent, {}, Said(MessageKind.NOTE, " ".join(dice.choices(OTHERS, k=12)))
    )
    said = Said(MessageKind.REPLY, " ".join(dice.choices(OTHERS, k=15)), from_requester=True)
    yield Act("Replied", later(minutes=90), person, {}, said)
    if not is_open:
        done = {"status": Status.RESOLVED, "resolution": Resolution.FIXED, "resolution_notes": "Done."}
        yield Act("TicketResolved", later(hours=dice.choice([3, 8, 30, 60])), agent, done)
        yield Act("TicketClosed", later(days=8), None, {"status": Status.CLOSED})
