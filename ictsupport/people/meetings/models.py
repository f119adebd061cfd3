"""Meetings of committees and councils."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from ...database import Model
from ..models import Council


class Meeting(Model):
    """A committee meets, or the whole council where no committee is named. Known by its uid, from where it came."""

    id: Mapped[int] = mapped_column(primary_key=True)
    council_id: Mapped[int] = mapped_column(ForeignKey("council.id"))
    uid: Mapped[str] = mapped_column(String(200))
    title: Mapped[str] = mapped_column(String(120))
    committee: Mapped[str] = mapped_column(String(120), default="")
    place: Mapped[str] = mapped_column(String(200), default="")
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    called_off_at: Mapped[datetime | None]
    council: Mapped[Council] = relationship()

    __table_args__ = (
        UniqueConstraint("council_id", "uid"),
        CheckConstraint("ends_at > starts_at", name="order"),
        Index("ix_meeting_starts_at_council_id", "starts_at", "council_id"),
    )
