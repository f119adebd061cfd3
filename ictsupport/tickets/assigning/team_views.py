"""The manager's pages of the team: who is here, what they have, what they know; and everybody's own absences."""

from collections.abc import Callable
from typing import Any

from flask import abort, make_response, render_template, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select
from sqlalchemy.orm import joinedload

from ...config import settings
from ...database import db
from ...errors import Refusal
from ...hours import WEEKDAYS
from ...pages import navigation
from ...pages.filters import plural
from ...pages.forms import Form
from ...pages.presses import done, once
from ...people.access import DESK, allow, me, reach
from ...people.calendars import windows_as_typed
from ...people.joining import today
from ...people.models import Person, Role
from ...people.rota.absences import absences_of, call_off, enter_absence
from ...people.rota.access import ENTERS_OWN, has_absences, may_enter_absence, may_run_rota_of
from ...people.rota.consequences import consequences_of
from ...people.rota.models import Absence, AbsenceKind
from ...people.rota.patterns import pattern_of, set_pattern
from ...systems.models import System
from ...systems.skills import known_by, set_skills
from ..blueprint import bp
from ..models import Queue
from .capping import ask_for_skill, may_set_skill, set_cap
from .crew import Crew, Hand, crew_for
from .eligible import now_words
from .forms import KEEPS_ALL, KINDS, AbsenceForm, CapForm, HoursForm, SkillsForm
from .handing_back import choose_handover, open_work_of

navigation.item(
    "Your absences",
    "tickets.absences",
    when=lambda person: person.is_authenticated and has_absences(person),
    order=20,
    area="account",
)


@bp.app_template_test("manager")
def is_manager(person: Any) -> bool:
    """In templates: current_user is manager."""
    return bool(person.has_role(Role.MANAGER))


@bp.get("/team")
@allow(Role.MANAGER)
def team() -> ResponseReturnValue:
    """Who is here, what they know and have, and what the queues ask for."""
    crew = crew_for(me())
    hands = managed(crew, me())
    queues = db.session.scalars(
        select(Queue).where(Queue.closed_on.is_(None)).order_by(Queue.name).options(joinedload(Queue.team))
    ).all()
    names = {row.id: row.name for row in db.session.execute(select(System.id, System.name))}
    return render_template(
        "tickets/assigning/team.html",
        hands=hands,
        now_words=now_words,
        queues=queues,
        skilled=crew.skilled,
        skills={
            hand.id: ", ".join(sorted(names[key] for key in hand.skills if key in names)) for hand in hands
        },
        teams={
            hand.id: ", ".join(sorted({queue.team.name for queue in queues if queue.team_id in hand.teams}))
            for hand in hands
        },
        may_set_skill=may_set_skill(me()),
        title="The team",
    )


def managed(crew: Crew, person: Person) -> list[Hand]:
    """Those whose work at the desk reaches no further than what the person manages."""
    councils = reach(person, Role.MANAGER)
    return [
        hand
        for hand in crew.in_order()
        if councils is None or (not hand.reaches_all and bool(hand.councils) and hand.councils <= councils)
    ]


def _managed(person_id: int) -> Person:
    """Somebody the manager manages; anybody else is not there."""
    whom = db.session.get(Person, person_id)
    if whom is None or not whom.has_role(*DESK) or not may_run_rota_of(me(), whom):
        abort(404)
    return whom


@bp.get("/team/<int:person_id>")
@allow(Role.MANAGER)
def team_member(person_id: int) -> ResponseReturnValue:
    whom = _managed(person_id)
    crew = crew_for(me())
    known = known_by(whom)
    systems = select(System.name).where(System.id.in_(known)).order_by(System.name)
    pattern = pattern_of(whom, today())
    coming = absences_of(whom)
    return render_template(
        "tickets/assigning/member.html",
        person=whom,
        hand=crew.hands.get(whom.id),
        now_words=now_words,
        absences=coming,
        follows=consequences_of(coming, me()),
        kinds=KINDS,
        week=_in_words(pattern.week) if pattern is not None else None,
        weekdays=WEEKDAYS,
        systems=db.session.scalars(systems).all(),
        title=whom.name,
    )


def _in_words(week: dict[str, Any]) -> list[str]:
    return [windows_as_typed(week.get(str(weekday), [])) for weekday in range(7)]


def show_or_do(
    form: Form,
    do: Callable[[], object],
    *,
    title: str,
    button: str,
    said: str | Callable[[], str],
    back: tuple[str, str],
    intro: str = "",
) -> ResponseReturnValue:
    """Show the form, or do what it says and lead back; a refusal comes back with what was typed."""
    if form.validate_on_submit():
        try:
            do()
        except Refusal as refusal:
            db.session.rollback()
            db.session.expire_all()
            form.form_errors.append(str(refusal))
        else:
            return done(back[1], said if isinstance(said, str) else said())
    page = render_template(
        "systems/form.html", form=form, title=title, button=button, back=back, intro=intro, look=""
    )
    return make_response(page, 422 if form.is_submitted() else 200)


@bp.route("/team/<int:person_id>/hours", methods=["GET", "POST"])
@allow(Role.MANAGER)
@once
def team_hours(person_id: int) -> ResponseReturnValue:
    whom, form = _managed(person_id), HoursForm()
    if not form.is_submitted():
        pattern = pattern_of(whom, today())
        for field, text in zip(form.days, _in_words(pattern.week) if pattern else [""] * 7, strict=True):
            field.data = text
        form.effective_from.process(None, today())
    return show_or_do(
        form,
        lambda: set_pattern(whom, form.week(), effective_from=form.effective_from.data, by=me()),
        title=f"Working hours: {whom.name}",
        button="Save hours",
        said="The hours are saved.",
        back=_back_to(whom),
        intro="A day left empty is a day off. On bank holidays and closures of the service nobody works.",
    )


@bp.route("/team/<int:person_id>/skills", methods=["GET", "POST"])
@allow(Role.MANAGER)
@once
def team_skills(person_id: int) -> ResponseReturnValue:
    whom, form = _managed(person_id), SkillsForm()
    known = known_by(whom)
    systems = db.session.scalars(select(System).order_by(System.name)).all()
    offered = [system for system in systems if system.retired_on is None or system.id in known]
    form.systems.choices = {str(system.id): system.name for system in offered}
    if not form.is_submitted():
        form.systems.data = [str(key) for key in known]
    return show_or_do(
        form,
        lambda: set_skills(
            whom, [one for one in offered if str(one.id) in (form.systems.data or [])], by=me()
        ),
        title=f"Skills: {whom.name}",
        button="Save skills",
        said="The skills are saved.",
        back=_back_to(whom),
    )


@bp.route("/team/<int:person_id>/cap", methods=["GET", "POST"])
@allow(Role.MANAGER)
@once
def team_cap(person_id: int) -> ResponseReturnValue:
    whom, form = _managed(person_id), CapForm()
    if not form.is_submitted():
        cap = crew_for(me()).hands[whom.id].cap
        form.most.data = None if cap == settings().tickets_each else cap
    return show_or_do(
        form,
        lambda: set_cap(whom, form.most.data, by=me()),
        title=f"How much {whom.name} is given",
        button="Save",
        said="Saved.",
        back=_back_to(whom),
        intro=f"Everybody is given at most {settings().tickets_each} unless something else is said here.",
    )


@bp.post("/team/queues/<slug>/skill")
@allow(Role.MANAGER)
@once
def queue_skill(slug: str) -> ResponseReturnValue:
    """Tickets of the queue are for those who know their system; or for everybody in the team again."""
    queue = db.first_or_404(select(Queue).where(Queue.slug == slug))
    crew = crew_for(me())
    ask_for_skill(queue, queue.id not in crew.skilled, by=me())
    return done(url_for(".team"), f"What {queue.name} asks for is changed.")


def _back_to(whom: Person) -> tuple[str, str]:
    return (whom.name, url_for(".team_member", person_id=whom.id))


# Absences


@bp.get("/absences")
@allow(*ENTERS_OWN)
def absences() -> ResponseReturnValue:
    """One's own, and what each leaves undone."""
    coming = absences_of(me())
    return render_template(
        "tickets/assigning/absences.html",
        absences=coming,
        follows=consequences_of(coming, me()),
        kinds=KINDS,
        only_hosts=not me().has_role(*DESK),
        title="Your absences",
    )


@bp.route("/absences/new", methods=["GET", "POST"])
@allow(*ENTERS_OWN)
@once
def new_absence() -> ResponseReturnValue:
    return _enter(me(), ("your absences", url_for(".absences")))


@bp.route("/team/<int:person_id>/absences", methods=["GET", "POST"])
@allow(Role.MANAGER)
@once
def team_absence(person_id: int) -> ResponseReturnValue:
    """Entered by the manager: somebody rang in ill."""
    whom = _managed(person_id)
    return _enter(whom, _back_to(whom))


def _enter(whom: Person, back: tuple[str, str]) -> ResponseReturnValue:
    form, of_desk = AbsenceForm(), whom.has_role(*DESK)
    tickets = {str(ticket.id): ticket for ticket in open_work_of(whom, me())} if of_desk else {}
    entered: list[Absence] = []
    form.kept.choices = {key: f"{one.reference} {one.subject}" for key, one in tickets.items()}

    def do() -> None:
        absence = enter_absence(whom, *form.span(), AbsenceKind(form.kind.data), by=me())
        entered.append(absence)
        if not of_desk:
            return
        kept = [tickets[key] for key in (form.kept.data or [])] if tickets else []
        choose_handover(absence, keeps_all=form.work.data == KEEPS_ALL, kept=kept, by=me())

    def said() -> str:
        follows = consequences_of(entered, me())[entered[0].id]
        more = f" {plural(len(follows), 'thing')} to see to: look below." if follows else ""
        return f"The absence is entered.{more}"

    own = whom.id == me().id
    if not tickets:
        del form.kept
    if not of_desk:
        del form.work
    return show_or_do(
        form,
        do,
        title="Enter an absence" if own else f"Enter an absence: {whom.name}",
        button="Save",
        said=said,
        back=back,
    )


@bp.post("/absences/<int:absence_id>/end")
@allow(*ENTERS_OWN)
@once
def absence_end(absence_id: int) -> ResponseReturnValue:
    """They are here after all."""
    absence = db.session.get(Absence, absence_id)
    if absence is None or not may_enter_absence(me(), absence.person):
        abort(404)
    call_off(absence, by=me())
    own = absence.person_id == me().id
    where = url_for(".absences") if own else url_for(".team_member", person_id=absence.person_id)
    return done(where, "The absence is called off.")
