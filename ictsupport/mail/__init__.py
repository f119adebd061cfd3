"""Envelopes, not meanings: the outbox and its delivery."""

from . import delivery, queries  # register the job that sends, and the check that mail flows
from .models import Outgoing
from .outbox import address_of, domain, send

__all__ = ["Outgoing", "address_of", "delivery", "domain", "queries", "send"]
