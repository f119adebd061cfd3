"""Which ticket stands for an outage, and which say that it hit somebody too."""

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column, relationship

from ...database import Model
from ...systems.outages.models import Outage
from ..models import Ticket


class OutageTicket(Model):
    """The ticket on which an outage is worked."""

    outage_id: Mapped[int] = mapped_column(ForeignKey("outage.id"), primary_key=True)
    ticket_id: Mapped[int] = mapped_column(ForeignKey("ticket.id"), unique=True)
    outage: Mapped[Outage] = relationship()
    ticket: Mapped[Ticket] = relationship()


class OutageReport(Model):
    """Somebody said that an outage has hit them too: once, however often they press."""

    outage_id: Mapped[int] = mapped_column(ForeignKey("outage.id"), primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True)
    ticket_id: Mapped[int] = mapped_column(ForeignKey("ticket.id"), unique=True)
    outage: Mapped[Outage] = relationship()
    ticket: Mapped[Ticket] = relationship()
