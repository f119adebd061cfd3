"""Envelopes, not meanings: the outbox and its delivery."""

from . import (  # register the jobs that send and hand on, and the check that mail flows
    delivery,
    mailbox,
    queries,
    receiving,
)
from .models import Outgoing
from .outbox import address_of, domain, send

__all__ = ["Outgoing", "address_of", "delivery", "domain", "mailbox", "queries", "receiving", "send"]
