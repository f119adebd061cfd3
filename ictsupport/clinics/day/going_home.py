"""Those in the drop-in queue of a clinic that is called off: they wait no longer, and are told (see emails.py)."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from ... import clock
from ...database import db
from ...journal import announce
from ..models import Clinic
from .events import DropInSentHome
from .models import DropIn


def in_the_queue(clinic: Clinic) -> Sequence[DropIn]:
    """Who waits there, in the order they came. One statement."""
    waits = select(DropIn).where(DropIn.clinic_id == clinic.id, DropIn.WAITS)
    in_order = waits.order_by(DropIn.arrived_at, DropIn.id)
    return db.session.scalars(in_order.options(joinedload(DropIn.person))).all()


def send_home(clinic: Clinic) -> None:
    """Everybody leaves the queue of the clinic that is off."""
    for drop_in in in_the_queue(clinic):
        drop_in.left_at = clock.now()
        announce(DropInSentHome(about=drop_in, person=drop_in.person, clinic=clinic))
