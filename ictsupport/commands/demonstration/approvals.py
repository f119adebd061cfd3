"""What the demonstration's desk has asked people to approve: waiting, approved and refused, by name and of a team."""

from sqlalchemy import select, update

from ... import clock
from ...database import db
from ...jobs import Job
from ...mail import Outgoing
from ...people.models import Person
from ...tickets.access import may_work
from ...tickets.approvals.asking import ask
from ...tickets.approvals.deciding import decide
from ...tickets.approvals.models import Approval, Decision
from ...tickets.models import Ticket, TicketType
from .setting import Setting


def ask_for_approval(scene: Setting) -> None:
    """On the newest open tickets, service requests first."""
    agent, lead = scene.agents["Asha Iqbal"], scene.officers["Neil Catterall"]
    judith, member = scene.officers["Judith Moss"], scene.members[0]
    concerned = (agent.id, lead.id, judith.id, member.id)
    tickets = db.session.scalars(
        select(Ticket)
        .where(Ticket.OPEN, Ticket.confidential.is_(False), Ticket.requester_id.not_in(concerned))
        .order_by(Ticket.ticket_type != TicketType.REQUEST, Ticket.id.desc())
        .limit(20)
    ).all()
    own = [ticket for ticket in tickets if may_work(agent, ticket)]
    questions = (
        ("Spending up to £480 a year on this", [judith, lead], True),
        ("Help with it outside working hours, on the evening of the meeting", [member], False),
        ("A new one for £95 from the town hall’s budget", [lead], False),
    )
    made = [
        ask(ticket, what, by=agent, people=people, hold=hold)
        for ticket, (what, people, hold) in zip(own, questions, strict=False)
    ]
    for ticket in own[len(questions) : len(questions) + 1]:
        team = scene.teams["Infrastructure"]
        made.append(ask(ticket, "An exception from the standard set-up", by=agent, team=team))
    _say(made[:1], judith, Decision.APPROVE, "It is in the budget, and the team needs it this month")
    _say(made[2:3], lead, Decision.REFUSE, "There are three in the store. Take one of those.")
    send_nothing()


def _say(made: list[Approval], by: Person, decision: Decision, reason: str) -> None:
    for approval in made:
        (approver,) = (one for one in approval.approvers if one.person_id == by.id)
        decide(approver, decision, by=by, reason=reason)


def send_nothing() -> None:
    """The mail about it has been sent, as far as the demonstration goes."""
    db.session.flush()
    db.session.execute(update(Outgoing).where(Outgoing.sent_at.is_(None)).values(sent_at=Outgoing.created_at))
    sending = update(Job).where(Job.kind == "mail.send", Job.done_at.is_(None))
    db.session.execute(sending.values(done_at=clock.now()))
