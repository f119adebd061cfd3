"""Which systems those of the desk know their way about."""

from collections.abc import Iterable

from sqlalchemy import delete, select

from ..database import db, lock
from ..journal import announce
from ..people.models import Person
from ..people.rota.access import may_run_rota_of
from ..people.rota.patterns import NotManaged
from .events import SkillsChanged
from .models import Skill, System


def known_by(person: Person) -> set[int]:
    """The ids of the systems that the person knows."""
    return set(db.session.scalars(select(Skill.system_id).where(Skill.person_id == person.id)))


def set_skills(person: Person, systems: Iterable[System], *, by: Person) -> None:
    """The person knows these systems and no others."""
    if not may_run_rota_of(by, person):
        raise NotManaged(name=person.name)
    lock(person)
    wanted, before = {system.id for system in systems}, known_by(person)
    if wanted == before:
        return
    db.session.execute(delete(Skill).where(Skill.person_id == person.id, Skill.system_id.not_in(wanted)))
    db.session.add_all(Skill(person_id=person.id, system_id=system_id) for system_id in wanted - before)
    announce(SkillsChanged(about=person, known=sorted(wanted), by=by))
