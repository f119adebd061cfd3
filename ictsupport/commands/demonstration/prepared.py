"""What the demonstration's desk has prepared: saved replies, macros, views, and tags on the newest open tickets."""

from typing import Any

from sqlalchemy import select
from werkzeug.datastructures import MultiDict

from ...database import db
from ...tickets.desk.macros import Steps, save_macro
from ...tickets.desk.models import Macro, Reach, SavedReply
from ...tickets.desk.saved_replies import save_reply
from ...tickets.lists.columns import USUAL
from ...tickets.lists.filtering import Wish
from ...tickets.lists.saving import save_view
from ...tickets.models import Ticket
from ...tickets.tagging import tags_named
from .content import content
from .setting import Setting

TAGGED = 60


def prepare(scene: Setting) -> None:
    """By the helpdesk manager, for everybody and for the helpdesk's queue."""
    manager = scene.agents["Morgan Okafor"]
    told = content("prepared")
    for one in told["reply"]:
        save_reply(SavedReply(), body=one["body"], by=manager, **_place(scene, one))
    for one in told["macro"]:
        save_macro(Macro(), steps=Steps.of(one["steps"]), by=manager, **_place(scene, one))


def save_views(scene: Setting) -> None:
    """A view of the manager's that the helpdesk's people see, and one of an agent's own."""
    manager, agent = scene.agents["Morgan Okafor"], scene.agents["Asha Iqbal"]
    for name, whose, queue, asked in (
        (
            "Members waiting",
            manager,
            scene.queues["Helpdesk"],
            {"kind": "member", "hold": "awaiting requester"},
        ),
        ("Mine by age", agent, None, {"assignee": "me", "sort": "opened"}),
    ):
        save_view(name, Wish.read(MultiDict(asked), whose), USUAL, by=whose, queue=queue)


def put_tags(scene: Setting) -> None:
    """Tags on some of the newest open tickets."""
    tags = tags_named(content("prepared")["tags"])
    newest = select(Ticket).where(Ticket.OPEN).order_by(Ticket.id.desc()).limit(TAGGED)
    for ticket in db.session.scalars(newest):
        if scene.dice.random() < 0.4:
            ticket.tags.append(scene.dice.choice(tags))


def _place(scene: Setting, one: dict[str, str]) -> dict[str, Any]:
    queue = scene.queues["Helpdesk"] if one["for"] == "queue" else None
    return {"name": one["name"], "reach": Reach(one["for"]), "queue": queue}
