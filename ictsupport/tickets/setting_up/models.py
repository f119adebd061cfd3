"""What the setting up of the desk remembers of its own."""

from sqlalchemy import Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from ...database import Model
from ...people.scopes import Scoped, scope_rule


class Wording(Scoped, Model):
    """What requesters are told in a certain case, for a council or for all; without a row, what the program ships."""

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(60))
    words: Mapped[str] = mapped_column(String(300))

    FOR_ALL = text("council_id IS NULL")
    __table_args__ = (
        scope_rule(),
        UniqueConstraint("key", "council_id"),
        Index("uq_wording_for_all", "key", unique=True, sqlite_where=FOR_ALL, postgresql_where=FOR_ALL),
    )
