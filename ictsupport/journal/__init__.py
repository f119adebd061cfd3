"""What happened: every act is an event, told to its listeners and written down in the same transaction."""

from .events import Event, announce, on, written_together
from .models import Entry, Payload, Seal, Subject

__all__ = ["Entry", "Event", "Payload", "Seal", "Subject", "announce", "on", "written_together"]
