"""Who of the desk knows what, works when, and is away."""

from datetime import date, datetime, time, timedelta

from ...config import settings
from ...database import db
from ...people.models import Membership, Person
from ...people.rota.models import Absence, AbsenceKind, WorkingPattern
from ...systems.models import Skill
from ...tickets.assigning.models import Cap, SkilledQueue
from .content import content
from .setting import Setting

PART_TIME = {"0": [["08:30", "17:00"]], "1": [["08:30", "17:00"]], "2": [["08:30", "13:00"]]}


def fill(scene: Setting) -> None:
    """Everybody knows the systems of their team's queue, every second one; some work part time or are on leave."""
    db.session.flush()
    queue_of = {scene.teams[told["name"]].id: told["queue"] for told in content("councils")["team"]}
    systems: dict[str, list[int]] = {}
    for told in content("systems")["system"]:
        systems.setdefault(told["queue"], []).append(scene.systems[told["slug"]].id)
    members = db.session.query(Membership).order_by(Membership.id).all()
    for number, membership in enumerate(members):
        theirs = systems.get(queue_of[membership.team_id], [])
        for system_id in [key for at, key in enumerate(theirs) if (at + number) % 2 == 0]:
            db.session.add(Skill(person_id=membership.person_id, system_id=system_id))
    db.session.add(SkilledQueue(queue_id=scene.queues["Business systems"].id))
    people = list(scene.agents.values())
    db.session.add(WorkingPattern(person=people[-1], effective_from=date(2020, 1, 6), week=PART_TIME))
    db.session.add(Cap(person_id=people[-1].id, most=12))
    _away(scene, people[-2], 0, 4, AbsenceKind.LEAVE)
    _away(scene, people[-3], 9, 11, AbsenceKind.TRAINING)
    db.session.flush()


def _away(scene: Setting, person: Person, first: int, last: int, kind: AbsenceKind) -> None:
    start, end = (
        datetime.combine(scene.today + timedelta(days=days), time(), settings().zone)
        for days in (first, last + 1)
    )
    db.session.add(Absence(person=person, kind=kind, starts_at=start, ends_at=end, entered_by_id=person.id))
