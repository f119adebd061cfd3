"""What waits on the first page of somebody who has a device: to confirm it, or to bring it back."""

from collections.abc import Iterable
from datetime import date

from flask import url_for
from sqlalchemy import or_, select
from sqlalchemy.orm import contains_eager, raiseload

from .. import clock
from ..config import settings
from ..database import db
from ..pages.cards import Waiting, waiting
from ..pages.filters import long_date
from ..people.models import Person
from .models import Custody
from .returning import LISTED_AHEAD


@waiting(order=40)
def yours_to_confirm_or_return(person: Person) -> Iterable[Waiting]:
    """One statement. What leavers owe they read in their mail: here it is what was lent until a day."""
    soon: date = clock.today(settings().zone) + LISTED_AHEAD
    found = db.session.scalars(
        select(Custody)
        .join(Custody.device)
        .where(
            Custody.person_id == person.id,
            Custody.returned_at.is_(None),
            or_(Custody.accepted_at.is_(None), Custody.due_on <= soon),
        )
        .options(contains_eager(Custody.device).raiseload("*"), raiseload("*"))
        .order_by(Custody.lent_at)
    )
    for custody in found:
        label, page = custody.device.label, url_for("devices.device", device_id=custody.device_id)
        if custody.accepted_at is None:
            yield Waiting(f"Say that you have received {label}", page)
        else:
            yield Waiting(f"Bring back {label} by {long_date(custody.due_on)}", page)
