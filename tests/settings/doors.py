"""Who may open which page of settings."""

from datetime import date
from typing import Any

from ictsupport.database import db
from ictsupport.people.models import Calendar, Membership, Role
from ictsupport.tickets.desk.models import Tag
from ictsupport.tickets.models import RoutingRule
from ictsupport.tickets.request_types.keeping import add_type
from ictsupport.tickets.request_types.questions import Kind, Question
from ictsupport.tickets.targets.models import Policy
from ictsupport.tickets.tasks.checklists import save_checklist
from ictsupport.tickets.tasks.models import Checklist
from tests.doors import Door, World

SETS_UP = {Role.MANAGER, Role.ADMINISTRATOR}
BOTH = Door(get=SETS_UP, post=SETS_UP)

DOORS = {
    "setting_up.request_types": Door(get=SETS_UP),
    "setting_up.ship_request_types": Door(post=SETS_UP),
    "setting_up.new_request_type": BOTH,
    "setting_up.request_type": Door(get=SETS_UP, fill={"slug": "type_slug"}),
    "setting_up.type_approval": Door(get=SETS_UP, post=SETS_UP, fill={"slug": "type_slug"}),
    "setting_up.request_type_details": Door(get=SETS_UP, post=SETS_UP, fill={"slug": "type_slug"}),
    "setting_up.request_type_retirement": Door(post=SETS_UP, fill={"slug": "type_slug"}),
    "setting_up.request_type_place": Door(post=SETS_UP, fill={"slug": "type_slug"}),
    "setting_up.type_questions": Door(get=SETS_UP, fill={"slug": "type_slug"}),
    "setting_up.new_question": Door(get=SETS_UP, post=SETS_UP, fill={"slug": "type_slug"}),
    "setting_up.change_question": Door(get=SETS_UP, post=SETS_UP, fill={"slug": "type_slug"}),
    "setting_up.question_removal": Door(post=SETS_UP, fill={"slug": "type_slug"}),
    "setting_up.question_place": Door(post=SETS_UP, fill={"slug": "type_slug"}),
    "setting_up.discard_questions": Door(post=SETS_UP, fill={"slug": "type_slug"}),
    "setting_up.type_version": Door(get=SETS_UP, post=SETS_UP, fill={"slug": "type_slug"}),
    "setting_up.queues": Door(get=SETS_UP),
    "setting_up.new_queue": BOTH,
    "setting_up.queue": Door(get=SETS_UP),
    "setting_up.queue_details": BOTH,
    "setting_up.closing": BOTH,
    "setting_up.opening": Door(post=SETS_UP),
    "setting_up.clearances": Door(post=SETS_UP),
    "setting_up.end_clearance": Door(post=SETS_UP),
    "setting_up.new_team": BOTH,
    "setting_up.team": BOTH,
    "setting_up.joining": Door(post=SETS_UP),
    "setting_up.leaving": Door(post=SETS_UP),
    "setting_up.priorities": Door(get=SETS_UP),
    "setting_up.matrix": BOTH,
    "setting_up.policies": Door(get=SETS_UP),
    "setting_up.policy": Door(get=SETS_UP),
    "setting_up.new_policy": BOTH,
    "setting_up.change_policy": BOTH,
    "setting_up.end_policy": BOTH,
    "setting_up.checklists": Door(get=SETS_UP),
    "setting_up.new_checklist": BOTH,
    "setting_up.checklist": BOTH,
    "setting_up.checklist_retirement": Door(post=SETS_UP),
    "setting_up.tags": Door(get={Role.MANAGER}),
    "setting_up.tag": Door(get={Role.MANAGER}, post={Role.MANAGER}),
    "setting_up.tag_merging": Door(get={Role.MANAGER}, post={Role.MANAGER}),
    "setting_up.tag_removal": Door(post={Role.MANAGER}),
    "setting_up.wordings": Door(get=SETS_UP),
    "setting_up.words": BOTH,
    "setting_up.routing": Door(get=SETS_UP),
    "setting_up.new_rule": BOTH,
    "setting_up.rule": BOTH,
    "setting_up.place": Door(post=SETS_UP),
    "setting_up.tester": Door(get=SETS_UP),
    "setting_up.calendars": Door(get=SETS_UP),
    "setting_up.calendar": Door(get=SETS_UP),
    "setting_up.week": BOTH,
    "setting_up.closures": BOTH,
    "setting_up.withdrawal": BOTH,
    "setting_up.own_calendar": Door(get=SETS_UP, post=SETS_UP, fill={"slug": "scope"}),
}


def things(world: World) -> dict[str, Any]:
    queue = world.desk["business"]
    calendar = db.session.scalars(db.select(Calendar).where(Calendar.council_id.is_(None))).one()
    membership = Membership(
        team=queue.team, person=world.visitors[Role.CLINIC_HOST], starts_on=date(2026, 1, 1)
    )
    rule = RoutingRule(position=10, queue=queue, system=world.telephony)
    db.session.add_all([membership, rule])
    db.session.flush()
    add_type(name="Paint", by=None, questions=[Question("colour", Kind.TEXT, "Which colour?")])
    checklist = save_checklist(Checklist(), name="New starter", items="Order a desk", by=None)
    tag = Tag(name="laptop")
    db.session.add(tag)
    db.session.flush()
    return {
        "tag_id": tag.id,
        "checklist_id": checklist.id,
        "type_slug": "paint",
        "key": "colour",
        "slug": queue.slug,
        "team_id": queue.team_id,
        "person_id": world.staff.id,
        "membership_id": membership.id,
        "rule_id": rule.id,
        "calendar_id": calendar.id,
        "closure_id": calendar.closures[0].id,
        "scope": world.council.slug,
        "policy_id": db.session.scalars(db.select(Policy.id)).one(),
    }
