"""Tickets: what they remember, and the queues, rules and targets they meet."""

from .kinds import (
    ASKED_FOR,
    Category,
    Channel,
    ClockKind,
    ContactBy,
    HoldReason,
    Resolution,
    Status,
    TicketType,
)
from .messages import Attachment, CallResult, Message, MessageKind, Request
from .queues import Matrix, Queue, RoutingRule, queue_clearance
from .tickets import (
    OPEN_LISTS,
    Merge,
    Ticket,
    TicketPeriod,
    over_open_work,
    ticket_affected,
    ticket_systems,
    ticket_watchers,
)

__all__ = [
    "ASKED_FOR",
    "OPEN_LISTS",
    "Attachment",
    "CallResult",
    "Category",
    "Channel",
    "ClockKind",
    "ContactBy",
    "HoldReason",
    "Matrix",
    "Merge",
    "Message",
    "MessageKind",
    "Queue",
    "Request",
    "Resolution",
    "RoutingRule",
    "Status",
    "Ticket",
    "TicketPeriod",
    "TicketType",
    "over_open_work",
    "queue_clearance",
    "ticket_affected",
    "ticket_systems",
    "ticket_watchers",
]
