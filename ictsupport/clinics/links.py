"""Links in mail by which a booking is moved or cancelled without signing in, and another one booked once it is over.

They say which booking; what is over, they cannot change.
"""

from flask import current_app
from itsdangerous import BadSignature, URLSafeSerializer

from ..mail.outbox import address_of
from .models import Booking

PURPOSE = "clinics.booking"


def link_to_booking(booking: Booking) -> str:
    """The full address of the page on which whoever has the mail moves or cancels the booking, or books again."""
    return address_of("clinics.by_link", token=token_of(booking))


def token_of(booking: Booking) -> str:
    """What names the booking in its link."""
    return str(_serializer().dumps(booking.id))


def booking_named(token: str) -> int | None:
    """Which booking a link names; None for a link that we did not make."""
    try:
        return int(_serializer().loads(token))
    except (BadSignature, ValueError, TypeError):
        return None


def _serializer() -> URLSafeSerializer:
    return URLSafeSerializer(current_app.config["SECRET_KEY"], salt=PURPOSE)
