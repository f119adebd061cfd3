"""What is lent to whom."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from ..database import Model
from ..people.models import Council, Person


class Device(Model):
    """A device of the register: an iPad, a laptop, a telephone."""

    id: Mapped[int] = mapped_column(primary_key=True)
    asset_tag: Mapped[str] = mapped_column(String(40), unique=True)
    kind: Mapped[str] = mapped_column(String(60))
    model: Mapped[str] = mapped_column(String(120), default="")
    serial: Mapped[str] = mapped_column(String(80), default="")
    os_version: Mapped[str] = mapped_column(String(60), default="")
    council_id: Mapped[int | None] = mapped_column(ForeignKey("council.id"), index=True)
    retired_on: Mapped[date | None]
    version: Mapped[int] = mapped_column(default=1, server_default="1")
    council: Mapped[Council | None] = relationship()
    custodies: Mapped[list["Custody"]] = relationship(
        back_populates="device", order_by="Custody.lent_at, Custody.id"
    )

    @property
    def custody(self) -> "Custody | None":
        """The present one: who has it now."""
        return next((one for one in self.custodies if one.returned_at is None), None)

    @property
    def label(self) -> str:
        """What it is, in a few words: iPad 10, NB-0417."""
        return f"{self.model or self.kind}, {self.asset_tag}"


class Custody(Model):
    """Somebody has the device, from when it was lent until it came back. One person at a time.

    They accept it: it reached them as it should. `due_on` is the day agreed for its return; without one
    it is due some days after they leave. `asked_at` and `reminded_at` are when they were written to about that.
    """

    id: Mapped[int] = mapped_column(primary_key=True)
    device_id: Mapped[int] = mapped_column(ForeignKey("device.id"), index=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    lent_at: Mapped[datetime]
    lent_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    accepted_at: Mapped[datetime | None]
    due_on: Mapped[date | None]
    asked_at: Mapped[datetime | None]
    reminded_at: Mapped[datetime | None]
    returned_at: Mapped[datetime | None]
    returned_to_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    note: Mapped[str] = mapped_column(String(300), default="")
    device: Mapped[Device] = relationship(back_populates="custodies")
    person: Mapped[Person] = relationship(foreign_keys=[person_id])
    lent_by: Mapped[Person | None] = relationship(foreign_keys=[lent_by_id])
    returned_to: Mapped[Person | None] = relationship(foreign_keys=[returned_to_id])

    LENT = text("returned_at IS NULL")
    __table_args__ = (
        CheckConstraint("returned_at IS NULL OR returned_at >= lent_at", name="order"),
        Index("uq_custody_lent", "device_id", unique=True, sqlite_where=LENT, postgresql_where=LENT),
    )
