"""Clinics, the slots they are cut into, and who has booked one."""

import enum
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import (
    CheckConstraint,
    Column,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    String,
    Table,
    Text,
    UniqueConstraint,
    false,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from .. import clock
from ..database import Model, words
from ..devices.models import Device
from ..people.models import Person, Site
from ..people.scopes import Scoped, scope_rule
from ..systems.models import System
from ..tickets.models import Ticket

TICK = timedelta(minutes=5)
"""Slots begin and end on a tick; a person can be in one place at each."""


class ClinicTopic(Model):
    """What somebody may want help with at a clinic; its system is put onto a ticket that comes of it."""

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(80), unique=True)
    position: Mapped[int] = mapped_column(default=0)
    system_id: Mapped[int | None] = mapped_column(ForeignKey("system.id"))
    retired_at: Mapped[datetime | None]
    system: Mapped[System | None] = relationship()


class ClinicSeries(Model):
    """Clinics planned together because they repeat; `rule` says how, as an RRULE in local time."""

    id: Mapped[int] = mapped_column(primary_key=True)
    rule: Mapped[str] = mapped_column(String(200))
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    created_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    clinics: Mapped[list["Clinic"]] = relationship(back_populates="series", order_by="Clinic.starts_at")


clinic_hosts = Table(
    "clinic_host",
    Model.metadata,
    Column("clinic_id", ForeignKey("clinic.id"), primary_key=True),
    Column("person_id", ForeignKey("person.id"), primary_key=True, index=True),
)

clinic_topics = Table(
    "clinic_offers_topic",
    Model.metadata,
    Column("clinic_id", ForeignKey("clinic.id"), primary_key=True),
    Column("topic_id", ForeignKey("clinic_topic.id"), primary_key=True),
)


class Clinic(Scoped, Model):
    """A day at a site on which hosts help members. For the members of one council, or shared by all.

    `day`, `opens` and `closes` are the wall time it was meant for, in `zone`;
    `starts_at` and `ends_at` the same as instants. `recurrence` is the wall time
    at which its series meant it, and stays when the clinic is moved. `drop_in` of
    the places in each slot cannot be booked; `despite` is why it was planned
    although something stood in the way. Until `kept_until`, `kept_places` in each slot are
    booked only by members elected in the year `kept_cohort`. While it is `unhosted`, all
    its hosts are away and nobody said that it is held all the same: its places are closed.
    """

    id: Mapped[int] = mapped_column(primary_key=True)
    series_id: Mapped[int | None] = mapped_column(ForeignKey("clinic_series.id"))
    recurrence: Mapped[str | None] = mapped_column(String(16))
    site_id: Mapped[int] = mapped_column(ForeignKey("site.id"), index=True)
    room: Mapped[str] = mapped_column(String(120), default="")
    day: Mapped[date]
    opens: Mapped[time]
    closes: Mapped[time]
    zone: Mapped[str] = mapped_column(String(60))
    starts_at: Mapped[datetime] = mapped_column(index=True)
    ends_at: Mapped[datetime]
    slot_minutes: Mapped[int]
    places: Mapped[int]
    buffer_minutes: Mapped[int] = mapped_column(default=0, server_default="0")
    drop_in: Mapped[int] = mapped_column(default=0, server_default="0")
    for_staff_too: Mapped[bool] = mapped_column(default=False)
    kept_cohort: Mapped[int | None]
    kept_places: Mapped[int] = mapped_column(default=0, server_default="0")
    kept_until: Mapped[datetime | None]
    bookable_from: Mapped[datetime | None]
    book_until_minutes: Mapped[int] = mapped_column(default=0)
    move_until_minutes: Mapped[int] = mapped_column(default=0)
    cancel_until_minutes: Mapped[int] = mapped_column(default=0)
    despite: Mapped[str] = mapped_column(String(300), default="", server_default="")
    unhosted: Mapped[bool] = mapped_column(default=False, server_default=false())
    version: Mapped[int] = mapped_column(default=1)
    planned_at: Mapped[datetime] = mapped_column(default=clock.now)
    planned_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    called_off_at: Mapped[datetime | None]
    called_off_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    called_off_reason: Mapped[str] = mapped_column(String(300), default="")
    late_minutes: Mapped[int] = mapped_column(default=0, server_default="0")
    late_since: Mapped[datetime | None]

    series: Mapped[ClinicSeries | None] = relationship(back_populates="clinics")
    site: Mapped[Site] = relationship()
    hosts: Mapped[list[Person]] = relationship(secondary=clinic_hosts, order_by=Person.sort_name)
    topics: Mapped[list[ClinicTopic]] = relationship(
        secondary=clinic_topics, order_by=(ClinicTopic.position, ClinicTopic.name)
    )
    slots: Mapped[list["Slot"]] = relationship(back_populates="clinic", order_by="Slot.starts_at")

    __table_args__ = (
        scope_rule(),
        UniqueConstraint("series_id", "recurrence"),
        CheckConstraint("(series_id IS NULL) = (recurrence IS NULL)", name="recurrence"),
        CheckConstraint("ends_at > starts_at", name="order"),
        CheckConstraint("slot_minutes BETWEEN 5 AND 480 AND slot_minutes % 5 = 0", name="slot_minutes"),
        CheckConstraint("places BETWEEN 1 AND 50", name="places"),
        CheckConstraint(
            "book_until_minutes >= 0 AND move_until_minutes >= 0 AND cancel_until_minutes >= 0",
            name="cut_offs",
        ),
    )

    @property
    def venue(self) -> str:
        """Where to go, without the address: "Committee room 2, Town Hall"."""
        return f"{self.room}, {self.site.name}" if self.room else self.site.name

    @property
    def where(self) -> str:
        """Where to go, with the address."""
        return f"{self.venue}, {self.site.address}" if self.site.address else self.venue

    @property
    def keeps_places(self) -> bool:
        """Whether places are kept for members elected together, at this moment."""
        return self.kept_until is not None and self.kept_until > clock.now()

    @property
    def kept_to_the_end_of(self) -> date | None:
        """The last day on which they are kept."""
        if self.kept_until is None:
            return None
        return (self.kept_until - timedelta(minutes=1)).astimezone(ZoneInfo(self.zone)).date()

    @property
    def is_called_off(self) -> bool:
        return self.called_off_at is not None

    @property
    def has_passed(self) -> bool:
        return self.ends_at <= clock.now()

    @property
    def lateness(self) -> timedelta:
        """By how much it runs late; nobody is moved by that."""
        return timedelta(minutes=self.late_minutes)


class Slot(Model):
    """A time at a clinic, with room for as many people as it has places. `wall` is its start in the clinic's zone."""

    id: Mapped[int] = mapped_column(primary_key=True)
    clinic_id: Mapped[int] = mapped_column(ForeignKey("clinic.id"), index=True)
    wall: Mapped[time]
    starts_at: Mapped[datetime] = mapped_column(index=True)
    ends_at: Mapped[datetime]
    withdrawn_at: Mapped[datetime | None]
    clinic: Mapped[Clinic] = relationship(back_populates="slots")
    bookings: Mapped[list["Booking"]] = relationship(
        back_populates="slot", order_by="(Booking.place, Booking.id)"
    )

    OFFERED = text("withdrawn_at IS NULL")
    __table_args__ = (
        CheckConstraint("ends_at > starts_at", name="order"),
        Index(
            "uq_slot_time",
            "clinic_id",
            "starts_at",
            unique=True,
            sqlite_where=OFFERED,
            postgresql_where=OFFERED,
        ),
    )

    @property
    def has_passed(self) -> bool:
        return self.starts_at <= clock.now()

    @property
    def ticks(self) -> list[int]:
        """The five minutes it covers, each numbered since the beginning of 1970."""
        first, end = (
            int(moment.timestamp() // TICK.total_seconds()) for moment in (self.starts_at, self.ends_at)
        )
        return list(range(first, end))


class SlotPlace(Model):
    """One place in a slot. A booking needs one, so a slot cannot hold more people than it has places."""

    slot_id: Mapped[int] = mapped_column(ForeignKey("slot.id"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)

    __table_args__ = (CheckConstraint("number >= 1", name="number"),)


class BookingState(enum.Enum):
    OFFERED = "offered"
    CONFIRMED = "confirmed"
    CHECKED_IN = "checked in"
    SEEN = "seen"
    NO_SHOW = "no-show"
    CANCELLED = "cancelled"

    @property
    def in_words(self) -> str:
        return "did not come" if self is BookingState.NO_SHOW else self.value

    @property
    def is_coming(self) -> bool:
        """Whether the person is still expected: the booking can be moved or cancelled."""
        return self in (BookingState.OFFERED, BookingState.CONFIRMED)


class Outcome(enum.Enum):
    """What came of it."""

    FIXED = "fixed"
    ADVICE = "advice given"
    TICKET = "ticket raised"
    SWAPPED = "device swapped"
    TRAINING = "training given"
    FOLLOW_UP = "follow-up booked"
    GOES_ON = "request goes on"


class CalendarAnswer(enum.Enum):
    """What somebody's calendar says to our invitation. A "no" that is in time cancels instead."""

    ACCEPTED = "accepted"
    TENTATIVE = "tentative"
    DECLINED = "declined"

    @property
    def in_words(self) -> str:
        return {"accepted": "Says they will come", "tentative": "May not come"}.get(
            self.value, "Says they cannot come"
        )


class Booking(Model):
    """Somebody's place in a slot. A place has one live booking: the index sees to it.

    `uid` names it in calendars for life, through every move; `sequence` rises
    with each change of time, place or status that calendars must learn of.
    """

    id: Mapped[int] = mapped_column(primary_key=True)
    slot_id: Mapped[int] = mapped_column(ForeignKey("slot.id"))
    place: Mapped[int]
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    state: Mapped[BookingState] = mapped_column(words(BookingState), default=BookingState.CONFIRMED)
    offered_until: Mapped[datetime | None]
    uid: Mapped[str] = mapped_column(String(120), unique=True)
    sequence: Mapped[int] = mapped_column(default=0)
    version: Mapped[int] = mapped_column(default=1)

    topic_id: Mapped[int | None] = mapped_column(ForeignKey("clinic_topic.id"))
    details: Mapped[str] = mapped_column(Text, default="")
    device_id: Mapped[int | None] = mapped_column(ForeignKey("device.id"))
    access_needs: Mapped[str] = mapped_column(String(500), default="")
    walked_in: Mapped[bool] = mapped_column(default=False)
    booked_at: Mapped[datetime] = mapped_column(default=clock.now)
    booked_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    cancelled_at: Mapped[datetime | None]
    cancelled_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    answer: Mapped[CalendarAnswer | None] = mapped_column(words(CalendarAnswer))
    answered_at: Mapped[datetime | None]

    checked_in_at: Mapped[datetime | None]
    outcome: Mapped[Outcome | None] = mapped_column(words(Outcome))
    outcome_note: Mapped[str] = mapped_column(Text, default="")
    outcome_at: Mapped[datetime | None]
    outcome_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    ticket_id: Mapped[int | None] = mapped_column(ForeignKey("ticket.id"), index=True)

    slot: Mapped[Slot] = relationship(back_populates="bookings")
    person: Mapped[Person] = relationship(foreign_keys=[person_id])
    booked_by: Mapped[Person] = relationship(foreign_keys=[booked_by_id])
    cancelled_by: Mapped[Person | None] = relationship(foreign_keys=[cancelled_by_id])
    topic: Mapped[ClinicTopic | None] = relationship()
    device: Mapped[Device | None] = relationship()
    ticket: Mapped[Ticket | None] = relationship()

    LIVE = text("state <> 'cancelled'")
    __table_args__ = (
        ForeignKeyConstraint(
            ["slot_id", "place"], ["slot_place.slot_id", "slot_place.number"], name="fk_booking_place"
        ),
        Index("uq_booking_place", "slot_id", "place", unique=True, sqlite_where=LIVE, postgresql_where=LIVE),
        CheckConstraint("(state = 'cancelled') = (cancelled_at IS NOT NULL)", name="cancelled"),
        CheckConstraint("(state = 'offered') = (offered_until IS NOT NULL)", name="offered"),
        CheckConstraint("(outcome IS NULL) = (outcome_at IS NULL)", name="outcome"),
        CheckConstraint("outcome <> 'ticket raised' OR ticket_id IS NOT NULL", name="ticket"),
    )

    @property
    def is_live(self) -> bool:
        return self.state is not BookingState.CANCELLED

    @property
    def was_called_off(self) -> bool:
        """Whether it went with the whole clinic, and was not cancelled before."""
        off = self.slot.clinic.called_off_at
        return off is not None and self.cancelled_at is not None and self.cancelled_at >= off

    @property
    def is_to_come(self) -> bool:
        """Whether the person is expected and the time has not begun."""
        return self.state.is_coming and not self.slot.has_passed

    @property
    def expected_at(self) -> datetime:
        """When they can expect to be seen: their time, and by how much the clinic runs late."""
        return self.slot.starts_at + self.slot.clinic.lateness

    @property
    def runs_late(self) -> bool:
        """Whether they still wait for a clinic that runs late."""
        waits = self.state in (BookingState.CONFIRMED, BookingState.CHECKED_IN)
        return waits and bool(self.slot.clinic.late_minutes)

    @property
    def for_somebody_else(self) -> bool:
        return self.booked_by_id != self.person_id


class BookedTick(Model):
    """Five minutes of a person's day that a live booking takes: nobody is booked twice at one time."""

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True)
    tick: Mapped[int] = mapped_column(primary_key=True)
    booking_id: Mapped[int] = mapped_column(ForeignKey("booking.id"), index=True)
