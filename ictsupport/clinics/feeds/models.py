"""Who has which feed. Of its secret only the hash is kept."""

import enum
from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from ... import clock
from ...database import Model, words
from ...people.models import Council, Person, Site


class FeedKind(enum.Enum):
    MINE = "bookings"
    ACTED_FOR = "acted for"
    HOST = "hosted"
    SITE = "site"
    COUNCIL = "council"


class CalendarFeed(Model):
    """An address from which a calendar reads clinics, without signing in: whoever has it sees what its owner may."""

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[FeedKind] = mapped_column(words(FeedKind))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    site_id: Mapped[int | None] = mapped_column(ForeignKey("site.id"))
    council_id: Mapped[int | None] = mapped_column(ForeignKey("council.id"))
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    made_at: Mapped[datetime] = mapped_column(default=clock.now)
    last_used_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]

    person: Mapped[Person] = relationship()
    site: Mapped[Site | None] = relationship()
    council: Mapped[Council | None] = relationship()

    __table_args__ = (
        CheckConstraint("(kind = 'site') = (site_id IS NOT NULL)", name="site"),
        CheckConstraint("(kind = 'council') = (council_id IS NOT NULL)", name="council"),
    )

    @property
    def in_words(self) -> str:
        """What it holds, as its owner reads it."""
        return described(self.kind, self.site, self.council)


def described(kind: FeedKind, site: Site | None, council: Council | None) -> str:
    """What such a feed holds, as its owner reads it."""
    if site is not None:
        return f"Clinics at {site.name}"
    if council is not None:
        return f"Clinics of {council.short_name}"
    if kind is FeedKind.ACTED_FOR:
        return "Bookings of the members you act for"
    return "Your bookings" if kind is FeedKind.MINE else "Clinics you host"
