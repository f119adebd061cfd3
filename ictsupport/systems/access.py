"""Who may see systems, contracts and what they cost, and who may change them.

Everybody who works for a council or serves on one reads the register and the
contracts; somebody outside (a supplier's contact) reads nothing. What things
cost, and drafts that are still being negotiated, are for those whose work it
is. Changes are for systems leads and administrators, as far as they reach.
"""

from collections.abc import Iterable

from sqlalchemy import Select, and_, false, or_, select

from ..people.access import reach
from ..people.models import Person, RequesterKind, Role
from .models import Contract, ContractLeg, State, System

LEADS = (Role.SYSTEMS_LEAD, Role.ADMINISTRATOR)
"""Those who keep the register and the contracts."""

SEES_COSTS = (*LEADS, Role.MANAGER, Role.REPORT_AUTHOR, Role.CLERK, Role.FIGURES_READER)
"""Those who see what contracts cost and save, and drafts."""


def may_read(person: Person) -> bool:
    """Whether somebody is of the councils, not outside them."""
    return person.requester_kind is not RequesterKind.CONTACT or person.has_role(*Role)


def visible_systems(person: Person) -> Select[System]:
    systems = select(System)
    return systems if may_read(person) else systems.where(false())


def visible_contracts(person: Person) -> Select[Contract]:
    """Contracts that are or were in force; drafts for those who see the costs of a council concerned."""
    contracts = select(Contract)
    if not may_read(person):
        return contracts.where(false())
    settled = or_(
        Contract.state.in_((State.ACTIVE, State.EXPIRED)),
        and_(Contract.state == State.CANCELLED, Contract.signed_on.is_not(None)),
        and_(Contract.state == State.DRAFT, Contract.signed_on.is_not(None)),
    )
    if not person.has_role(*SEES_COSTS):
        return contracts.where(settled)
    councils = reach(person, *SEES_COSTS)
    if councils is None:
        return contracts
    theirs = Contract.legs.any(ContractLeg.council_id.in_(councils))
    return contracts.where(or_(settled, theirs, ~Contract.legs.any()))


def may_see_cost(person: Person, council_id: int) -> bool:
    """Whether somebody sees what a contract costs this council."""
    return person.has_role_for(council_id, *SEES_COSTS)


def may_see_any_cost(person: Person) -> bool:
    """Whether somebody sees costs at all."""
    return person.has_role(*SEES_COSTS)


def may_see_savings(person: Person) -> bool:
    """Savings of a shared contract are of all councils together."""
    return reach(person, *SEES_COSTS) is None if person.has_role(*SEES_COSTS) else False


def may_add(person: Person) -> bool:
    """Whether somebody may add systems, suppliers and contracts, and change suppliers."""
    return person.has_role(*LEADS)


def may_lead(person: Person, councils: Iterable[int]) -> bool:
    """Whether somebody's lead reaches all of these councils."""
    if not may_add(person):
        return False
    reached = reach(person, *LEADS)
    return reached is None or set(councils) <= reached


def may_change_system(person: Person, system: System) -> bool:
    """The entry as a whole, and the alignment: whoever leads for every council that has a leg."""
    return may_lead(person, [leg.council_id for leg in system.legs])


def may_change_contract(person: Person, contract: Contract) -> bool:
    """The contract as a whole: whoever leads for every council with a leg in it."""
    return may_lead(person, [leg.council_id for leg in contract.legs])
