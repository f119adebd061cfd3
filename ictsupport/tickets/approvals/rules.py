"""Request types that ask for approval by themselves, when a ticket is raised with their form.

Whoever asks may have named in an answer who decides: then that person is
asked, if we know them and they may. If not, the team of the rule is; if there
is none, or nobody of it can decide, the ticket gets a task for the desk that
must be done before it is resolved, so that nothing goes through unasked.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select

from ...database import db
from ...errors import Refusal
from ...journal import announce, on
from ...journal.settings import differences
from ...pages.numbers import whole
from ...people.access import councils_of
from ...people.models import Person, Team
from ...unchanged import until_changed
from ..events import TicketRaised
from ..models import Ticket
from ..request_types.events import RequestTypeAdded, RequestTypeChanged
from ..request_types.models import FilledForm, RequestType
from ..request_types.questions import Kind, Question, read
from ..setting_up.access import refuse_others
from ..tasks.doing import add_task
from .asking import TooFew, ask, members_of
from .models import ApprovalRule

NAMED = 60


class NoSuchQuestion(Refusal):
    reason = "The form does not ask that any more. Choose another question, or a team."


class NobodyAsked(Refusal):
    reason = "Choose a question whose answer names who decides, or a team, or both."


@dataclass(frozen=True)
class Rule:
    """Who is asked when a ticket is raised with a type's form."""

    type_id: int
    question: str
    team_id: int | None
    needed: int


@until_changed(ApprovalRule, RequestType)
def rules() -> Mapping[str, Rule]:
    """The rules there are, by the name of the type, which is the category of its tickets."""
    rows = db.session.execute(select(RequestType.name, ApprovalRule).join(ApprovalRule.type))
    return {name: Rule(rule.type_id, rule.question, rule.team_id, rule.needed) for name, rule in rows}


def rule_of(type_: RequestType) -> ApprovalRule | None:
    return db.session.scalar(select(ApprovalRule).where(ApprovalRule.type_id == type_.id))


def questions_about_people(type_: RequestType) -> list[Question]:
    """The questions of the type's form whose answer is somebody's name."""
    return [each for each in read(type_.form.questions) if each.kind is Kind.PERSON]


def set_rule(
    type_: RequestType, *, by: Person | None, question: str = "", team: Team | None = None, needed: int = 1
) -> ApprovalRule:
    """From now on tickets raised with the type ask for this approval."""
    refuse_others(by, None)
    if not question and team is None:
        raise NobodyAsked
    if question and question not in {each.key for each in questions_about_people(type_)}:
        raise NoSuchQuestion
    if team is not None and needed > (people := len(members_of(team))):
        raise TooFew(needed=needed, people=people)
    rule = rule_of(type_)
    before = described(rule, type_)
    if rule is None:
        rule = ApprovalRule(type=type_)
        db.session.add(rule)
    rule.question, rule.team, rule.needed = question, team, needed if team is not None else 1
    db.session.flush()
    _tell(type_, before, rule, by)
    return rule


def drop_rule(type_: RequestType, *, by: Person | None) -> None:
    """Its tickets ask for nothing by themselves any more."""
    refuse_others(by, None)
    rule = rule_of(type_)
    if rule is not None:
        before = described(rule, type_)
        db.session.delete(rule)
        db.session.flush()
        _tell(type_, before, None, by)


def described(rule: ApprovalRule | None, type_: RequestType) -> dict[str, Any]:
    """The rule in words."""
    if rule is None:
        return {"Approval": "none"}
    asked = []
    if rule.question:
        labels = {each.key: each.label for each in questions_about_people(type_)}
        asked.append(f"whoever is named in “{labels.get(rule.question, rule.question)}”")
    if rule.team is not None:
        asked.append(f"{rule.needed} of {rule.team.name}")
    return {"Approval": ", or else ".join(asked)}


@on(RequestTypeAdded)
def enter_shipped_rule(event: RequestTypeAdded) -> None:
    """A type may bring its rule with it."""
    if event.approval:
        set_rule(event.about, by=None, question=event.approval)


@on(TicketRaised)
def ask_as_its_type_says(event: TicketRaised) -> None:
    """Costs nothing for tickets of types without a rule."""
    ticket = event.about
    rule = rules().get(ticket.category) if ticket.category else None
    filled = db.session.get(FilledForm, ticket.id) if rule is not None else None
    if rule is None or filled is None:
        return
    answers = [each for each in filled.answers if each.get("key") == rule.question]
    named = str(answers[0].get("value") or "") if answers else ""
    try:
        with db.session.begin_nested():
            _ask(ticket, rule, named)
    except Refusal:
        whom = f"“{_shortened(answers[0])}” cannot be asked" if answers else "nobody was named"
        add_task(ticket, f"Ask for approval: {whom}", by=None, needed=True)


# Inside


def _ask(ticket: Ticket, rule: Rule, named: str) -> None:
    person = _known(named, ticket) if named else None
    team = db.session.get(Team, rule.team_id) if rule.team_id is not None else None
    if person is not None:
        ask(ticket, ticket.category, by=None, people=[person])
    else:
        ask(ticket, ticket.category, by=None, team=team, needed=rule.needed)


def _known(named: str, ticket: Ticket) -> Person | None:
    """Whom the answer names: one person of the requester's council, by number, address or whole name; not the requester."""
    same = [Person.id == key] if (key := whole(named)) is not None else []
    name = named.partition(" – ")[0].strip().lower()
    where = same or [(func.lower(Person.email) == name) | (func.lower(Person.name) == name)]
    found = db.session.scalars(select(Person).where(*where, Person.id != ticket.requester_id).limit(20)).all()
    own = councils_of(ticket.requester)
    fits = [one for one in found if one.is_active and councils_of(one) & own]
    return fits[0] if len(fits) == 1 else None


def _shortened(answer: Mapping[str, Any]) -> str:
    words = str(answer.get("words") or answer.get("value"))
    return words if len(words) <= NAMED else f"{words[:NAMED]}…"


def _tell(type_: RequestType, before: dict[str, Any], rule: ApprovalRule | None, by: Person | None) -> None:
    changes = differences(before, described(rule, type_))
    if changes:
        announce(RequestTypeChanged(about=type_, by=by, name=type_.name, changes=changes))
