"""Links in mail by which an offer is answered without signing in: they say whose, and are dead once it is answered."""

from flask import current_app
from itsdangerous import BadSignature, URLSafeSerializer

from ...mail.outbox import address_of
from .models import WaitingEntry

PURPOSE = "clinics.offer"


def link_to_offer(entry: WaitingEntry) -> str:
    """The full address of the page that answers the offer the entry has now."""
    return address_of("clinics.offer", token=_serializer().dumps([entry.id, entry.booking_id]))


def offer_named(token: str) -> tuple[int, int] | None:
    """Which entry and which offer a link names; None for a link that we did not make."""
    try:
        entry_id, booking_id = _serializer().loads(token)
    except (BadSignature, ValueError, TypeError):
        return None
    return int(entry_id), int(booking_id)


def _serializer() -> URLSafeSerializer:
    return URLSafeSerializer(current_app.config["SECRET_KEY"], salt=PURPOSE)
