"""Who may come in to posts, and who may change them."""

from datetime import date
from decimal import Decimal
from typing import Any

from ictsupport.staffing.access import KEEPERS, READERS
from ictsupport.staffing.covering import arrange_cover
from ictsupport.staffing.establishing import establish_post
from tests.doors import Door, World

CHANGES = Door(get=frozenset(KEEPERS), post=frozenset(KEEPERS))

DOORS = {
    "staffing.index": Door(get=frozenset(READERS)),
    "staffing.post": Door(get=frozenset(READERS)),
    "staffing.new_post": CHANGES,
    "staffing.description": CHANGES,
    "staffing.change": CHANGES,
    "staffing.withdrawal": CHANGES,
    "staffing.cover": CHANGES,
    "staffing.cover_end": CHANGES,
    "staffing.recruitment": CHANGES,
    "staffing.hard_to_recruit": CHANGES,
}


def things(world: World) -> dict[str, Any]:
    post = establish_post(
        number="P1",
        title="Analyst",
        team=world.desk["helpdesk"].team,
        council=world.council,
        starts_on=date(2026, 1, 1),
        by=None,
    )
    cover = arrange_cover(post, fte=Decimal(1), starts_on=date(2026, 2, 1), by=None)
    return {"post_id": post.id, "cover_id": cover.id}
