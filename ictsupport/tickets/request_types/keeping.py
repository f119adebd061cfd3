"""Keeping request types: adding, changing, new versions of the questions, retiring."""

import tomllib
from collections.abc import Sequence
from importlib import resources
from typing import Any

from sqlalchemy import func, select

from ... import clock
from ...database import db, lock, stop_writers
from ...errors import Refusal
from ...journal import announce
from ...journal.settings import differences
from ...people.models import Person
from ...systems.changing import apply, slug_of, take_turn, unique_or
from ..models import TicketType
from ..texts import line
from .events import (
    QuestionsChanged,
    RequestTypeAdded,
    RequestTypeBroughtBack,
    RequestTypeChanged,
    RequestTypeRetired,
)
from .models import Audience, RequestType, TypeForm
from .questions import Question, check, read


class NameTaken(Refusal):
    reason = "There is already a request type of that name. Choose another name, or bring that one back."


class LastOne(Refusal):
    reason = "This is the last request type. Add another first, so that people can still say what they need."


class NothingNew(Refusal):
    reason = "The questions are the same as before, so there is no new version."


def add_type(*, name: str, by: Person | None, questions: Sequence[Question] = (), **more: Any) -> RequestType:
    """A new request type, at the end of the list, with the first version of its form."""
    approval = more.pop("approval", "")
    name = line(name, what="The name", limit=80, needed=True)
    check(questions)
    last = db.session.scalar(select(func.max(RequestType.position))) or 0
    type_ = RequestType(
        slug=more.pop("slug", "") or _free_slug(name), name=name, position=last + 10, **_settled(more)
    )
    with unique_or(NameTaken):
        db.session.add(type_)
        db.session.flush()
    db.session.add(_version(type_, 1, questions, by))
    announce(RequestTypeAdded(about=type_, by=by, name=name, approval=approval))
    return type_


def change_type(type_: RequestType, *, by: Person | None, version: int | None = None, **values: Any) -> None:
    """Set what differs of: name, hint, position, audience, ticket_type, queue, system, impact, identity_check,
    checklist. Requests that were made before stay as they are."""
    take_turn(type_, version)
    before = described(type_)
    with unique_or(NameTaken):
        apply(type_, **_settled(values))
        db.session.flush()
    changes = differences(before, described(type_))
    if changes:
        announce(RequestTypeChanged(about=type_, by=by, name=type_.name, changes=changes))


def described(type_: RequestType) -> dict[str, Any]:
    """What is kept of a request type besides its questions, in words."""
    kind = type_.ticket_type
    return {
        "Name": type_.name,
        "Hint": type_.hint or "none",
        "Offered to": type_.audience.value,
        "Makes": kind.value if kind is not None else "what whoever asks says",
        "Queue": type_.queue.name if type_.queue is not None else "as the routing rules say",
        "System": type_.system.name if type_.system is not None else "the one that is chosen",
        "At least impact": type_.impact or "as whoever asks says",
        "Identity is checked": "yes" if type_.identity_check else "no",
        "Checklist": type_.checklist or "none",
    }


def ask_anew(
    type_: RequestType, questions: Sequence[Question], *, by: Person | None, version: int | None = None
) -> TypeForm:
    """Ask these questions from now on: a new version, while what was answered keeps the old one."""
    check(questions)
    before = read(type_.form.questions)
    if list(questions) == before:
        raise NothingNew
    take_turn(type_, version)
    form = _version(type_, type_.form.number + 1, questions, by)
    db.session.add(form)
    db.session.flush()
    added, removed, changed = difference(before, questions)
    type_.draft = None
    changes = {
        "Version": [form.number - 1, form.number],
        **{name: [old, new] for name, old, new in _in_rows(added, removed, changed)},
    }
    announce(QuestionsChanged(about=type_, by=by, name=type_.name, form=form, changes=changes))
    return form


def questions_in_hand(type_: RequestType) -> list[Question]:
    """The questions as somebody is changing them, or as they are asked now."""
    return read(type_.draft if type_.draft is not None else type_.form.questions)


def redraft(type_: RequestType, questions: Sequence[Question]) -> None:
    """Keep questions that are being changed; nobody is asked them before they are taken into use."""
    check(questions)
    lock(type_)
    kept = [each.as_json() for each in questions]
    type_.draft = None if kept == type_.form.questions else kept


def _in_rows(added: list[str], removed: list[str], changed: list[str]) -> list[tuple[str, Any, Any]]:
    return [
        *((label, None, "asked") for label in added),
        *((label, "asked", None) for label in removed),
        *((label, "asked", "changed") for label in changed),
    ]


def place(type_: RequestType, up: bool, *, by: Person | None) -> None:
    """Offer it one place earlier or later."""
    stop_writers(RequestType)
    order = list(db.session.scalars(select(RequestType).order_by(RequestType.position, RequestType.id)))
    here = order.index(type_)
    there = here - 1 if up else here + 1
    if not 0 <= there < len(order):
        return
    order[here], order[there] = order[there], order[here]
    for number, each in enumerate(order, start=1):
        each.position = number * 10
    changes: dict[str, list[Any]] = {"Place": [here + 1, there + 1]}
    announce(RequestTypeChanged(about=type_, by=by, name=type_.name, changes=changes))


def difference(
    before: Sequence[Question], after: Sequence[Question]
) -> tuple[list[str], list[str], list[str]]:
    """The questions, by their words, that were added, taken out, and changed."""
    old, new = {each.key: each for each in before}, {each.key: each for each in after}
    return (
        [each.label for key, each in new.items() if key not in old],
        [each.label for key, each in old.items() if key not in new],
        [each.label for key, each in new.items() if key in old and old[key] != each],
    )


def retire(type_: RequestType, *, by: Person | None) -> None:
    """Offer it to nobody any more."""
    take_turn(type_, None)
    others = select(func.count()).where(RequestType.retired_at.is_(None), RequestType.id != type_.id)
    if not db.session.scalar(others):
        raise LastOne
    if type_.retired_at is None:
        type_.retired_at = clock.now()
        announce(RequestTypeRetired(about=type_, by=by, name=type_.name))


def bring_back(type_: RequestType, *, by: Person | None) -> None:
    take_turn(type_, None)
    if type_.retired_at is not None:
        type_.retired_at = None
        announce(RequestTypeBroughtBack(about=type_, by=by, name=type_.name))


def enter_shipped(by: Person | None = None) -> int:
    """Enter the request types that come with the program, if there are none yet; returns how many."""
    if db.session.scalar(select(func.count()).select_from(RequestType)):
        return 0
    types = shipped()
    for told in types:
        given = dict(told)
        questions = read(given.pop("questions"))
        add_type(
            by=by,
            questions=questions,
            audience=Audience(given.pop("audience", "everybody")),
            ticket_type=TicketType(given.pop("ticket_type")) if "ticket_type" in given else None,
            **given,
        )
    return len(types)


def shipped() -> list[dict[str, Any]]:
    """The request types that come with the program, as they are written down."""
    text = (resources.files(__package__) / "shipped.toml").read_text("utf-8")
    return list(tomllib.loads(text)["type"])


def _version(type_: RequestType, number: int, questions: Sequence[Question], by: Person | None) -> TypeForm:
    return TypeForm(
        type=type_,
        number=number,
        questions=[each.as_json() for each in questions],
        made_by_id=by.id if by is not None else None,
    )


def _settled(values: dict[str, Any]) -> dict[str, Any]:
    """The values as they are kept."""
    limits = {"name": 80, "hint": 200, "checklist": 120}
    return {
        name: line(value, what=f"The {name.replace('_', ' ')}", limit=limits[name], needed=name == "name")
        if name in limits
        else value
        for name, value in values.items()
    }


def _free_slug(name: str) -> str:
    """A word for the address, which stays when the name changes."""
    base = slug_of(name)[:70] or "type"
    taken = set(db.session.scalars(select(RequestType.slug).where(RequestType.slug.startswith(base))))
    slug, number = base, 2
    while slug in taken or slug == "new":
        slug, number = f"{base}-{number}", number + 1
    return slug
