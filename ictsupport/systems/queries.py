"""The lists that pages about systems and contracts show."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import Select, and_, exists, false, func, or_, select
from sqlalchemy.orm import aliased, joinedload, raiseload, selectinload
from sqlalchemy.orm.attributes import set_committed_value

from ..database import contains, db
from ..people.models import Council, Person
from . import access
from .models import (
    Alignment,
    AlignmentStep,
    Contract,
    ContractLeg,
    State,
    Supplier,
    System,
    SystemKind,
    SystemLeg,
    Use,
    contract_systems,
)

NOTICE_AHEAD = 90
"""How many days before the last day of notice a leg is called to attention."""


# The register


def register(
    person: Person,
    *,
    words: str = "",
    kinds: Iterable[SystemKind] = (),
    council_id: int | None = None,
    uses: Iterable[Use] = (),
    retired: bool = False,
) -> Select[System]:
    """Systems somebody may see, by name. With a council: those it has (or as `uses` says)."""
    systems = access.visible_systems(person)
    systems = systems.where(System.retired_on.is_not(None) if retired else System.retired_on.is_(None))
    if words:
        local = System.legs.any(contains(SystemLeg.local_name, words))
        systems = systems.where(or_(contains(System.name, words), contains(System.purpose, words), local))
    if kinds := list(kinds):
        systems = systems.where(System.kind.in_(kinds))
    if council_id is not None:
        wanted = list(uses) or [Use.SAME, Use.DIFFERENT]
        systems = systems.where(
            System.legs.any(and_(SystemLeg.council_id == council_id, SystemLeg.use.in_(wanted)))
        )
    return systems.options(
        joinedload(System.owner).raiseload("*"),
        selectinload(System.legs).options(raiseload("*")),
        raiseload("*"),
    )


def system_page(person: Person, slug: str) -> Select[System]:
    """One system with all that its page shows of itself."""
    return (
        access.visible_systems(person)
        .where(System.slug == slug)
        .options(
            joinedload(System.owner).raiseload("*"),
            joinedload(System.alignment),
            selectinload(System.legs).options(
                joinedload(SystemLeg.council), joinedload(SystemLeg.local_owner).raiseload("*")
            ),
        )
    )


def system_alone(person: Person, slug: str) -> Select[System]:
    """One system without its legs, for a page that reads those with the councils."""
    return (
        access.visible_systems(person)
        .where(System.slug == slug)
        .options(joinedload(System.owner).raiseload("*"), joinedload(System.alignment))
    )


def legs_by_council(system: System) -> list[tuple[Council, SystemLeg | None]]:
    """Every council with its leg of the system, if one was recorded; the system's legs are read with it."""
    rows = db.session.execute(
        select(Council, SystemLeg)
        .outerjoin(SystemLeg, and_(SystemLeg.council_id == Council.id, SystemLeg.system_id == system.id))
        .order_by(Council.name)
        .options(
            joinedload(SystemLeg.local_owner).raiseload("*"),
            joinedload(SystemLeg.council).raiseload("*"),
        )
    )
    found: list[tuple[Council, SystemLeg | None]] = [(row[0], row[1]) for row in rows]
    set_committed_value(system, "legs", [leg for _, leg in found if leg is not None])
    return found


def contracts_of_system(person: Person, system: System) -> Sequence[Contract]:
    """The contracts about a system that somebody may see: in force first, then the newest."""
    return db.session.scalars(
        access.visible_contracts(person)
        .where(Contract.systems.any(System.id == system.id))
        .order_by(Contract.state != State.ACTIVE, Contract.signed_on.desc(), Contract.id.desc())
        .options(
            joinedload(Contract.supplier).raiseload("*"),
            joinedload(Contract.owner).raiseload("*"),
            selectinload(Contract.legs).joinedload(ContractLeg.council),
            raiseload("*"),
        )
        .limit(50)
    ).all()


def contracts_of(system_ids: Sequence[int], person: Person) -> dict[int, list[Contract]]:
    """For each of the systems the contracts in force, or signed to come, that somebody may see."""
    found = db.session.execute(
        select(contract_systems.c.system_id, Contract)
        .join(Contract, Contract.id == contract_systems.c.contract_id)
        .where(
            contract_systems.c.system_id.in_(system_ids),
            Contract.id.in_(access.visible_contracts(person).with_only_columns(Contract.id)),
            Contract.state.in_((State.ACTIVE, State.DRAFT)),
            Contract.signed_on.is_not(None),
        )
        .order_by(Contract.name)
        .options(*WITH_LEGS)
    ).all()
    return {system_id: [contract for key, contract in found if key == system_id] for system_id in system_ids}


def steps_of(alignment: Alignment) -> Sequence[AlignmentStep]:
    """The history of an alignment, newest first, with who recorded it."""
    return db.session.scalars(
        select(AlignmentStep)
        .where(AlignmentStep.alignment_id == alignment.id)
        .order_by(AlignmentStep.since.desc(), AlignmentStep.id.desc())
        .options(
            joinedload(AlignmentStep.by).raiseload("*"),
            joinedload(AlignmentStep.alignment).joinedload(Alignment.system),
            raiseload("*"),
        )
        .limit(200)
    ).all()


@dataclass(frozen=True)
class Choice:
    """A system as somebody raising a request may choose it."""

    system: System
    leg: SystemLeg | None

    @property
    def label(self) -> str:
        """Its name, and what the council calls it where that differs."""
        local = self.leg.local_name if self.leg else ""
        return f"{self.system.name} ({local})" if local and local != self.system.name else self.system.name


def choosable_systems(council: Council | None) -> Sequence[Choice]:
    """What people of a council may choose when they raise a request: all it has, by name.

    A system whose legs have not been recorded can be chosen too: better one
    too many than a request without its system. Two statements.
    """
    systems = select(System).where(System.retired_on.is_(None)).order_by(System.name)
    if council is not None:
        without = System.legs.any(and_(SystemLeg.council_id == council.id, SystemLeg.use == Use.NONE))
        systems = systems.where(~without)
    found = db.session.scalars(
        systems.options(selectinload(System.legs).options(raiseload("*")), raiseload("*"))
    )
    return [Choice(system, system.leg_of(council.id) if council else None) for system in found]


# Contracts

WITH_LEGS = (
    joinedload(Contract.supplier).raiseload("*"),
    joinedload(Contract.owner).raiseload("*"),
    selectinload(Contract.systems).raiseload("*"),
    selectinload(Contract.legs).joinedload(ContractLeg.council),
    raiseload("*"),
)


def contracts(
    person: Person,
    *,
    words: str = "",
    states: Iterable[State] = (),
    council_id: int | None = None,
    supplier_id: int | None = None,
) -> Select[Contract]:
    """Contracts somebody may see, by name."""
    found = access.visible_contracts(person)
    if words:
        found = found.where(
            or_(
                contains(Contract.name, words),
                contains(Contract.reference, words),
                Contract.supplier.has(contains(Supplier.name, words)),
                Contract.systems.any(contains(System.name, words)),
            )
        )
    if states := list(states):
        found = found.where(Contract.state.in_(states))
    if council_id is not None:
        found = found.where(Contract.legs.any(ContractLeg.council_id == council_id))
    if supplier_id is not None:
        found = found.where(Contract.supplier_id == supplier_id)
    return found.options(*WITH_LEGS)


def contract_page(person: Person, contract_id: int) -> Select[Contract]:
    """One contract with all that its page shows."""
    return (
        access.visible_contracts(person)
        .where(Contract.id == contract_id)
        .options(
            joinedload(Contract.supplier).selectinload(Supplier.contacts),
            joinedload(Contract.owner),
            selectinload(Contract.systems).joinedload(System.alignment),
            selectinload(Contract.legs).joinedload(ContractLeg.council),
        )
    )


def notices(person: Person, day: date, within: int = NOTICE_AHEAD) -> Select[ContractLeg]:
    """Legs in force about which somebody must decide: the last day of notice comes soon, or has passed.

    Not those of which notice was given, nor those whose next term is agreed.
    """
    following = aliased(ContractLeg)
    succeeded = exists().where(
        following.contract_id == ContractLeg.contract_id,
        following.council_id == ContractLeg.council_id,
        following.starts_on > ContractLeg.ends_on,
    )
    seen = access.visible_contracts(person).with_only_columns(Contract.id)
    return (
        select(ContractLeg)
        .join(ContractLeg.contract)
        .where(
            Contract.id.in_(seen),
            Contract.signed_on.is_not(None),
            Contract.state.in_((State.ACTIVE, State.DRAFT)),
            ContractLeg.notice_given_on.is_(None),
            ContractLeg.ends_on >= day,
            ContractLeg.notice_on <= day + timedelta(days=within),
            ~succeeded,
        )
        .options(
            joinedload(ContractLeg.council),
            joinedload(ContractLeg.contract).options(
                joinedload(Contract.supplier).raiseload("*"), raiseload("*")
            ),
            raiseload("*"),
        )
    )


def count_of(rows: Select[ContractLeg] | Select[Contract]) -> int:
    """How many rows there are."""
    bare = rows.with_only_columns(func.count(), maintain_column_froms=True).order_by(None)
    return db.session.scalar(bare) or 0


# Suppliers


def suppliers(words: str = "") -> Select[Supplier]:
    found = select(Supplier)
    if words:
        found = found.where(contains(Supplier.name, words))
    return found.options(selectinload(Supplier.contacts).raiseload("*"), raiseload("*"))


def supplier_page(person: Person, supplier_id: int) -> Select[Supplier]:
    """One supplier with whom to ask there."""
    found = select(Supplier).where(Supplier.id == supplier_id).options(selectinload(Supplier.contacts))
    return found if access.may_read(person) else found.where(false())


def council_names() -> dict[int, Council]:
    """All councils by their id, in the order of their names."""
    return {council.id: council for council in db.session.scalars(select(Council).order_by(Council.name))}
