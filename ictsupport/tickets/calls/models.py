"""Calls that an agent has open."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from ...database import Model
from ...people.models import Person


class OpenCall(Model):
    """A call that an agent has begun to write down and not logged yet: one for each caller. Theirs alone."""

    id: Mapped[int] = mapped_column(primary_key=True)
    agent_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    caller_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    typed: Mapped[dict[str, Any]]
    started_at: Mapped[datetime]
    saved_at: Mapped[datetime]
    agent: Mapped[Person] = relationship(foreign_keys=[agent_id])
    caller: Mapped[Person] = relationship(foreign_keys=[caller_id])

    __table_args__ = (UniqueConstraint("agent_id", "caller_id"),)
