"""Envelopes, not meanings: the outbox and its delivery."""

from . import delivery  # registers the job that sends
from .models import Outgoing
from .outbox import address_of, domain, send

__all__ = ["Outgoing", "address_of", "delivery", "domain", "send"]
