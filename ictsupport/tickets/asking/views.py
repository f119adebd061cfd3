"""Asking for help, a question page at a time: at most three for a member, one for everybody else."""

from collections.abc import Sequence
from dataclasses import dataclass

from flask import abort, make_response, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select
from werkzeug.utils import redirect

from ...database import db
from ...devices.models import Device
from ...devices.queries import devices_of
from ...errors import Refusal
from ...pages.forms import Form
from ...pages.presses import done, once
from ...people.access import me
from ...people.models import Person
from ...systems.models import System
from ..attachments import ACCEPTED
from ..blueprint import bp
from ..models import ContactBy, Request, Ticket
from ..raising import council_of
from . import own_queries as queries
from . import requests as asking
from .forms import AboutForm, DetailsForm, UrgencyForm, WholeForm
from .telling import told

ENOUGH_OTHERS = 3

AskingForm = AboutForm | UrgencyForm | DetailsForm | WholeForm


@dataclass(frozen=True)
class Page:
    """One page of questions."""

    name: str
    title: str
    form: type[Form]


ABOUT = Page("about", "What do you need help with?", AboutForm)
URGENCY = Page("urgency", "How urgent is it?", UrgencyForm)
DETAILS = Page("details", "Tell us more", DetailsForm)
WHOLE = Page("about", "Ask for help", WholeForm)


def pages_for(person: Person) -> list[Page]:
    """Members get one thing at a time, on an iPad perhaps; staff fill in one page."""
    return [ABOUT, URGENCY, DETAILS] if person.is_member else [WHOLE]


@bp.route("/tickets/new", methods=["GET", "POST"])
@once
def new() -> ResponseReturnValue:
    """The first page. Nothing is kept before it has been sent once."""
    person, page = me(), pages_for(me())[0]
    choices = _choices(person, None)
    form = _form(page, choices)
    if request.method == "POST":
        return _take(asking.begin(person), page, form, choices)
    answers = {"kind": request.args.get("kind"), "system": _whole(request.args.get("system", ""))}
    form.fill(answers, None)
    return _shown(page, form, None, choices, unsent=queries.unsent_requests(person))


@bp.route("/tickets/new/<key>/<any(about, urgency, details):name>", methods=["GET", "POST"])
@once
def question(key: str, name: str) -> ResponseReturnValue:
    """One of the pages, with what was answered before."""
    asked = _unsent(key)
    page = next((each for each in pages_for(me()) if each.name == name), pages_for(me())[0])
    choices = _choices(me(), asked)
    form = _form(page, choices)
    if request.method == "POST":
        return _take(asked, page, form, choices)
    form.fill(asked.answers, asked.for_whom_id)
    return _shown(page, form, asked, choices)


@bp.get("/tickets/new/<key>")
def carry_on(key: str) -> ResponseReturnValue:
    """Where somebody left off."""
    asked = _asked(key)
    if asked.ticket_id is not None:
        return redirect(url_for("tickets.sent", key=key))
    return redirect(_address(asked, asking.missing(asked)))


@bp.route("/tickets/new/<key>/check", methods=["GET", "POST"])
@once
def check(key: str) -> ResponseReturnValue:
    """All answers once more, and the button that sends them."""
    asked = _asked(key)
    if asked.ticket_id is not None:
        return redirect(url_for("tickets.sent", key=key))
    if asking.missing(asked):
        return redirect(_address(asked, asking.missing(asked)))
    form = Form()
    if form.validate_on_submit():
        try:
            asking.send(asked, by=me())
        except Refusal as refusal:
            db.session.rollback()
            form.form_errors.append(str(refusal))
            asked = _unsent(key)
        else:
            return done(url_for("tickets.sent", key=key))
    whom = db.session.get(Person, asked.for_whom_id) if asked.for_whom_id else me()
    system = db.session.get(System, asked.answers.get("system") or 0)
    page = render_template(
        "tickets/asking/check.html",
        form=form,
        asked=asked,
        answers=asked.answers,
        whom=whom,
        system=system,
        device=_device_of(whom, asked),
        needed_by=asking.needed_by(asked.answers),
        words=asking,
        contact=asking.CONTACT[ContactBy(asked.answers["contact_by"])],
        others=_others(system, whom),
        single=len(pages_for(me())) == 1,
    )
    return make_response(page, 422 if form.form_errors else 200)


@bp.get("/tickets/new/<key>/sent")
def sent(key: str) -> ResponseReturnValue:
    """The reference, what happens next and by when; good to come back to."""
    asked = _asked(key)
    if asked.ticket_id is None:
        return redirect(_address(asked, asking.missing(asked)))
    ticket = db.session.get_one(Ticket, asked.ticket_id)
    return render_template("tickets/asking/sent.html", ticket=ticket, told=told(ticket))


@bp.post("/tickets/new/<key>/removal")
@once
def removal(key: str) -> ResponseReturnValue:
    asking.throw_away(_unsent(key))
    return done(url_for("tickets.index"), "The request you had not sent is thrown away.")


@bp.post("/tickets/new/<key>/files/<file_key>/removal")
@once
def file_removal(key: str, file_key: str) -> ResponseReturnValue:
    asked = _unsent(key)
    asking.take_off_file(asked, file_key)
    return done(url_for("tickets.question", key=key, name=pages_for(me())[-1].name), "The file is left out.")


# Inside


@dataclass(frozen=True)
class Choices:
    """What can be chosen on the pages."""

    members: Sequence[Person]
    systems: Sequence[System]
    devices: Sequence[Device]


def _choices(person: Person, asked: Request | None) -> Choices:
    members = queries.members_to_raise_for(person)
    whose = next((each for each in members if asked and each.id == asked.for_whom_id), person)
    council = council_of(person)
    return Choices(members, queries.systems_to_choose(council.id if council else None), devices_of(whose))


def _form(page: Page, choices: Choices) -> AskingForm:
    form = page.form()
    assert isinstance(form, AboutForm | UrgencyForm | DetailsForm)
    form.offer(choices.members, choices.systems, choices.devices)
    return form


def _take(asked: Request, page: Page, form: AskingForm, choices: Choices) -> ResponseReturnValue:
    """Keep what was answered and lead on; if something must be corrected, keep the files and show the page again."""
    good = form.validate()
    if isinstance(form, DetailsForm):
        try:
            asking.add_files(asked, list(form.files.data or []))
        except Refusal as refusal:
            form.files.errors = [*form.files.errors, str(refusal)]
            good = False
    asking.answer(asked, form.read())
    if isinstance(form, AboutForm) and not form.for_whom.errors:
        member = next((each for each in choices.members if each.id == form.whose), None)
        asking.ask_for(asked, me(), member)
    if good:
        return done(_address(asked, _next(asked, page)))
    db.session.commit()
    return _shown(page, form, asked, choices)


def _next(asked: Request, page: Page) -> str:
    """The page after this one that still has something to ask; nothing when all is answered."""
    pages = [each.name for each in pages_for(me())]
    missing = asking.missing(asked)
    return missing if missing in pages[pages.index(page.name) + 1 :] else ""


def _address(asked: Request, page: str) -> str:
    if not page:
        return url_for("tickets.check", key=asked.key)
    names = [each.name for each in pages_for(me())]
    return url_for("tickets.question", key=asked.key, name=page if page in names else names[0])


def _shown(
    page: Page,
    form: AskingForm,
    asked: Request | None,
    choices: Choices,
    unsent: Sequence[Request] = (),
) -> ResponseReturnValue:
    pages = pages_for(me())
    number = pages.index(page) + 1
    back = (
        url_for("tickets.question", key=asked.key, name=pages[number - 2].name)
        if asked and number > 1
        else ""
    )
    system = next(
        (each for each in choices.systems if asked and each.id == asked.answers.get("system")), None
    )
    body = render_template(
        f"tickets/asking/{'whole' if page is WHOLE else page.name}.html",
        title=page.title,
        form=form,
        asked=asked,
        number=number,
        pages=len(pages),
        back=back or url_for("home.index"),
        choices=choices,
        unsent=unsent,
        accepted=ACCEPTED,
        others=_others(system, me()),
        action=url_for("tickets.question", key=asked.key, name=page.name)
        if asked
        else url_for("tickets.new"),
    )
    return make_response(body, 422 if form.problems else 200)


def _others(system: System | None, person: Person | None) -> tuple[int, object] | None:
    """How many others reported something about the system today, and since when, if it is enough to say so."""
    if system is None or person is None:
        return None
    council = council_of(person)
    count, since = queries.reports_today(system.id, council.id if council else None, person)
    return (count, since) if count >= ENOUGH_OTHERS else None


def _device_of(person: Person | None, asked: Request) -> Device | None:
    wanted = asked.answers.get("device")
    if not wanted or person is None:
        return None
    return next((each for each in devices_of(person) if each.id == wanted), None)


def _asked(key: str) -> Request:
    """The person's own request of that key."""
    found: Request = db.one_or_404(select(Request).where(Request.key == key, Request.person_id == me().id))
    return found


def _unsent(key: str) -> Request:
    asked = _asked(key)
    if asked.ticket_id is not None:
        abort(404)
    return asked


def _whole(text: str) -> int | None:
    return int(text) if text.isdecimal() and len(text) < 10 else None
