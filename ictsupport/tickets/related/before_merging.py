"""What merging would make of tickets, found out by merging them and taking it back."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from sqlalchemy import func, select

from ...database import db
from ...errors import Refusal
from ...pages.filters import moment, plural
from ...pages.previewing import Preview, Table
from ...people.models import Person
from ..emails import requesters
from ..models import Attachment, Message, Ticket
from ..tasks.models import Task
from .linking import take_turns
from .merging import merge, merged_into, watchers_of

MERGED, REFUSED = "Is merged into {survivor}", "Stays as it is. {why}"


@dataclass(frozen=True)
class Merging:
    """The tickets that can be merged, and why the others cannot."""

    merged: Sequence[Ticket]
    refused: Sequence[tuple[Ticket, Refusal]]


def merge_those_that_can_be(survivor: Ticket, tickets: Sequence[Ticket], *, by: Person | None) -> Merging:
    """Merge each for which nothing stands in the way; refuses where that is none."""
    take_turns([survivor.standing.id, *(ticket.id for ticket in tickets)])
    merged, refused = [], []
    for ticket in dict.fromkeys(tickets):
        try:
            merge(survivor, [ticket], by=by)
        except Refusal as refusal:
            refused.append((ticket, refusal))
        else:
            merged.append(ticket)
    if not merged:
        raise refused[0][1]
    return Merging(merged, refused)


def what_it_would_do(survivor: Ticket, tickets: Sequence[Ticket], *, by: Person) -> Preview:
    """Merge them and say what has come of it; the caller takes it back."""
    named, survivor = survivor, survivor.standing
    watched = watchers_of(survivor)
    found = merge_those_that_can_be(survivor, tickets, by=by)
    says = [
        *_which_goes_on(named, survivor),
        *_what_comes_to_it(found.merged),
        *_since_when(survivor, merged_into(survivor)),
        *_who_hears(survivor, watched),
        *_who_sees(survivor),
        "Nothing is moved: unmerge one, and it stands for itself again as if it had never been merged.",
    ]
    becomes = MERGED.format(survivor=survivor.reference)
    rows = [[each.reference, each.subject, becomes] for each in found.merged]
    rows += [[each.reference, each.subject, REFUSED.format(why=why)] for each, why in found.refused]
    each_one = Table("Each ticket", ["Reference", "Subject", "What becomes of it"], rows)
    return Preview(says, [each_one], list(_lost(survivor, found.merged)))


def _which_goes_on(named: Ticket, survivor: Ticket) -> Iterator[str]:
    if named.id != survivor.id:
        yield f"{named.reference} is merged into {survivor.reference} already, so that one goes on."
    who = f"with {survivor.assignee.name}" if survivor.assignee else "with nobody yet"
    yield (
        f"{survivor.reference}, “{survivor.subject}”, goes on: {survivor.status.value}, {who}, on the queue "
        f"{survivor.queue.name}. Its priority, targets and answers stay its own."
    )


def _what_comes_to_it(merged: Sequence[Ticket]) -> Iterator[str]:
    ids = [each.id for each in merged]
    messages = db.session.scalar(select(func.count()).where(Message.ticket_id.in_(ids))) or 0
    files = db.session.scalar(select(func.count()).where(Attachment.ticket_id.in_(ids))) or 0
    brings = [plural(messages, "message")] * bool(messages) + [plural(files, "file")] * bool(files)
    with_it = f", with {' and '.join(brings)}" if brings else ""
    yield f"Its page shows what was asked in {_listed([each.reference for each in merged])} too{with_it}."


def _since_when(survivor: Ticket, family: Sequence[Ticket]) -> Iterator[str]:
    first = min((survivor, *family), key=lambda each: each.opened_at)
    whose = "its own start" if first is survivor else f"the start of {first.reference}"
    yield f"It is shown as waiting since {moment(first.opened_at)}: {whose} is the earliest."


def _who_hears(survivor: Ticket, watched: set[int]) -> Iterator[str]:
    """Whoever asked, on any of them, and whoever watches."""
    people = {
        person.id: person.name for each in (survivor, *merged_into(survivor)) for person in requesters(each)
    }
    if len(people) > 1:
        yield (
            f"{_listed(people.values())} each hear its answers, about their own request; "
            "nobody who asked sees who else did."
        )
    elif people:
        yield f"{_listed(people.values())} hears its answers once."
    watch = watchers_of(survivor)
    if watch - watched:
        before = f" beside {_listed(_names(watched))}" if watched else ""
        yield f"{_listed(_names(watch - watched))} would watch it{before}."


def _who_sees(survivor: Ticket) -> Iterator[str]:
    if survivor.confidential:
        yield f"All of them are confidential, and stay so: only those cleared for {survivor.queue.name} open them."
    else:
        yield "None of them is confidential: whoever works tickets opens them."


def _lost(survivor: Ticket, merged: Sequence[Ticket]) -> Iterator[str]:
    """What the survivor does not take over, and somebody may have to see to."""
    for each in merged:
        if each.priority < survivor.priority:
            yield (
                f"{each.reference} is P{each.priority}, {survivor.reference} only P{survivor.priority}: "
                "see whether that is still right."
            )
        if each.needed_by is not None and (survivor.needed_by is None or each.needed_by < survivor.needed_by):
            yield (
                f"{each.reference} is needed by {moment(each.needed_by)}. {survivor.reference} does not say so: "
                "put it there too."
            )
    left = select(func.count()).where(
        Task.ticket_id.in_([each.id for each in merged]), Task.done_at.is_(None)
    )
    if tasks := db.session.scalar(left):
        leave = "leaves" if tasks == 1 else "leave"
        yield f"{plural(tasks, 'task')} not done yet {leave} the task lists with what is merged."


def _names(ids: Iterable[int]) -> Sequence[str]:
    return db.session.scalars(select(Person.name).where(Person.id.in_(ids)).order_by(Person.name)).all()


def _listed(names: Iterable[str]) -> str:
    *most, last = names
    return f"{', '.join(most)} and {last}" if most else str(last)
