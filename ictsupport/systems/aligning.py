"""Bringing the councils' contracts for a shared system together, step by step."""

from datetime import date
from decimal import Decimal

from sqlalchemy import select

from .. import clock
from ..config import settings
from ..database import db
from ..errors import Refusal
from ..journal import announce
from ..people.models import Person
from .changing import apply, take_turn, unique_or
from .events import AlignmentListed, AlignmentRevised, SavingStated, StageMoved
from .models import (
    Alignment,
    AlignmentStep,
    Contract,
    ContractLeg,
    Stage,
    State,
    System,
    Use,
)
from .registering import one_line
from .standing import joined


class AlreadyListed(Refusal):
    reason = "This system is already on the list of shared contracts."


class NotBothLegs(Refusal):
    reason = (
        "{system} cannot be aligned yet: the register must say for at least two councils how they stand with it. "
        "Record the missing leg on the system's page."
    )


class NotTheSameSystem(Refusal):
    reason = "{system} is not aligned while {councils} has a different system. Change the leg on the register first."


class FewerThanTwo(Refusal):
    reason = (
        "{system} is not shared while fewer than two councils have the same system. Change the legs first."
    )


class ContractLegMissing(Refusal):
    reason = (
        "There is no signed contract with a leg for {councils} on {day.day} {day:%B %Y}. "
        "Add the leg, or have the contract signed, before moving {system} to “{stage}”."
    )


class BeforeTheLast(Refusal):
    reason = (
        "The last step was on {day.day} {day:%B %Y}. History is only added to: give that day or a later one."
    )


class NotYet(Refusal):
    reason = "That day has not come yet. Give today's date or an earlier one."


class ReasonNeeded(Refusal):
    reason = "Say why {system} goes back or is not pursued: the committee will ask."


class NothingNew(Refusal):
    reason = "Nothing was changed: it already stands like that."


def list_for_alignment(
    system: System,
    *,
    by: Person | None,
    since: date | None = None,
    target_on: date | None = None,
    reason: str = "",
    blocker: str = "",
) -> Alignment:
    """Put the system on the list of shared contracts, as identified."""
    take_turn(system, None)
    if len(system.legs) < 2:
        raise NotBothLegs(system=system.name)
    since = since or today()
    if since > today():
        raise NotYet
    alignment = Alignment(system_id=system.id, steps=[])
    with unique_or(AlreadyListed):
        db.session.add(alignment)
    step = AlignmentStep(
        stage=Stage.IDENTIFIED,
        since=since,
        target_on=target_on,
        reason=one_line(reason),
        blocker=one_line(blocker),
        by_id=by.id if by else None,
    )
    alignment.steps.append(step)
    db.session.expire(system, ["alignment"])
    db.session.flush()
    announce(AlignmentListed(about=alignment, system=system, step=step, by=by))
    return alignment


def move(
    alignment: Alignment,
    stage: Stage,
    *,
    by: Person | None,
    since: date | None = None,
    reason: str = "",
    blocker: str = "",
    target_on: date | None = None,
    version: int | None = None,
) -> AlignmentStep:
    """Add a step to the history: a new stage, or the same with another target, blocker or reason.

    Forward any number of stages at once; back, or not pursued, only with a
    reason. The reason of a stage holds until another is given for it. From "contract signed" on, the councils' legs must be there.
    """
    take_turn(alignment, version)
    system, last = alignment.system, alignment.present
    step = AlignmentStep(
        stage=stage,
        since=since or today(),
        target_on=target_on,
        reason=one_line(reason) or (last.reason if stage is last.stage else ""),
        blocker=one_line(blocker),
        by_id=by.id if by else None,
    )
    if step.since > today():
        raise NotYet
    if step.since < last.since:
        raise BeforeTheLast(day=last.since)
    if stage is last.stage:
        if (step.target_on, step.blocker, step.reason) == (last.target_on, last.blocker, last.reason):
            raise NothingNew
    elif not stage.is_forward_of(last.stage) and not step.reason:
        raise ReasonNeeded(system=system.name)
    else:
        check_legs(system, stage, step.since)
    alignment.steps.append(step)
    db.session.flush()
    if stage is last.stage:
        announce(AlignmentRevised(about=alignment, system=system, step=step, by=by))
    else:
        announce(StageMoved(about=alignment, system=system, step=step, old=last.stage, new=stage, by=by))
    return step


def state_saving(
    alignment: Alignment,
    *,
    promised: Decimal | None,
    realised: Decimal | None,
    by: Person | None,
    version: int | None = None,
) -> None:
    """Say what the shared contract should save in a year, and what it was seen to save (less than nothing: it cost more)."""
    take_turn(alignment, version)
    if changes := apply(alignment, promised_pence=pence(promised), realised_pence=pence(realised)):
        announce(SavingStated(about=alignment, system=alignment.system, changes=changes, by=by))


def check_legs(system: System, stage: Stage, day: date) -> None:
    """Refuse a stage that the legs do not bear out."""
    if stage not in (Stage.SIGNED, Stage.IMPLEMENTING, Stage.ALIGNED):
        return
    if stage is Stage.ALIGNED:
        others = [leg.council.name for leg in system.legs if leg.use is Use.DIFFERENT]
        if others:
            raise NotTheSameSystem(system=system.name, councils=joined(others))
        if sum(leg.use is Use.SAME for leg in system.legs) < 2:
            raise FewerThanTwo(system=system.name)
    legs = {leg.council_id: leg.council.name for leg in system.legs}
    wanted = {leg.council_id for leg in system.legs if leg.use is not Use.NONE}
    covered = councils_under_contract(system, stage, day)
    missing = wanted - covered or (set(legs) - covered if len(covered) < 2 else set())
    if missing:
        raise ContractLegMissing(
            system=system.name,
            councils=joined(sorted(legs[council] for council in missing)),
            day=day,
            stage=stage.value,
        )


def councils_under_contract(system: System, stage: Stage, day: date) -> set[int]:
    """Councils with a leg in a signed contract: in force that day once aligned, before that also still to begin."""
    legs = (
        select(ContractLeg.council_id)
        .join(ContractLeg.contract)
        .where(
            Contract.systems.any(System.id == system.id),
            Contract.signed_on.is_not(None),
            Contract.state != State.CANCELLED,
            ContractLeg.ends_on >= day,
        )
    )
    if stage is Stage.ALIGNED:
        legs = legs.where(ContractLeg.starts_on <= day)
    return set(db.session.scalars(legs))


def today() -> date:
    return clock.today(settings().zone)


def pence(amount: Decimal | None) -> int | None:
    return None if amount is None else int((amount * 100).to_integral_value())
