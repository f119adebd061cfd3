"""What people are written on the day itself."""

from ...config import settings
from ...journal import on
from ...mail import send
from ..queries import next_free_slot
from .events import ClinicRunsLate, DropInSentHome
from .late import still_to_come


@on(ClinicRunsLate)
def tell_what_to_expect(event: ClinicRunsLate) -> None:
    """Those who have not come yet: when they can expect to be seen."""
    clinic = event.about
    for booking in still_to_come(clinic):
        starts_at = booking.slot.starts_at
        send(
            to=booking.person,
            template="clinics/running_late",
            about=booking,
            booking=booking,
            clinic=clinic,
            starts_at=starts_at,
            expected=starts_at + clinic.lateness,
            phone=settings().service_phone,
        )


@on(DropInSentHome)
def tell_that_it_is_off(event: DropInSentHome) -> None:
    """They need not wait; and when the next time is free for them."""
    free = next_free_slot(event.person)
    send(
        to=event.person,
        template="clinics/queue_called_off",
        about=event.about,
        clinic=event.clinic,
        reason=event.clinic.called_off_reason,
        slot=free[1] if free else None,
        phone=settings().service_phone,
    )
