"""Who and where: councils, sites, people, seats, roles, teams, calendars, sign-ins."""

import enum
from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, Column, ForeignKey, Index, String, Table, UniqueConstraint, func, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from .. import clock
from ..database import Model, words
from .scopes import Scoped, scope_rule


class Council(Model):
    """A local authority served by the shared service."""

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(120), unique=True)
    short_name: Mapped[str] = mapped_column(String(60), unique=True)
    slug: Mapped[str] = mapped_column(String(60), unique=True)
    email_domains: Mapped[list[Any]] = mapped_column(default=list)
    brand: Mapped[dict[str, Any]] = mapped_column(default=dict)
    sites: Mapped[list["Site"]] = relationship(back_populates="council")


class Logo(Model):
    """A council's logo, under the digest of its bytes: one that is replaced stays for pages still in a cache."""

    key: Mapped[str] = mapped_column(String(64), primary_key=True)
    content_type: Mapped[str] = mapped_column(String(40))
    content: Mapped[bytes]
    added_at: Mapped[datetime] = mapped_column(default=clock.now)


class Site(Model):
    """A building of a council."""

    id: Mapped[int] = mapped_column(primary_key=True)
    council_id: Mapped[int] = mapped_column(ForeignKey("council.id"), index=True)
    name: Mapped[str] = mapped_column(String(120))
    address: Mapped[str] = mapped_column(String(300), default="")
    rooms: Mapped[list[Any]] = mapped_column(default=list)
    council: Mapped[Council] = relationship(back_populates="sites")

    __table_args__ = (UniqueConstraint("council_id", "name"),)


served_councils = Table(
    "served_council",
    Model.metadata,
    Column("person_id", ForeignKey("person.id"), primary_key=True),
    Column("council_id", ForeignKey("council.id"), primary_key=True),
)


class Way(enum.Enum):
    """The one way a person signs in."""

    PASSWORD = "password"  # noqa: S105
    MAIL = "mail"


class Person(Model):
    """Anyone known to the service. Being a member, staff or an agent follows from other rows."""

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(200))
    sort_name: Mapped[str] = mapped_column(String(200), index=True)
    email: Mapped[str | None] = mapped_column(String(254))
    phone: Mapped[str] = mapped_column(String(40), default="")
    job_title: Mapped[str] = mapped_column(String(120), default="")
    employer_id: Mapped[int | None] = mapped_column(ForeignKey("council.id"), index=True)
    site_id: Mapped[int | None] = mapped_column(ForeignKey("site.id"))
    access_needs: Mapped[str] = mapped_column(String(500), default="")
    way: Mapped[Way] = mapped_column(words(Way, 20), default=Way.MAIL)
    password_hash: Mapped[str | None] = mapped_column(String(200))
    uses_keys: Mapped[bool] = mapped_column(default=True)
    last_seen_at: Mapped[datetime | None]
    left_off_at: Mapped[datetime | None]
    joined_on: Mapped[date | None]
    left_on: Mapped[date | None]
    gone_at: Mapped[datetime | None]
    created_at: Mapped[datetime] = mapped_column(default=clock.now)

    employer: Mapped[Council | None] = relationship(foreign_keys=[employer_id])
    site: Mapped[Site | None] = relationship()
    serves: Mapped[list[Council]] = relationship(secondary=served_councils)
    terms: Mapped[list["Term"]] = relationship(back_populates="person", order_by="Term.starts_on")
    grants: Mapped[list["Grant"]] = relationship(
        order_by="Grant.id", back_populates="person", foreign_keys="Grant.person_id"
    )

    __table_args__ = (Index("uq_person_email", func.lower(text("email")), unique=True),)

    # What flask-login asks of whoever is signed in.
    is_authenticated = True
    is_anonymous = False

    @property
    def is_active(self) -> bool:
        """Whether the person is still here: `left_on` is the last day, `gone_at` when their access was ended."""
        return self.gone_at is None and (self.left_on is None or self.left_on >= clock.now().date())

    def get_id(self) -> str:
        return str(self.id)

    @property
    def is_member(self) -> bool:
        """Whether the person holds a seat today."""
        return self.seat is not None

    @property
    def seat(self) -> "Term | None":
        """The term the person is serving today."""
        today = clock.now().date()
        return next((term for term in self.terms if term.covers(today)), None)

    @property
    def requester_kind(self) -> "RequesterKind":
        if self.is_member:
            return RequesterKind.MEMBER
        return RequesterKind.STAFF if self.employer_id else RequesterKind.CONTACT

    def has_role(self, *roles: "Role") -> bool:
        """Whether the person holds one of the roles, for any council."""
        return any(grant.role in roles for grant in self.grants if grant.is_live)

    def has_role_for(self, council_id: int | None, *roles: "Role") -> bool:
        """Whether the person holds one of the roles for this council (None: for all councils)."""
        return any(grant.role in roles and grant.covers(council_id) for grant in self.grants if grant.is_live)


class RequesterKind(enum.Enum):
    """As what somebody asks for help; copied onto the ticket."""

    MEMBER = "member"
    STAFF = "staff"
    CONTACT = "contact"


class Term(Model):
    """A seat a member holds, from a day to a day (both included; no end: still in office)."""

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    council_id: Mapped[int] = mapped_column(ForeignKey("council.id"), index=True)
    ward: Mapped[str] = mapped_column(String(120))
    cohort: Mapped[int | None]
    committees: Mapped[list[Any]] = mapped_column(default=list)
    starts_on: Mapped[date]
    ends_on: Mapped[date | None]
    person: Mapped[Person] = relationship(back_populates="terms")
    council: Mapped[Council] = relationship()

    __table_args__ = (CheckConstraint("ends_on IS NULL OR ends_on >= starts_on", name="order"),)

    def covers(self, day: date) -> bool:
        return self.starts_on <= day and (self.ends_on is None or day <= self.ends_on)


class Role(enum.Enum):
    """What somebody may do beyond asking for help, which everybody may."""

    AGENT = "agent"
    MANAGER = "helpdesk manager"
    SYSTEMS_LEAD = "systems lead"
    CLINIC_HOST = "clinic host"
    DEMOCRATIC_SERVICES = "democratic services"
    REPORT_AUTHOR = "report author"
    PAPER_REVIEWER = "paper reviewer"
    CLERK = "clerk"
    FIGURES_READER = "reader of figures"
    INFORMATION_GOVERNANCE = "information governance"
    ADMINISTRATOR = "administrator"


class Grant(Scoped, Model):
    """A role a person holds, for one council or for all."""

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    role: Mapped[Role] = mapped_column(words(Role))
    granted_at: Mapped[datetime] = mapped_column(default=clock.now)
    granted_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    ended_at: Mapped[datetime | None]
    person: Mapped[Person] = relationship(back_populates="grants", foreign_keys=[person_id])

    __table_args__ = (scope_rule(),)

    @property
    def is_live(self) -> bool:
        return self.ended_at is None


class DelegateScope(enum.Enum):
    """What a delegate may do for a member."""

    RAISE = "raise"
    VIEW = "view"
    BOOK = "book"
    APPROVE = "approve"
    CONFIDENTIAL = "confidential"


class Delegation(Model):
    """A dated grant by which somebody acts for a member."""

    id: Mapped[int] = mapped_column(primary_key=True)
    member_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    delegate_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    scopes: Mapped[list[Any]]
    starts_on: Mapped[date]
    ends_on: Mapped[date | None]
    ended_at: Mapped[datetime | None]
    member: Mapped[Person] = relationship(foreign_keys=[member_id])
    delegate: Mapped[Person] = relationship(foreign_keys=[delegate_id])

    __table_args__ = (
        CheckConstraint("member_id <> delegate_id", name="two_people"),
        CheckConstraint("ends_on IS NULL OR ends_on >= starts_on", name="order"),
    )

    @property
    def is_live(self) -> bool:
        """Whether it has neither been ended nor run out; it may not have begun yet."""
        return self.ended_at is None and (self.ends_on is None or self.ends_on >= clock.now().date())


class Team(Scoped, Model):
    """People who share work. Queues and posts belong to teams."""

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(120), unique=True)
    memberships: Mapped[list["Membership"]] = relationship(back_populates="team")

    __table_args__ = (scope_rule(),)


class Membership(Model):
    """Somebody in a team, from a day to a day."""

    id: Mapped[int] = mapped_column(primary_key=True)
    team_id: Mapped[int] = mapped_column(ForeignKey("team.id"), index=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    starts_on: Mapped[date]
    ends_on: Mapped[date | None]
    team: Mapped[Team] = relationship(back_populates="memberships")
    person: Mapped[Person] = relationship()


class Calendar(Scoped, Model):
    """When a council's targets run; the one for all councils is the service's own."""

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(120), unique=True)
    zone: Mapped[str] = mapped_column(String(60))
    bank_holidays: Mapped[str | None] = mapped_column(String(10))
    versions: Mapped[list["CalendarVersion"]] = relationship(
        back_populates="calendar", order_by="CalendarVersion.effective_from"
    )
    closures: Mapped[list["Closure"]] = relationship(back_populates="calendar", order_by="Closure.starts_on")

    __table_args__ = (scope_rule(),)


class CalendarVersion(Model):
    """The opening hours of a week, in force from a day. `week` maps weekdays 0-6 to [["08:30", "17:00"], ...]."""

    id: Mapped[int] = mapped_column(primary_key=True)
    calendar_id: Mapped[int] = mapped_column(ForeignKey("calendar.id"), index=True)
    effective_from: Mapped[date]
    week: Mapped[dict[str, Any]]
    calendar: Mapped[Calendar] = relationship(back_populates="versions")

    __table_args__ = (UniqueConstraint("calendar_id", "effective_from"),)


class Closure(Model):
    """Days with hours of their own: none (closed) or special opening, if need be although a bank holiday."""

    id: Mapped[int] = mapped_column(primary_key=True)
    calendar_id: Mapped[int] = mapped_column(ForeignKey("calendar.id"), index=True)
    starts_on: Mapped[date]
    ends_on: Mapped[date]
    name: Mapped[str] = mapped_column(String(120))
    windows: Mapped[list[Any]] = mapped_column(default=list)
    although_holiday: Mapped[bool] = mapped_column(default=False)
    calendar: Mapped[Calendar] = relationship(back_populates="closures")

    __table_args__ = (CheckConstraint("ends_on >= starts_on", name="order"),)


class SignIn(Model):
    """A sign-in on one device, until it is ended, unused for too long, or too old."""

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    created_at: Mapped[datetime]
    last_seen_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    kept: Mapped[bool] = mapped_column(default=False)
    address: Mapped[str] = mapped_column(String(45), default="")
    device: Mapped[str] = mapped_column(String(200), default="")
    person: Mapped[Person] = relationship()


class SignInCode(Model):
    """Somebody's wish to sign in by mail: a link, and six digits for the device that asked. Single use, five tries.

    An address that belongs to nobody gets a row too, so that nothing shows the
    difference; it has no person, and nothing that could be used.
    """

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), index=True)
    device_hash: Mapped[str] = mapped_column(String(64), index=True)
    link_hash: Mapped[str | None] = mapped_column(String(64), unique=True)
    code_hash: Mapped[str | None] = mapped_column(String(64))
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]
    tries: Mapped[int] = mapped_column(default=0)
    leads_to: Mapped[str] = mapped_column(String(500), default="")
    person: Mapped[Person | None] = relationship()


class Attempt(Model):
    """How often something was tried within a stretch of time: the bucket of a rate limit."""

    bucket: Mapped[str] = mapped_column(String(120), primary_key=True)
    starts_at: Mapped[datetime] = mapped_column(primary_key=True)
    tries: Mapped[int] = mapped_column(default=0)


class Demonstration(Model):
    """Says that this database holds invented people, as whom anybody at this machine may sign in.

    Only the loader of the demonstration data writes it, into an empty database.
    """

    id: Mapped[int] = mapped_column(primary_key=True)
    made_at: Mapped[datetime] = mapped_column(default=clock.now)
