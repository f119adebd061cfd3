"""The words that tickets are described by: their kinds, states and ways."""

import enum


class TicketType(enum.Enum):
    INCIDENT = "incident"
    REQUEST = "service request"
    PROBLEM = "problem"


ASKED_FOR = (TicketType.INCIDENT, TicketType.REQUEST)
"""What people ask for. A problem is the desk's own: nobody waits for it, so it has no targets and no mail."""


class Category(enum.Enum):
    """What a status means for the work: is it still to be done?"""

    OPEN = "open"
    PAUSED = "paused"
    RESOLVED = "resolved"
    CLOSED = "closed"


class Status(enum.Enum):
    NEW = "new"
    IN_PROGRESS = "in progress"
    ON_HOLD = "on hold"
    RESOLVED = "resolved"
    CLOSED = "closed"
    CANCELLED = "cancelled"

    @property
    def may_go_to(self) -> tuple["Status", ...]:
        return _ROADS[self]

    @property
    def is_open(self) -> bool:
        """Whether there is still work to do (an on-hold ticket counts)."""
        return self in (Status.NEW, Status.IN_PROGRESS, Status.ON_HOLD)


_ROADS = {
    Status.NEW: (Status.IN_PROGRESS, Status.ON_HOLD, Status.RESOLVED, Status.CANCELLED),
    Status.IN_PROGRESS: (Status.ON_HOLD, Status.RESOLVED, Status.CANCELLED, Status.NEW),
    Status.ON_HOLD: (Status.IN_PROGRESS, Status.RESOLVED, Status.CANCELLED),
    Status.RESOLVED: (Status.IN_PROGRESS, Status.CLOSED),
    Status.CLOSED: (),
    Status.CANCELLED: (Status.IN_PROGRESS,),
}


class HoldReason(enum.Enum):
    REQUESTER = "awaiting requester"
    SUPPLIER = "awaiting supplier"
    CHANGE = "awaiting change"
    PROBLEM = "awaiting problem"
    APPROVAL = "awaiting approval"
    BOOKED = "booked"

    @property
    def category(self) -> Category:
        return Category.PAUSED if self is HoldReason.REQUESTER else Category.OPEN


class Channel(enum.Enum):
    SELF_SERVICE = "self-service"
    EMAIL = "email"
    PHONE = "phone"
    WALK_IN = "walk-in"
    CLINIC = "clinic"
    MONITORING = "monitoring"
    API = "API"
    IMPORT = "import"

    @property
    def is_in_person(self) -> bool:
        """Whether the person is answered the moment the ticket is opened."""
        return self in (Channel.PHONE, Channel.WALK_IN, Channel.CLINIC)


class Resolution(enum.Enum):
    FIXED = "fixed"
    WORKAROUND = "workaround"
    FULFILLED = "request fulfilled"
    ADVICE = "advice given"
    SUPPLIER = "fixed by supplier"
    CHANGE = "fixed by change"
    NO_FAULT = "no fault found"
    DUPLICATE = "duplicate"
    CANCELLED = "cancelled by requester"
    NOT_SUPPORTED = "not supported"


class ContactBy(enum.Enum):
    MAIL = "mail"
    PHONE = "phone"
    TEXT = "text"


class ClockKind(enum.Enum):
    RESPONSE = "response"
    RESOLUTION = "resolution"
    NEEDED_BY = "needed by"
