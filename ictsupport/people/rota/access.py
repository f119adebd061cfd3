"""Who may say when somebody works."""

from ..access import DESK, reach
from ..models import Person, Role


def may_enter_absence(person: Person, whom: Person) -> bool:
    """Those of the desk for themselves; a manager for those they manage."""
    return may_run_rota_of(person, whom) or (person.id == whom.id and person.has_role(*DESK))


def may_run_rota_of(person: Person, whom: Person) -> bool:
    """Whether the person manages what `whom` does at the desk: nobody whose work there reaches further than theirs."""
    if not person.has_role(Role.MANAGER):
        return False
    councils, theirs = reach(person, Role.MANAGER), reach(whom, *DESK)
    return councils is None or (theirs is not None and bool(theirs) and theirs <= councils)
