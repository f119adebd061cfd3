"""Which reminders have gone out."""

from datetime import datetime

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from ...database import Model


class Reminder(Model):
    """The requester was reminded of a question for the first, second ... time: once each, the index sees to it."""

    question_id: Mapped[int] = mapped_column(ForeignKey("message.id"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    ticket_id: Mapped[int] = mapped_column(ForeignKey("ticket.id"), index=True)
    at: Mapped[datetime]
