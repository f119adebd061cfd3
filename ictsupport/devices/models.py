"""What is lent to whom."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, text
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
    council: Mapped[Council | None] = relationship()
    custodies: Mapped[list["Custody"]] = relationship(back_populates="device", order_by="Custody.lent_at")


class Custody(Model):
    """Somebody has the device, from when it was lent until it came back. One person at a time."""

    id: Mapped[int] = mapped_column(primary_key=True)
    device_id: Mapped[int] = mapped_column(ForeignKey("device.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    lent_at: Mapped[datetime]
    returned_at: Mapped[datetime | None]
    device: Mapped[Device] = relationship(back_populates="custodies")
    person: Mapped[Person] = relationship()

    LENT = text("returned_at IS NULL")
    __table_args__ = (
        Index("uq_custody_lent", "device_id", unique=True, sqlite_where=LENT, postgresql_where=LENT),
    )
