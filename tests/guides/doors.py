"""Who may open the pages of guides."""

from datetime import date
from typing import Any

from ictsupport.guides.models import Audience
from ictsupport.guides.writing import Content, publish, write_guide
from ictsupport.people.models import Role
from ictsupport.tickets.models import Channel, Resolution
from ictsupport.tickets.raising import raise_ticket
from ictsupport.tickets.resolving import resolve
from tests.doors import DESK, EVERYBODY, MEMBER, STAFF, STAFF_ELSEWHERE, Door, World

READERS = frozenset({STAFF, STAFF_ELSEWHERE, *Role})

DOORS = {
    "guides.index": Door(get=EVERYBODY),
    "guides.new": Door(get=DESK, post=DESK),
    "guides.from_ticket": Door(post=DESK, fill={"reference": "resolved"}),
    "guides.guide": [
        Door(get=READERS, hidden={MEMBER}),
        Door(get=DESK, hidden=EVERYBODY, fill={"slug": "draft"}),
        Door(get=DESK | {MEMBER}, hidden=EVERYBODY, fill={"slug": "members"}),
    ],
    "guides.vote": [
        Door(post=READERS, hidden={MEMBER}),
        Door(post=DESK | {MEMBER}, hidden=EVERYBODY, fill={"slug": "members"}),
    ],
    "guides.edit": Door(get=DESK, post=DESK),
    "guides.publication": Door(post=DESK),
    "guides.withdrawal": Door(post=DESK),
    "guides.retirement": Door(post=DESK),
    "guides.review": Door(post=DESK),
}


def things(world: World) -> dict[str, Any]:
    agent = world.visitors[Role.AGENT]

    def written(title: str, audience: Audience, *, out: bool = True) -> str:
        content = Content(
            title=title, body="Do this.", audiences=[audience], owner=agent, review_on=date(2027, 6, 1)
        )
        guide = write_guide(content, by=agent)
        if out:
            publish(guide, by=agent)
        return guide.slug

    return {
        "resolved": _resolved(world),
        "slug": written("Set up voicemail", Audience.STAFF),
        "draft": written("Not yet", Audience.STAFF, out=False),
        "members": written("Read your papers", Audience.MEMBERS),
    }


def _resolved(world: World) -> str:
    staff = world.visitors[STAFF]
    ticket = raise_ticket(
        requester=staff, subject="No voicemail", description="", by=staff, channel=Channel.SELF_SERVICE
    )
    resolve(ticket, Resolution.FIXED, "Dial 1571.", by=world.visitors[Role.AGENT])
    return ticket.reference
