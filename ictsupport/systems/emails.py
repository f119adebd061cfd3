"""What is written to whom about contracts."""

from datetime import date, timedelta

from .. import clock
from ..config import settings
from ..journal import on
from ..mail import send
from .events import RanOn

NEWS = timedelta(days=14)


@on(RanOn)
def tell_owner_it_ran_on(event: RanOn) -> None:
    """Write to whoever looks after a contract that ran on because nobody gave notice.

    Only while it is news: a contract brought in from a list may have run on years ago.
    """
    contract = event.about
    was = date.fromisoformat(event.changes["ends_on"][0])
    if contract.owner is None or clock.today(settings().zone) - was > NEWS:
        return
    send(
        to=contract.owner,
        template="systems/ran_on",
        about=contract,
        contract=contract,
        council=event.council,
        leg=event.leg,
        was=was,
    )
