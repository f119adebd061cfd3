"""Who may open which page about tickets."""

import io
from datetime import date, time, timedelta
from typing import Any

from sqlalchemy import func, select
from werkzeug.datastructures import FileStorage

from ictsupport import clock
from ictsupport.database import db
from ictsupport.mail.models import IncomingMessage
from ictsupport.mail.receiving import receive
from ictsupport.people.models import Role
from ictsupport.people.rota.absences import enter_absence
from ictsupport.people.rota.models import AbsenceKind
from ictsupport.tickets.approvals.asking import ask
from ictsupport.tickets.approvals.links import signed as signed_approval
from ictsupport.tickets.asking import requests as asking
from ictsupport.tickets.assigning.dealing import deal_out
from ictsupport.tickets.by_email.models import Mailed
from ictsupport.tickets.desk.macros import Steps, save_macro
from ictsupport.tickets.desk.models import Macro, Reach, SavedReply
from ictsupport.tickets.desk.saved_replies import save_reply
from ictsupport.tickets.lists.models import BulkRun, SavedView
from ictsupport.tickets.models import Channel, Resolution
from ictsupport.tickets.problems.keeping import open_problem
from ictsupport.tickets.problems.models import ProblemSuggestion, SuggestedTicket
from ictsupport.tickets.raising import raise_ticket
from ictsupport.tickets.rating.asking import rate
from ictsupport.tickets.rating.links import ANSWER, RATING, signed
from ictsupport.tickets.recurring.keeping import add_recurring
from ictsupport.tickets.related.linking import link
from ictsupport.tickets.related.models import LinkKind
from ictsupport.tickets.replying import note, reply
from ictsupport.tickets.resolving import resolve
from ictsupport.tickets.tasks.doing import add_task
from tests.doors import DESK, EVERYBODY, MEMBER, PUBLIC, STAFF, Door, World

ASKER = {STAFF, *DESK}

MANAGER = {Role.MANAGER}
KEEPERS = {*DESK, Role.SYSTEMS_LEAD}
ANSWERS = {Role.MANAGER, Role.SYSTEMS_LEAD}
"""Who may publish a problem that nobody of the desk has."""
PROBLEM = {"reference": "problem"}

DOORS = {
    "tickets.index": Door(get=EVERYBODY),
    "tickets.own": Door(get=EVERYBODY),
    "tickets.beside": Door(get=DESK),
    "tickets.ticket": [
        Door(get=ASKER, hidden=EVERYBODY),
        Door(get={STAFF, Role.MANAGER}, hidden=EVERYBODY, fill={"reference": "confidential"}),
    ],
    "tickets.reply": Door(post=ASKER, hidden=EVERYBODY),
    "tickets.closing": Door(post=ASKER, hidden=EVERYBODY, fill={"reference": "resolved"}),
    "tickets.reopening": Door(get=ASKER, post=ASKER, hidden=EVERYBODY),
    "tickets.cancellation": Door(get=ASKER, post=ASKER, hidden=EVERYBODY, data={"why": "x" * 301}),
    "tickets.file": [
        Door(get=ASKER, hidden=EVERYBODY),
        Door(get=DESK, hidden=EVERYBODY, fill={"file_id": "internal_file_id"}),
    ],
    "tickets.mail_layout": Door(get=DESK),
    "tickets.new": Door(get=EVERYBODY, post=EVERYBODY),
    "tickets.questions": Door(get=EVERYBODY),
    "tickets.members": Door(get=EVERYBODY),
    "tickets.known": Door(get=EVERYBODY),
    "tickets.reports": Door(post=EVERYBODY, data={"outage": "known"}),
    "tickets.outage": Door(get=DESK, post=DESK),
    "tickets.question": Door(get={STAFF}, post={STAFF}, hidden=EVERYBODY),
    "tickets.carry_on": Door(get={STAFF}, hidden=EVERYBODY),
    "tickets.check": Door(get={STAFF}, post={STAFF}, hidden=EVERYBODY),
    "tickets.sent": Door(get={STAFF}, hidden=EVERYBODY),
    "tickets.removal": Door(post={STAFF}, hidden=EVERYBODY),
    "tickets.file_removal": Door(post={STAFF}, hidden=EVERYBODY),
    "tickets.find": Door(get=EVERYBODY),
    "tickets.search_suggestions": Door(get=EVERYBODY),
    "tickets.call": Door(get=DESK),
    "tickets.call_of": Door(get=DESK, post=DESK),
    "tickets.call_typed": Door(post=DESK),
    "tickets.call_questions": Door(get=DESK),
    "tickets.call_removal": Door(post=DESK),
    "tickets.message": Door(post=DESK),
    "tickets.views": Door(get=DESK, post=DESK),
    "tickets.first_view": Door(post=DESK),
    "tickets.board": Door(get=DESK, post=DESK),
    "tickets.counts": Door(get=DESK),
    "tickets.export": Door(get=DESK),
    "tickets.bulk": Door(get=DESK, post=DESK),
    "tickets.bulk_run": Door(get={Role.AGENT}, hidden={Role.MANAGER}),
    "tickets.columns": Door(post=DESK),
    "tickets.view": Door(get={Role.AGENT}, post={Role.AGENT}, hidden={Role.MANAGER}),
    "tickets.view_content": Door(post={Role.AGENT}, hidden={Role.MANAGER}),
    "tickets.view_removal": Door(get={Role.AGENT}, post={Role.AGENT}, hidden={Role.MANAGER}),
    **{
        f"tickets.{act}": Door(get=DESK, post=DESK)
        for act in (
            "assignment",
            "queue",
            "priority",
            "hold",
            "release",
            "work",
            "triage",
            "resolution",
            "identity",
            "details",
            "tags",
        )
    },
    "tickets.keys": Door(get=DESK, post=DESK),
    "tickets.drafts": Door(get=DESK),
    "tickets.draft": Door(post=DESK),
    "tickets.draft_removal": Door(post=DESK),
    "tickets.presence": Door(get=DESK),
    "tickets.insert_reply": Door(post=DESK),
    "tickets.macros_for": Door(get=DESK),
    "tickets.macro_on": Door(get=DESK, post=DESK),
    **{
        endpoint: door
        for kind, row in (("macros", {"row_id": "macro_id"}), ("saved_replies", {"row_id": "reply_id"}))
        for endpoint, door in {
            f"tickets.{kind}": Door(get=DESK),
            f"tickets.new_{kind}": Door(get=DESK, post=DESK),
            f"tickets.one_of_{kind}": Door(
                get={Role.MANAGER}, post={Role.MANAGER}, hidden={Role.AGENT}, fill=row
            ),
            f"tickets.{kind}_retirement": Door(post={Role.MANAGER}, hidden={Role.AGENT}, fill=row),
        }.items()
    },
    "tickets.tag_removal": Door(post=DESK),
    "tickets.major_incident": Door(get=DESK, post=DESK),
    "tickets.major_update": Door(post=DESK),
    "tickets.major_end": Door(post=DESK),
    "tickets.major_children": Door(get=DESK, post=DESK),
    "tickets.children_resolution": Door(get=DESK, post=DESK),
    "tickets.opting_out": Door(post=ASKER, hidden=EVERYBODY, fill={"reference": "below"}),
    "tickets.merging": Door(get=DESK, post=DESK),
    "tickets.unmerging": Door(get=DESK, post=DESK),
    "tickets.links": Door(get=DESK, post=DESK),
    "tickets.split": Door(get=DESK, post=DESK),
    "tickets.problem_of": Door(get=DESK, post=DESK),
    "tickets.workaround": Door(post=DESK),
    "tickets.problems": Door(get=KEEPERS),
    "tickets.new_problem": Door(get=KEEPERS, post=KEEPERS),
    "tickets.suggestion_taken": Door(post=ANSWERS),
    "tickets.suggestion_dismissal": Door(post=ANSWERS),
    "tickets.problem_rule": Door(get=MANAGER, post=MANAGER),
    **{
        f"tickets.{page}": door
        for page, door in {
            "problem": Door(get=KEEPERS, fill=PROBLEM),
            "problem_known": Door(get=KEEPERS, post=KEEPERS, fill=PROBLEM),
            "problem_publication": Door(get=ANSWERS, post=ANSWERS, fill=PROBLEM),
            "problem_withdrawal": Door(post=ANSWERS, fill=PROBLEM),
            "problem_update": Door(post=DESK, fill=PROBLEM),
        }.items()
    },
    "tickets.link_removal": Door(post=DESK),
    "tickets.people": Door(get=DESK, post=DESK),
    "tickets.person_removal": Door(post=DESK),
    "tickets.next_ticket": Door(post=DESK),
    "tickets.today": Door(get=DESK),
    "tickets.recurring": Door(get=MANAGER),
    "tickets.new_recurring": Door(get=MANAGER, post=MANAGER),
    "tickets.edit_recurring": Door(get=MANAGER, post=MANAGER),
    "tickets.pause_recurring": Door(post=MANAGER),
    "tickets.resume_recurring": Door(post=MANAGER),
    "tickets.team": Door(get=MANAGER),
    "tickets.team_member": Door(get=MANAGER, fill={"person_id": "agent_id"}),
    **{
        f"tickets.{act}": Door(get=MANAGER, post=MANAGER, fill={"person_id": "agent_id"})
        for act in ("team_hours", "team_skills", "team_cap", "team_absence")
    },
    "tickets.queue_skill": Door(post=MANAGER),
    "tickets.absences": Door(get=DESK | {Role.CLINIC_HOST}),
    "tickets.new_absence": Door(get=DESK | {Role.CLINIC_HOST}, post=DESK | {Role.CLINIC_HOST}),
    "tickets.absence_end": Door(post=DESK, hidden=DESK | {Role.CLINIC_HOST}),
    "tickets.deal_out": Door(get=DESK, post=DESK),
    "tickets.deal": Door(get={Role.MANAGER}, hidden=DESK),
    "tickets.deal_undoing": Door(post={Role.MANAGER}, hidden=DESK),
    "tickets.hand_backs": Door(get=MANAGER),
    "tickets.works_now": Door(get=PUBLIC, post=PUBLIC, fill={"token": "answer_token"}),
    "tickets.still_wrong": Door(get=PUBLIC, post=PUBLIC, fill={"token": "answer_token"}),
    "tickets.heard": Door(get=PUBLIC),
    "tickets.rating_by_link": Door(get=PUBLIC, post=PUBLIC, fill={"token": "rating_token"}),
    "tickets.rating": Door(
        get={STAFF}, post={STAFF}, hidden=EVERYBODY - {STAFF, *DESK}, fill={"reference": "resolved"}
    ),
    "tickets.to_ring": Door(get={Role.MANAGER}),
    "tickets.rung": Door(post={Role.MANAGER}),
    "tickets.my_tasks": Door(get=DESK),
    "tickets.tasks": Door(get=DESK, post=DESK),
    "tickets.checklist": Door(post=DESK),
    "tickets.task": Door(get=DESK, post=DESK),
    **{f"tickets.task_{act}": Door(post=DESK) for act in ("tick", "unticking", "removal")},
    "tickets.my_approvals": Door(get=EVERYBODY),
    "tickets.approval": Door(get={MEMBER}, post={MEMBER}, hidden=EVERYBODY),
    "tickets.approval_handing_on": Door(get={MEMBER}, post={MEMBER}, hidden=EVERYBODY),
    "tickets.approval_by_link": Door(get=PUBLIC, post=PUBLIC, fill={"token": "approval_token"}),
    "tickets.approvals": Door(get=DESK),
    "tickets.new_approval": Door(get=DESK, post=DESK),
    "tickets.approval_withdrawal": Door(post=DESK),
    "tickets.approval_reminder": Door(post=DESK),
    "clocks.explain": Door(get=DESK, hidden=EVERYBODY),
}


def things(world: World) -> dict[str, Any]:
    def raised(**more: Any) -> Any:
        return raise_ticket(
            requester=world.staff,
            subject="No tone",
            description="",
            by=world.staff,
            channel=Channel.SELF_SERVICE,
            **more,
        )

    agent, manager = world.visitors[Role.AGENT], world.visitors[Role.MANAGER]
    world.desk["helpdesk"].cleared.append(manager)
    ticket, resolved, confidential = raised(), raised(), raised(confidential=True)
    resolve(resolved, Resolution.FIXED, "New cable", by=agent)
    reply(ticket, "See this", by=agent, files=[file()])
    note(ticket, "And this", by=agent, files=[file()])
    public, internal = ticket.attachments
    comes_again = add_recurring(
        council=None,
        subject="Check the backups",
        requester=manager,
        rule="FREQ=MONTHLY;BYDAY=1MO",
        starts_on=date(2026, 1, 1),
        at=time(9),
        by=manager,
    )
    deal = deal_out([(raised(), agent, None)], by=manager)
    absence = enter_absence(agent, clock.now(), clock.now() + timedelta(days=1), AbsenceKind.LEAVE, by=agent)
    request = asking.begin(world.staff)
    asking.answer(
        request, {"files": [{"name": "a.txt", "content_type": "text/plain", "size": 1, "key": "k"}]}
    )
    view = SavedView(owner=agent, name="Mine", query="?view=mine")
    run = BulkRun(act="assign", by=agent, fields={}, chosen=[], outcomes=[])
    db.session.add_all([view, run])
    shared: dict[str, Any] = {"name": "Shared", "reach": Reach.ALL, "queue": None, "by": manager}
    macro = save_macro(Macro(), steps=Steps(assign="me"), **shared)
    saved = save_reply(SavedReply(), body="Hello", **shared)
    db.session.flush()
    linked = link(ticket, LinkKind.RELATED, resolved, by=agent)
    below = raised()
    link(ticket, LinkKind.PARENT, below, by=agent)
    rating = rate(resolved, 1, by=world.staff)
    approval = ask(ticket, "A new telephone", by=agent, people=[world.member])
    approver = approval.approvers[0]
    suggestion = ProblemSuggestion(system_id=world.telephony.id, words_="tone", found_at=clock.now())
    db.session.add(suggestion)
    db.session.flush()
    db.session.add(SuggestedTicket(ticket_id=ticket.id, suggestion_id=suggestion.id))
    problem, _left = open_problem(
        subject="No tone at all",
        description="",
        systems=[world.telephony],
        council=world.council,
        by=world.visitors[Role.SYSTEMS_LEAD],
    )
    receive(b"From: tina@northbrook.example\nContent-Type: text/html\n\n<p>No tone")
    mail = Mailed(
        incoming_id=db.session.scalar(select(func.max(IncomingMessage.id))),
        ticket_id=ticket.id,
        at=clock.now(),
        from_name="",
        from_address="tina@northbrook.example",
        has_layout=True,
    )
    db.session.add(mail)
    db.session.flush()
    return {
        "mail_id": mail.id,
        "approval_id": approval.id,
        "approver_id": approver.id,
        "approval_token": signed_approval(approver, world.member),
        "rating_id": rating.id,
        "suggestion_id": suggestion.id,
        "problem": problem.ticket.reference,
        "answer_token": signed(ANSWER, resolved, world.staff),
        "rating_token": signed(RATING, resolved, world.staff),
        "task_id": add_task(ticket, "Order a SIM", by=agent).id,
        "below": below.reference,
        "link_id": linked.id,
        "concern": "watchers",
        "view_id": view.id,
        "run_id": run.id,
        "reference": ticket.reference,
        "resolved": resolved.reference,
        "confidential": confidential.reference,
        "file_id": public.id,
        "internal_file_id": internal.id,
        "person_id": world.member.id,
        "agent_id": agent.id,
        "absence_id": absence.id,
        "deal_id": deal.id,
        "recurring_id": comes_again.id,
        "slug": world.desk["business"].slug,
        "key": request.key,
        "name": "about",
        "tag_id": 1,
        "macro_id": macro.id,
        "reply_id": saved.id,
        "file_key": "k",
    }


def file() -> FileStorage:
    return FileStorage(io.BytesIO(b"some words"), filename="words.txt")
