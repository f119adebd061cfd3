"""What the service runs or supports, how each council stands with it, and under which contracts."""

import enum
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    String,
    Table,
    Text,
    UniqueConstraint,
    event,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from .. import clock
from ..database import Model, words
from ..people.models import Council, Person


class SystemKind(enum.Enum):
    BUSINESS = "business"
    INFRASTRUCTURE = "infrastructure"
    END_USER = "end-user"


class Use(enum.Enum):
    """How a council stands with a system: it has the same one, one of its own, or none."""

    SAME = "same"
    DIFFERENT = "different"
    NONE = "none"


class System(Model):
    """Something the service runs or supports: telephony, printing, committee management."""

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(120), unique=True)
    slug: Mapped[str] = mapped_column(String(120), unique=True)
    purpose: Mapped[str] = mapped_column(Text, default="")
    kind: Mapped[SystemKind] = mapped_column(words(SystemKind), default=SystemKind.BUSINESS)
    owner_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), index=True)
    retired_on: Mapped[date | None]
    version: Mapped[int] = mapped_column(default=1)
    owner: Mapped[Person | None] = relationship()
    legs: Mapped[list["SystemLeg"]] = relationship(back_populates="system", order_by="SystemLeg.council_id")
    contracts: Mapped[list["Contract"]] = relationship(
        secondary="contract_system", back_populates="systems", order_by="Contract.name"
    )
    alignment: Mapped["Alignment | None"] = relationship(back_populates="system")

    def leg_of(self, council_id: int) -> "SystemLeg | None":
        return next((leg for leg in self.legs if leg.council_id == council_id), None)


class Skill(Model):
    """Somebody of the desk knows their way about a system."""

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True)
    system_id: Mapped[int] = mapped_column(ForeignKey("system.id"), primary_key=True, index=True)


class SystemLeg(Model):
    """How one council stands with a system, and what and whom it means by it there."""

    id: Mapped[int] = mapped_column(primary_key=True)
    system_id: Mapped[int] = mapped_column(ForeignKey("system.id"))
    council_id: Mapped[int] = mapped_column(ForeignKey("council.id"), index=True)
    use: Mapped[Use] = mapped_column(words(Use))
    local_name: Mapped[str] = mapped_column(String(120), default="")
    local_owner_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    system: Mapped[System] = relationship(back_populates="legs")
    council: Mapped[Council] = relationship()
    local_owner: Mapped[Person | None] = relationship()

    __table_args__ = (UniqueConstraint("system_id", "council_id"),)


class Supplier(Model):
    """Who a system is bought from."""

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(160), unique=True)
    website: Mapped[str] = mapped_column(String(300), default="")
    notes: Mapped[str] = mapped_column(Text, default="")
    version: Mapped[int] = mapped_column(default=1)
    contacts: Mapped[list["SupplierContact"]] = relationship(
        back_populates="supplier", order_by="SupplierContact.name"
    )
    contracts: Mapped[list["Contract"]] = relationship(back_populates="supplier", order_by="Contract.name")


class SupplierContact(Model):
    """Whom to ask at a supplier. Not a person of the service: a contact cannot sign in."""

    id: Mapped[int] = mapped_column(primary_key=True)
    supplier_id: Mapped[int] = mapped_column(ForeignKey("supplier.id"), index=True)
    name: Mapped[str] = mapped_column(String(200))
    job: Mapped[str] = mapped_column(String(120), default="")
    email: Mapped[str] = mapped_column(String(254), default="")
    phone: Mapped[str] = mapped_column(String(40), default="")
    ended_on: Mapped[date | None]
    supplier: Mapped[Supplier] = relationship(back_populates="contacts")


contract_systems = Table(
    "contract_system",
    Model.metadata,
    Column("contract_id", ForeignKey("contract.id"), primary_key=True),
    Column("system_id", ForeignKey("system.id"), primary_key=True, index=True),
)


class State(enum.Enum):
    """Where a contract stands: being made, in force, over, or called off."""

    DRAFT = "draft"
    ACTIVE = "active"
    EXPIRED = "expired"
    CANCELLED = "cancelled"


class Contract(Model):
    """An agreement with a supplier about systems, with one leg per council (and term)."""

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(160))
    reference: Mapped[str] = mapped_column(String(60), default="")
    supplier_id: Mapped[int] = mapped_column(ForeignKey("supplier.id"), index=True)
    owner_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), index=True)
    state: Mapped[State] = mapped_column(words(State), default=State.DRAFT, index=True)
    signed_on: Mapped[date | None]
    cancelled_on: Mapped[date | None]
    notes: Mapped[str] = mapped_column(Text, default="")
    version: Mapped[int] = mapped_column(default=1)
    supplier: Mapped[Supplier] = relationship(back_populates="contracts")
    owner: Mapped[Person | None] = relationship()
    systems: Mapped[list[System]] = relationship(
        secondary=contract_systems, back_populates="contracts", order_by=System.name
    )
    legs: Mapped[list["ContractLeg"]] = relationship(
        back_populates="contract", order_by="ContractLeg.council_id, ContractLeg.starts_on"
    )

    NAMED = text("reference <> ''")
    __table_args__ = (
        UniqueConstraint("supplier_id", "name"),
        CheckConstraint("state NOT IN ('active', 'expired') OR signed_on IS NOT NULL", name="signed"),
        CheckConstraint("(state = 'cancelled') = (cancelled_on IS NOT NULL)", name="cancelled"),
        Index("uq_contract_reference", "reference", unique=True, sqlite_where=NAMED, postgresql_where=NAMED),
    )

    @property
    def is_agreed(self) -> bool:
        """Whether it is signed and was not called off; it may have ended or be still to begin."""
        return self.signed_on is not None and self.state is not State.CANCELLED

    @property
    def first_day(self) -> date | None:
        return min((leg.starts_on for leg in self.legs), default=None)

    @property
    def last_day(self) -> date | None:
        return max((leg.ends_on for leg in self.legs), default=None)


class Renewal(enum.Enum):
    """What happens at the end when nobody does anything: it ends (express) or it runs on (tacit)."""

    EXPRESS = "express"
    TACIT = "tacit"


class ContractLeg(Model):
    """What a contract means for one council: term, notice, cost, and the support that comes with it.

    Both days of the term are included. `notice_on`, the last day on which
    notice can be given, always follows from the end and the notice days.
    """

    id: Mapped[int] = mapped_column(primary_key=True)
    contract_id: Mapped[int] = mapped_column(ForeignKey("contract.id"))
    council_id: Mapped[int] = mapped_column(ForeignKey("council.id"), index=True)
    starts_on: Mapped[date]
    ends_on: Mapped[date] = mapped_column(index=True)
    notice_days: Mapped[int] = mapped_column(default=0)
    notice_on: Mapped[date] = mapped_column(index=True)
    notice_given_on: Mapped[date | None]
    renewal: Mapped[Renewal] = mapped_column(words(Renewal), default=Renewal.EXPRESS)
    renewal_months: Mapped[int] = mapped_column(default=0)
    extension_options: Mapped[str] = mapped_column(String(300), default="")
    annual_pence: Mapped[int | None] = mapped_column(BigInteger)
    support_hours: Mapped[str] = mapped_column(String(200), default="")
    support_phone: Mapped[str] = mapped_column(String(40), default="")
    support_portal: Mapped[str] = mapped_column(String(300), default="")
    support_included: Mapped[bool] = mapped_column(default=False)
    contract: Mapped[Contract] = relationship(back_populates="legs")
    council: Mapped[Council] = relationship()

    __table_args__ = (
        UniqueConstraint("contract_id", "council_id", "starts_on"),
        CheckConstraint("ends_on >= starts_on", name="order"),
        CheckConstraint("notice_days >= 0 AND notice_on >= starts_on", name="notice"),
        CheckConstraint("renewal = 'express' OR renewal_months > 0", name="renewal"),
        CheckConstraint("annual_pence >= 0", name="cost"),
    )

    @property
    def annual_cost(self) -> Decimal | None:
        return None if self.annual_pence is None else Decimal(self.annual_pence) / 100

    def covers(self, day: date) -> bool:
        return self.starts_on <= day <= self.ends_on


@event.listens_for(ContractLeg, "before_insert")
@event.listens_for(ContractLeg, "before_update")
def _keep_notice_day(_mapper: Any, _connection: Any, leg: ContractLeg) -> None:
    leg.notice_on = leg.ends_on - timedelta(days=leg.notice_days or 0)


class Stage(enum.Enum):
    """How far a shared system is on the way to one contract for all councils."""

    IDENTIFIED = "identified"
    STRATEGY = "strategy agreed"
    PROCURING = "procuring"
    SIGNED = "contract signed"
    IMPLEMENTING = "implementing"
    ALIGNED = "aligned"
    NOT_PURSUED = "not pursued"

    @property
    def group(self) -> "Group":
        return _GROUPS.get(self, Group.IN_PROGRESS)

    def is_forward_of(self, other: "Stage") -> bool:
        """Whether moving here from the other stage is a step ahead; not pursuing is never one."""
        order = list(Stage)
        return self is not Stage.NOT_PURSUED and (
            other is Stage.NOT_PURSUED or order.index(self) > order.index(other)
        )


class Group(enum.Enum):
    """The columns in which stages are shown to a committee."""

    ALIGNED = "aligned"
    IN_PROGRESS = "in progress"
    NOT_STARTED = "not started"
    NOT_PURSUED = "not pursued"

    @property
    def stages(self) -> list[Stage]:
        return [stage for stage in Stage if stage.group is self]


_GROUPS = {
    Stage.ALIGNED: Group.ALIGNED,
    Stage.IDENTIFIED: Group.NOT_STARTED,
    Stage.NOT_PURSUED: Group.NOT_PURSUED,
}


class Alignment(Model):
    """The way of a shared system to one contract for all councils. Where it stands is its newest step."""

    id: Mapped[int] = mapped_column(primary_key=True)
    system_id: Mapped[int] = mapped_column(ForeignKey("system.id"), unique=True)
    promised_pence: Mapped[int | None] = mapped_column(BigInteger)
    realised_pence: Mapped[int | None] = mapped_column(BigInteger)
    version: Mapped[int] = mapped_column(default=1)
    system: Mapped[System] = relationship(back_populates="alignment")
    steps: Mapped[list["AlignmentStep"]] = relationship(
        back_populates="alignment", order_by="AlignmentStep.since, AlignmentStep.id"
    )

    @property
    def present(self) -> "AlignmentStep":
        return self.steps[-1]

    @property
    def saving_promised(self) -> Decimal | None:
        """What it should save in a year."""
        return None if self.promised_pence is None else Decimal(self.promised_pence) / 100

    @property
    def saving_realised(self) -> Decimal | None:
        """What it was seen to save in a year."""
        return None if self.realised_pence is None else Decimal(self.realised_pence) / 100


class AlignmentStep(Model):
    """How an alignment stood from a day on: stage, target, blocker. Append-only, so any date can be shown again.

    A change of target or blocker alone is a step too, with the stage as it was.
    """

    id: Mapped[int] = mapped_column(primary_key=True)
    alignment_id: Mapped[int] = mapped_column(ForeignKey("alignment.id"))
    stage: Mapped[Stage] = mapped_column(words(Stage))
    since: Mapped[date]
    reason: Mapped[str] = mapped_column(String(500), default="")
    blocker: Mapped[str] = mapped_column(String(300), default="")
    target_on: Mapped[date | None]
    at: Mapped[datetime] = mapped_column(default=clock.now)
    by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    alignment: Mapped[Alignment] = relationship(back_populates="steps")
    by: Mapped[Person | None] = relationship()

    __table_args__ = (Index("ix_alignment_step_since", "alignment_id", "since", "id"),)

    def is_late(self, day: date) -> bool:
        """Whether the target had passed by that day without the work being done or dropped."""
        done = (Stage.ALIGNED, Stage.NOT_PURSUED)
        return self.target_on is not None and self.target_on < day and self.stage not in done


@event.listens_for(AlignmentStep, "before_update")
@event.listens_for(AlignmentStep, "before_delete")
def _keep_history(_mapper: Any, _connection: Any, step: AlignmentStep) -> None:
    raise ValueError(f"{step} is history and stays as it was written")
