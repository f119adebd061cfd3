"""The pages of routing: the rules in order, one of them, and trying out where a ticket would go."""

from typing import Any

from flask import abort, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select
from wtforms import HiddenField, SelectField, StringField, TextAreaField
from wtforms.validators import Length

from ...database import db
from ...errors import Refusal
from ...pages.filters import plural
from ...pages.forms import NotRequired
from ...pages.presses import done, once
from ...pages.previewing import Preview, PreviewForm, Table, consider, stamp_of
from ...pages.settings_index import setting
from ...people.access import allow, me
from ...people.models import Council, RequesterKind
from ...systems.models import System
from ..access import is_desk, workable
from ..models import ASKED_FOR, Channel, Queue, RoutingRule, Ticket, TicketType
from ..request_types.models import RequestType
from ..routing import Facts, route
from . import rules as keeping
from .access import SETS_UP, may_set_up, sets_up, turnstile
from .blueprint import bp

EXAMPLES = 8
KINDS = {"": "Any"} | {kind.value: kind.value.capitalize() for kind in ASKED_FOR}
ASKERS = {"": "Anybody"} | {
    RequesterKind.MEMBER.value: "A member",
    RequesterKind.STAFF.value: "Staff",
    RequesterKind.CONTACT.value: "A supplier’s contact",
}
CHANNELS = {"": "Any"} | {each.value: each.value[:1].upper() + each.value[1:] for each in Channel}

setting(
    "Routing",
    "Which queue a new ticket goes to, rule by rule, with a tester.",
    "setting_up.routing",
    when=sets_up,
    order=20,
)


class ConditionsForm(PreviewForm):
    """By what a ticket is known."""

    ticket_type = SelectField("Kind of ticket", choices=KINDS, default="")
    system = SelectField("System", default="")
    council = SelectField("Council", default="")
    requester_kind = SelectField("Who asks", choices=ASKERS, default="")
    channel = SelectField("How it came", choices=CHANNELS, default="")

    def offer(self) -> None:
        systems = db.session.execute(select(System.id, System.name).order_by(System.name)).all()
        councils = db.session.execute(
            select(Council.id, Council.short_name).order_by(Council.short_name)
        ).all()
        self.system.choices = {"": "Any"} | {str(key): name for key, name in systems}
        self.council.choices = {"": "Any"} | {str(key): name for key, name in councils}


class RuleForm(ConditionsForm):
    words = StringField("Words or phrases it says", [NotRequired(), Length(max=300)])
    queue_id = SelectField("Goes to", coerce=int)


class TesterForm(ConditionsForm):
    subject = StringField("Subject", [NotRequired(), Length(max=200)])
    description = TextAreaField("Description", [NotRequired(), Length(max=20_000)])
    request_type = SelectField("Request type", default="")

    def offer(self) -> None:
        super().offer()
        types = keeping.request_types()
        self.request_type.choices = {"": "None"} | {str(each.id): each.name for each in types}

    @property
    def facts(self) -> Facts:
        """What routing would know of such a ticket."""
        given, chosen = _conditions(self), self.request_type.data
        type_ = db.session.get_one(RequestType, int(chosen)) if chosen else None
        system = given.system or (type_.system if type_ is not None else None)
        kind = given.ticket_type or (type_.ticket_type if type_ is not None else None)
        return Facts(
            ticket_type=kind or TicketType.INCIDENT,
            systems=[system] if system is not None else [],
            council=given.council,
            requester_kind=given.requester_kind or RequesterKind.STAFF,
            channel=given.channel or Channel.SELF_SERVICE,
            text=f"{self.subject.data or ''}\n{self.description.data or ''}",
            request_type=type_,
        )


class PressForm(PreviewForm):
    """Moves a rule or takes it away."""

    what = HiddenField()


class NoSuchMove(Refusal):
    reason = "A rule can be moved up, moved down or taken away."


@bp.get("/routing")
@allow(*SETS_UP)
def routing() -> ResponseReturnValue:
    """The rules in the order they are asked."""
    rules = keeping.all_rules()
    return render_template(
        "settings/routing.html",
        rules=rules,
        conditions=keeping.conditions_of,
        mine=may_set_up(me(), None),
        stamp=stamp_of(*_facts_of(rules)),
    )


@bp.route("/routing/new", methods=["GET", "POST"])
@allow(*SETS_UP)
@once
def new_rule() -> ResponseReturnValue:
    return _rule_page(None)


@bp.route("/routing/<int:rule_id>", methods=["GET", "POST"])
@allow(*SETS_UP)
@once
def rule(rule_id: int) -> ResponseReturnValue:
    return _rule_page(_rule(rule_id))


def _rule_page(which: RoutingRule | None) -> ResponseReturnValue:
    if not may_set_up(me(), None):
        abort(403)
    form = RuleForm(data=_answers(which) if which else {})
    form.offer()
    queues = db.session.scalars(select(Queue).where(Queue.closed_on.is_(None)).order_by(Queue.name)).all()
    form.queue_id.choices = {str(queue.id): queue.name for queue in queues}

    def save() -> str:
        queue = next(queue for queue in queues if queue.id == form.queue_id.data)
        keeping.keep_rule(which, queue, _conditions(form), by=me())
        return "The rule is saved."

    outcome = consider(form, preview=lambda: _what_moves(save), save=save, row=turnstile(), facts=_facts_now)
    if outcome.saved:
        return done(url_for(".routing"), outcome.saved)
    return render_template("settings/rule.html", form=form, rule=which, preview=outcome.preview)


@bp.post("/routing/<int:rule_id>/place")
@allow(*SETS_UP)
@once
def place(rule_id: int) -> ResponseReturnValue:
    """Moves a rule up or down, or takes it away: shown first, like everything else."""
    if not may_set_up(me(), None):
        abort(403)
    which, form = _rule(rule_id), PressForm()
    sentence = keeping.said(which)

    def save() -> str:
        if form.what.data == "remove":
            keeping.remove_rule(which, by=me())
            return "The rule is taken away."
        if form.what.data not in ("up", "down"):
            raise NoSuchMove
        keeping.move_rule(which, up=form.what.data == "up", by=me())
        return "The rule has its new place."

    outcome = consider(form, preview=lambda: _what_moves(save), save=save, row=turnstile(), facts=_facts_now)
    if outcome.saved:
        return done(url_for(".routing"), outcome.saved)
    titles = {"up": "Ask it earlier", "down": "Ask it later", "remove": "Take it away"}
    return render_template(
        "settings/place.html",
        form=form,
        sentence=sentence,
        rule_id=rule_id,
        title=titles.get(str(form.what.data), "Routing"),
        preview=outcome.preview,
    )


@bp.get("/routing/test")
@allow(*SETS_UP)
def tester() -> ResponseReturnValue:
    """Where a ticket would go, and which rule decides. Nothing is raised."""
    form = TesterForm(request.args, meta={"csrf": False})
    form.offer()
    decided, tried = None, []
    if request.args and form.validate():
        facts = form.facts
        decided, tried = route(facts), keeping.tried(facts)
    return render_template(
        "settings/routing_test.html",
        form=form,
        decided=decided,
        tried=tried,
        conditions=keeping.conditions_of,
    )


def _what_moves(save: Any) -> Preview:
    """Which of the recent tickets would have gone elsewhere."""
    looked_at, moved = keeping.elsewhere(save)
    if not looked_at:
        return Preview(["There is no ticket yet to try the rules on."])
    says = [
        f"Of the newest {plural(looked_at, 'ticket')}, {len(moved):,} would have gone to another queue. "
        "Tickets there are stay where they are.",
    ]
    tables = []
    if moved:
        tables.append(
            Table(
                "From which queue to which", ["Went to", "Would go to", "Tickets"], keeping.by_queues(moved)
            )
        )
    shown = moved[: EXAMPLES * 5]
    mine: set[int] = set()
    if is_desk(me()) and shown:
        ids = [each.ticket.id for each in shown]
        mine = set(db.session.scalars(select(Ticket.id).where(Ticket.id.in_(ids), workable(me()))))
    rows = [
        (each.ticket.reference, each.ticket.subject, each.new.because)
        for each in shown
        if each.ticket.id in mine
    ]
    if rows:
        tables.append(Table("Some of them", ["Ticket", "Subject", "Why"], rows[:EXAMPLES]))
    return Preview(says, tables)


def _conditions(form: ConditionsForm) -> keeping.Conditions:
    return keeping.Conditions(
        ticket_type=TicketType(form.ticket_type.data) if form.ticket_type.data else None,
        system=db.session.get(System, int(form.system.data)) if form.system.data else None,
        council=db.session.get(Council, int(form.council.data)) if form.council.data else None,
        requester_kind=RequesterKind(form.requester_kind.data) if form.requester_kind.data else None,
        channel=Channel(form.channel.data) if form.channel.data else None,
        words=form.words.data or "" if isinstance(form, RuleForm) else "",
    )


def _answers(which: RoutingRule) -> dict[str, Any]:
    return {
        "ticket_type": which.ticket_type.value if which.ticket_type else "",
        "system": str(which.system_id or ""),
        "council": str(which.council_id or ""),
        "requester_kind": which.requester_kind.value if which.requester_kind else "",
        "channel": which.channel.value if which.channel else "",
        "words": which.words_,
        "queue_id": which.queue_id,
    }


def _facts_now() -> list[Any]:
    db.session.expire_all()  # the list may have been changed while this waited for its turn
    return _facts_of(keeping.all_rules())


def _facts_of(rules: Any) -> list[Any]:
    return [[rule.id, rule.position, *_answers(rule).values()] for rule in rules]


def _rule(rule_id: int) -> RoutingRule:
    found: RoutingRule = db.one_or_404(select(RoutingRule).where(RoutingRule.id == rule_id))
    return found
