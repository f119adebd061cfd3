"""What the calendar does to contracts: they begin, run on by themselves, and end."""

from datetime import date, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import selectinload

from .. import clock, jobs, scheduler
from ..config import settings
from ..database import db, lock
from ..journal import announce
from ..people.models import Person
from .changing import apply
from .events import ContractActivated, ContractExpired, RanOn
from .models import Contract, ContractLeg, Renewal, State


def settle(contract: Contract, *, by: Person | None = None) -> None:
    """Bring the contract's state in line with today. Doing it again changes nothing."""
    if not contract.is_agreed or not contract.legs:
        return
    today = clock.today(settings().zone)
    for leg in contract.legs:
        run_on(leg, today, by)
    state = state_by_date(contract, today)
    if changes := apply(contract, state=state):
        event = ContractActivated if state is State.ACTIVE else ContractExpired
        announce(event(about=contract, changes=changes, by=by))


def state_by_date(contract: Contract, day: date) -> State:
    """Where a signed contract stands on a day: still to begin, in force until its last leg ends, over."""
    first, last = contract.first_day, contract.last_day
    if first is None or last is None or day < first:
        return State.DRAFT if contract.state is State.DRAFT else State.ACTIVE
    return State.ACTIVE if day <= last else State.EXPIRED


def run_on(leg: ContractLeg, today: date, by: Person | None) -> None:
    """Renew a tacit leg whose end has passed without notice, as often as has come about since.

    Not where the council's next term is agreed already: that one follows.
    """
    if leg.renewal is not Renewal.TACIT or leg.notice_given_on is not None or has_successor(leg):
        return
    if changes := apply(leg, ends_on=end_by(today, leg.ends_on, leg.renewal_months)):
        db.session.flush()
        announce(RanOn(about=leg.contract, leg=leg, council=leg.council, changes=changes, by=by))


def end_by(today: date, ends_on: date, months: int) -> date:
    """The last day of a term that runs on by so many months until it has not passed."""
    while ends_on < today:
        ends_on = months_later(ends_on, months)
    return ends_on


def has_successor(leg: ContractLeg) -> bool:
    return any(
        other.council_id == leg.council_id and other.starts_on > leg.ends_on for other in leg.contract.legs
    )


def months_later(last_day: date, months: int) -> date:
    """The last day of a term that runs on so many months: 28 February 2027 and 12 months is 29 February 2028."""
    first = last_day + timedelta(days=1)
    years, month = divmod(first.month - 1 + months, 12)
    day = first.day
    while True:
        try:
            return date(first.year + years, month + 1, day) - timedelta(days=1)
        except ValueError:
            day -= 1


@jobs.handles("systems.keep_dates")
def keep_dates(_payload: dict[str, Any]) -> None:
    """Settle every contract that the calendar may have moved on."""
    today = clock.today(settings().zone)
    moved = (
        select(Contract)
        .where(
            Contract.signed_on.is_not(None),
            Contract.state.in_((State.DRAFT, State.ACTIVE)),
            Contract.legs.any((ContractLeg.ends_on < today) | (ContractLeg.starts_on <= today)),
        )
        .order_by(Contract.id)
        .options(selectinload(Contract.legs))
    )
    for contract in db.session.scalars(moved).all():
        lock(contract)
        settle(contract)


scheduler.every("systems.keep_dates", hours=1)
