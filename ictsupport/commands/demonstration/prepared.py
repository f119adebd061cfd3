"""What the demonstration's desk has prepared: saved replies, macros, views, and tags on the newest open tickets."""

from datetime import time, timedelta
from typing import Any

from sqlalchemy import select
from werkzeug.datastructures import MultiDict

from ... import clock
from ...config import settings
from ...database import db
from ...tickets.desk.macros import Steps, save_macro
from ...tickets.desk.models import Macro, Reach, SavedReply
from ...tickets.desk.saved_replies import save_reply
from ...tickets.lists.columns import USUAL
from ...tickets.lists.filtering import Wish
from ...tickets.lists.saving import save_view
from ...tickets.models import Ticket
from ...tickets.recurring.keeping import add_recurring
from ...tickets.tagging import tags_named
from ...tickets.tasks.checklists import put_on, save_checklist
from ...tickets.tasks.doing import add_task, tick
from ...tickets.tasks.models import Checklist
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
    for one in told["checklist"]:
        save_checklist(Checklist(), name=one["name"], items=one["tasks"], by=manager)


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


def repeat(scene: Setting) -> None:
    """Work of the desk's own that comes by itself."""
    manager = scene.agents["Morgan Okafor"]
    add_recurring(
        council=None,
        subject="Check that the backups can be read",
        description="Read back one file of each system, and say which.",
        requester=manager,
        rule="FREQ=MONTHLY;BYDAY=1MO",
        starts_on=clock.today(settings().zone),
        at=time(9),
        by=manager,
    )


def put_tags(scene: Setting) -> None:
    """Tags on some of the newest open tickets."""
    tags = tags_named(content("prepared")["tags"])
    newest = select(Ticket).where(Ticket.OPEN).order_by(Ticket.id.desc()).limit(TAGGED)
    for ticket in db.session.scalars(newest):
        if scene.dice.random() < 0.4:
            ticket.tags.append(scene.dice.choice(tags))


def put_tasks(scene: Setting) -> None:
    """A checklist for somebody who starts, half done, and a few tasks for an agent, on tickets that are open."""
    agent = scene.agents["Asha Iqbal"]
    open_ones = select(Ticket).where(Ticket.OPEN, Ticket.confidential.is_(False)).order_by(Ticket.id.desc())
    others = db.session.scalars(open_ones.limit(3)).all()
    starts = db.session.scalars(open_ones.where(Ticket.category == "New starter").limit(1)).first()
    checklist = db.session.scalars(select(Checklist).where(Checklist.name == "New starter")).first()
    if starts is not None and checklist is not None:
        for task in put_on(starts, checklist, by=agent)[:2]:
            tick(task, by=agent)
    today = clock.today(settings().zone)
    for ticket, what, days in zip(
        others,
        ("Ring the supplier about the quote", "Label the new cable", "Return the loan iPad"),
        (0, 3, -2),
        strict=False,
    ):
        add_task(ticket, what, by=agent, assignee=agent, due_on=today + timedelta(days))


def _place(scene: Setting, one: dict[str, str]) -> dict[str, Any]:
    queue = scene.queues["Helpdesk"] if one["for"] == "queue" else None
    return {"name": one["name"], "reach": Reach(one["for"]), "queue": queue}
