"""Pages wear the colours of the council whose person is looking."""

from flask_login import current_user

from ..pages.brand import Brand, chosen_by
from .access import DESK
from .models import Council, Person


@chosen_by
def brand_of_person() -> Brand | None:
    """The brand of the council that the person belongs to; the service's own for the shared desk and strangers."""
    if not current_user.is_authenticated or current_user.has_role(*DESK):
        return None
    council = council_of(current_user)
    return Brand.kept(council.name, council.brand) if council else None


def council_of(person: Person) -> Council | None:
    return person.seat.council if person.seat else person.employer
