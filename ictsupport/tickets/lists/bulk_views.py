"""The pages of acts upon many tickets: what is asked, what it would do, what it did."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from flask import make_response, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from ...database import db
from ...errors import Refusal
from ...pages.asking import numbers
from ...pages.filters import plural
from ...pages.forms import clean
from ...pages.numbers import whole
from ...pages.presses import done, once
from ...people.access import DESK, allow, me
from ..access import workable
from ..blueprint import bp
from ..models import Ticket
from . import bulk_acts, worklists  # noqa: F401
from .bulk import CHANGED, MOST, REFUSED, SAME, BulkAct, Outcome, act_called, acts, begin, rehearse
from .models import BulkRun
from .own import own_lists
from .views import wish_in

LONGEST_LIST = 20_000


@dataclass(frozen=True)
class Chosen:
    """A ticket that was ticked, as it was seen."""

    id: int
    version: int
    reference: str
    subject: str


@bp.route("/tickets/bulk", methods=["GET", "POST"])
@allow(*DESK)
@once
def bulk() -> ResponseReturnValue:
    """An act upon the tickets that were ticked, or all that a list holds: what is asked for it, and then doing it."""
    if request.method == "POST":
        return _do()
    act = act_called(request.args.get("act", "")) or acts()[0]
    query = clean(request.args.get("list", ""))[:LONGEST_LIST]
    every = request.args.get("all") == "1"
    chosen = _all_of_list(query) if every else _ticked(request.args.getlist("ticket"))
    given = {name: request.args.getlist(name) for name in act.names if name in request.args}
    return ask(act, act.filled(given, me()) if given else act.empty(me()), chosen, query)


def _do() -> ResponseReturnValue:
    """Say what it would do; when that was seen, do it."""
    act = act_called(request.form.get("act", "")) or acts()[0]
    query = clean(request.form.get("list", ""))[:LONGEST_LIST]
    left_out = set(numbers(request.form.getlist("leave")))
    seen = [one for one in seen_in(request.form.get("chosen", "")) if one[0] not in left_out]
    fields = {name: request.form.getlist(name) for name in act.names if name in request.form}
    form = act.filled(fields, me())
    step = request.form.get("step", "")
    if step == "edit":
        return ask(act, form, as_seen(seen), query)
    if not seen or len(seen) > MOST or not form.validate():
        return ask(act, form, as_seen(seen[:MOST]), query, 422)
    if step != "do":
        outcomes = rehearse(act, form, seen, by=me())
        return _preview(act, fields, seen, outcomes, query)
    try:
        run = begin(act, fields, seen, by=me(), came_from=query)
    except Refusal as refusal:
        db.session.rollback()
        form.form_errors.append(str(refusal))
        return ask(act, form, as_seen(seen), query, 422)
    return done(*where_to(run))


@bp.get("/tickets/bulk/<int:run_id>")
@allow(*DESK)
def bulk_run(run_id: int) -> ResponseReturnValue:
    """How far it has come, and which tickets stayed as they were, and why."""
    run: BulkRun = db.one_or_404(select(BulkRun).where(BulkRun.id == run_id, BulkRun.by_id == me().id))
    refused = {ticket_id: why for ticket_id, state, why in run.outcomes if state == REFUSED}
    known = {
        row.id: row
        for row in db.session.execute(
            select(Ticket.id, Ticket.reference, Ticket.subject).where(Ticket.id.in_(refused), workable(me()))
        )
    }
    act = act_called(run.act)
    return render_template(
        "tickets/bulk_run.html",
        run=run,
        label=act.label if act else run.act,
        changed=sum(state == CHANGED for _id, state, _why in run.outcomes),
        same=sum(state == SAME for _id, state, _why in run.outcomes),
        refused=[(known.get(ticket_id), why) for ticket_id, why in refused.items()],
        back=_back(run.came_from),
        lead=lead_of(run),
        title="Done" if run.done_at else "Under way",
    )


def ask(
    act: BulkAct, form: Any, chosen: Sequence[Chosen], query: str, status: int = 200
) -> ResponseReturnValue:
    page = render_template(
        "tickets/bulk.html",
        act=act,
        form=form,
        chosen=chosen,
        seen=_written([(one.id, one.version) for one in chosen]),
        acts=acts(),
        query_of_list=query,
        most=MOST,
        back=_back(query),
        title=_title(act, len(chosen)),
    )
    return make_response(page, status)


def _preview(
    act: BulkAct,
    fields: dict[str, list[str]],
    seen: Sequence[tuple[int, int | None]],
    outcomes: Sequence[Outcome],
    query: str,
) -> ResponseReturnValue:
    changed = [one for one in outcomes if one.state == CHANGED]
    return render_template(
        "tickets/bulk_preview.html",
        act=act,
        fields=fields,
        seen=_written(seen),
        changed=changed,
        same=[one for one in outcomes if one.state == SAME],
        refused=[one for one in outcomes if one.state == REFUSED],
        query_of_list=query,
        back=_back(query),
        title=f"{act.label}: what it changes for {plural(len(outcomes), 'ticket')}",
    )


def _title(act: BulkAct, number: int) -> str:
    return f"{act.label}: {number:,} ticket{'' if number == 1 else 's'}"


def where_to(run: BulkRun) -> tuple[str, str | None]:
    """Where the act leads, or back to the list, where all went well; else to the page that says what did not."""
    refused = sum(state == REFUSED for _id, state, _why in run.outcomes)
    if run.done_at is None or refused:
        return url_for("tickets.bulk_run", run_id=run.id), None
    changed = sum(state == CHANGED for _id, state, _why in run.outcomes)
    words = f"{changed:,} ticket{' is' if changed == 1 else 's are'} changed."
    lead = lead_of(run)
    return lead[1] if lead is not None else _back(run.came_from), words


def lead_of(run: BulkRun) -> tuple[str, str] | None:
    """The page to which the act leads: what it is called, and its address."""
    act = act_called(run.act)
    if act is None or act.leads is None:
        return None
    return act.leads(act.filled(run.fields, run.by), run.by)


def _back(query: str) -> str:
    """The list one came from, made anew from what its address can say: never anybody else's address."""
    on_board, _, rest = query.partition("?") if query.startswith("board?") else ("", "", query)
    wish = wish_in(rest, own_lists(me()))
    if on_board:
        by = "assignee" if rest.startswith("by=assignee") else "status"
        return f"{url_for('tickets.board', by=by)}&{wish.query().lstrip('?')}"
    return url_for("tickets.index") + wish.query()


def _ticked(references: Sequence[str]) -> list[Chosen]:
    """The tickets of these references that one may work on, in the order of the list."""
    wanted = list(dict.fromkeys(references))[:MOST]
    found = {one.reference: one for one in _chosen(Ticket.reference.in_(wanted))}
    return [found[reference] for reference in wanted if reference in found]


def as_seen(seen: Sequence[tuple[int, int | None]]) -> list[Chosen]:
    """The same tickets again, with the versions that were seen."""
    versions = dict(seen)
    found = {one.id: one for one in _chosen(Ticket.id.in_(list(versions)))}
    return [
        Chosen(key, version or found[key].version, found[key].reference, found[key].subject)
        for key, version in seen
        if key in found
    ]


def _chosen(condition: Any) -> list[Chosen]:
    columns = select(Ticket.id, Ticket.version, Ticket.reference, Ticket.subject)
    return [Chosen(*row) for row in db.session.execute(columns.where(condition, workable(me())))]


def _all_of_list(query: str) -> list[Chosen]:
    """All that the list holds, in its order, as far as can be done at once."""
    rows = worklists.whole_list(wish_in(query, own_lists(me())), most=MOST)
    return [Chosen(row.id, row.version, row.reference, row.subject) for row in rows]


def _written(seen: Sequence[tuple[int, int | None]]) -> str:
    return " ".join(f"{key}.{version}" for key, version in seen)


def seen_in(typed: str) -> list[tuple[int, int | None]]:
    """What _written wrote; whatever else it is, is passed over."""
    found: dict[int, int] = {}
    for word in typed.split()[: MOST + 1]:
        key, version = map(whole, word.partition(".")[::2])
        if key is not None and version is not None:
            found[key] = version
    return list(found.items())
