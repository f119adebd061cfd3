"""Who may say when somebody works."""

from ..access import DESK, reach
from ..models import Person, Role

ENTERS_OWN = (*DESK, Role.CLINIC_HOST)
"""The roles on whose being there somebody else counts."""


def has_absences(person: Person) -> bool:
    """Whether the person enters absences of their own."""
    return person.has_role(*ENTERS_OWN)


def may_enter_absence(person: Person, whom: Person) -> bool:
    """Those of the desk and clinic hosts for themselves; a manager for those they manage."""
    return may_run_rota_of(person, whom) or (person.id == whom.id and has_absences(person))


def may_run_rota_of(person: Person, whom: Person) -> bool:
    """Whether the person manages what `whom` does at the desk: nobody whose work there reaches further than theirs."""
    if not person.has_role(Role.MANAGER):
        return False
    councils, theirs = reach(person, Role.MANAGER), reach(whom, *DESK)
    return councils is None or (theirs is not None and bool(theirs) and theirs <= councils)
