"""Asking for help, a question page at a time: two for a member and then the check, one for everybody else."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from flask import abort, jsonify, make_response, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select
from werkzeug.utils import redirect

from ...database import db
from ...devices.models import Device
from ...errors import Refusal
from ...pages.forms import Form, clean
from ...pages.numbers import whole
from ...pages.presses import done, once
from ...people.access import me
from ...people.models import Person
from ...systems.models import System
from ..attachments import ACCEPTED
from ..blueprint import bp
from ..models import ContactBy, Request, Ticket
from ..raising import council_of
from ..request_types.offering import form_now, form_of
from . import own_queries as queries
from . import requests as asking
from .choosing import Choices, choices_for
from .confidence import readers_of
from .forms import AboutForm, AskingPage, DetailsForm, WholeForm, page_form
from .suggestions import Asking, Suggestion, suggestions_for
from .telling import told

ENOUGH_OTHERS = 3


@dataclass(frozen=True)
class Page:
    """One page of questions."""

    name: str
    title: str
    form: type[AskingPage]


ABOUT = Page("about", "What do you need help with?", AboutForm)
DETAILS = Page("details", "Tell us more", DetailsForm)
WHOLE = Page("about", "Ask for help", WholeForm)


def pages_for(person: Person) -> list[Page]:
    """Members get one thing at a time, on an iPad perhaps; staff fill in one page."""
    return [ABOUT, DETAILS] if person.is_member else [WHOLE]


@bp.route("/tickets/new", methods=["GET", "POST"])
@once
def new() -> ResponseReturnValue:
    """The first page. Nothing is kept before it has been sent once."""
    person, page = me(), pages_for(me())[0]
    choices = choices_for(person, None, request.args.get("kind", ""))
    if request.method == "POST":
        return _take(asking.begin(person), page, choices)
    wanted = request.args.get("type", "")
    type_ = next((each for each in choices.types if each.slug == wanted), None)
    answers = {
        "kind": request.args.get("kind"),
        "system": whole(request.args.get("system", "")),
        "type": type_.id if type_ is not None else None,
    }
    if type_ is not None and page is WHOLE:
        choices = replace(choices, form=form_now(type_.id))
    form = page_form(page.form, choices)
    form.fill(answers, choices)
    return _shown(page, form, None, choices, unsent=queries.unsent_requests(person))


@bp.route("/tickets/new/<key>/<any(about, urgency, details):name>", methods=["GET", "POST"])
@once
def question(key: str, name: str) -> ResponseReturnValue:
    """One of the pages, with what was answered before."""
    asked = _unsent(key)
    page = next((each for each in pages_for(me()) if each.name == name), pages_for(me())[-1])
    choices = choices_for(me(), asked, about=page is not DETAILS)
    if request.method == "POST":
        return _take(asked, page, choices)
    form = page_form(page.form, choices)
    form.fill(asked.answers, choices)
    return _shown(page, form, asked, choices)


@bp.get("/tickets/new/questions")
def questions() -> ResponseReturnValue:
    """The questions of a request type alone, for the page to put in where the type is chosen."""
    choices = choices_for(me(), None)
    wanted = whole(request.args.get("type", ""))
    known = any(each.id == wanted for each in choices.types)
    choices = replace(choices, form=form_now(wanted) if wanted and known else None)
    form = page_form(DetailsForm, choices)
    return render_template("tickets/asking/questions.html", form=form, choices=choices)


@bp.get("/tickets/new/known")
def known() -> ResponseReturnValue:
    """What is known of a system, and what fits the words so far, while somebody chooses and types."""
    person = me()
    council = council_of(person)
    systems = queries.systems_to_choose(council.id if council else None)
    wanted = whole(request.args.get("system", ""))
    system = next((each for each in systems if each.id == wanted), None)
    about = Asking(
        words=clean(request.args.get("q", ""))[:200],
        system_id=system.id if system else None,
        council_id=council.id if council else None,
        whom_id=person.id,
    )
    return render_template(
        "tickets/asking/known.html",
        found=suggestions_for(about, person),
        others=_others(system, person),
        system=system.name if system else "",
    )


@bp.get("/tickets/new/members")
def members() -> ResponseReturnValue:
    """Members whom one may mean, among those one raises requests for."""
    found = queries.members_found(me(), request.args.get("q", ""))
    return jsonify(found=[{"value": each.value, "label": each.label} for each in found])


@bp.get("/tickets/new/<key>")
def carry_on(key: str) -> ResponseReturnValue:
    """Where somebody left off."""
    asked = _asked(key)
    if asked.ticket_id is not None:
        return redirect(url_for("tickets.sent", key=key))
    return redirect(_address(asked, _missing(asked)))


@bp.route("/tickets/new/<key>/check", methods=["GET", "POST"])
@once
def check(key: str) -> ResponseReturnValue:
    """All answers once more, and the button that sends them."""
    asked = _asked(key)
    if asked.ticket_id is not None:
        return redirect(url_for("tickets.sent", key=key))
    if left := _missing(asked):
        return redirect(_address(asked, left))
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
    page = render_template("tickets/asking/check.html", form=form, **_to_check(asked))
    return make_response(page, 422 if form.form_errors else 200)


def _to_check(asked: Request) -> dict[str, Any]:
    """What the page that shows all answers needs."""
    choices, answers = choices_for(me(), asked, about=False), asked.answers
    system = next((each for each in choices.systems if each.id == answers.get("system")), None)
    type_form = choices.form
    return {
        "asked": asked,
        "answers": answers,
        "whom": choices.whom,
        "type": type_form.type if type_form else None,
        "told": asking.told(type_form, answers) if type_form else [],
        "how_bad": asking.words_of_how_bad(answers, type_form),
        "system": system,
        "device": _device_of(choices, asked),
        "needed_by": asking.needed_by(answers),
        "words": asking,
        "contact": asking.CONTACT[ContactBy(answers["contact_by"])],
        "others": _others(system, choices.whom),
        "found": _found(answers, choices),
        "readers": readers_of(asked, choices, me()) if answers.get("confidential") else None,
        "pages": len(pages_for(me())),
    }


@bp.get("/tickets/new/<key>/sent")
def sent(key: str) -> ResponseReturnValue:
    """The reference, what happens next and by when; good to come back to."""
    asked = _asked(key)
    if asked.ticket_id is None:
        return redirect(_address(asked, _missing(asked)))
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


def _take(asked: Request, page: Page, choices: Choices) -> ResponseReturnValue:
    """Keep what was answered and lead on; if something must be corrected, keep the files and show the page again."""
    choices, all_asked = _with_questions(page, choices)
    form = page_form(page.form, choices)
    good = form.validate()
    if isinstance(form, DetailsForm):
        try:
            asking.add_files(asked, list(form.files.data or []))
        except Refusal as refusal:
            form.files.errors = [*form.files.errors, str(refusal)]
            good = False
    kept = form.read()
    if isinstance(form, AboutForm):
        asking.answer(asked, {"type": kept["type"], "system": kept["system"]})
        asking.choose_type(asked)
        kept["system"] = kept["system"] or asked.answers.get("system")
        if not form.for_whom.errors and not form.for_member.errors:
            good = _say_for_whom(asked, form) and good
    asking.answer(asked, kept)
    if good and not all_asked:
        return done(url_for("tickets.question", key=asked.key, name=page.name) + "#more")
    if good:
        return done(_address(asked, _next(asked, page)))
    db.session.commit()
    return _shown(page, form, asked, choices)


def _with_questions(page: Page, choices: Choices) -> tuple[Choices, bool]:
    """The choices with the questions of the request type just chosen, and whether the page has asked those already.

    On the one page of staff the type and its questions stand together: without
    a script, the questions of a newly chosen type are asked on the next showing.
    """
    if page is not WHOLE:
        return choices, True
    wanted = whole(request.form.get("type", ""))
    if not any(each.id == wanted for each in choices.types):
        return replace(choices, form=None), True
    if choices.form is not None and choices.form.type_id == wanted:
        return choices, True
    form = form_now(wanted or 0)
    if form is None or not form.questions:
        return replace(choices, form=form), True
    were_there = request.form.get("questions") == str(form.id)
    return replace(choices, form=form if were_there else None), were_there


def _say_for_whom(asked: Request, form: AboutForm) -> bool:
    """Keep for whom it is; a member must be one the person may ask for."""
    member = db.session.get(Person, form.whose) if form.whose else None
    try:
        asking.ask_for(asked, me(), member)
    except Refusal as refusal:
        form.for_whom.errors = [str(refusal)]
        return False
    return True


def _missing(asked: Request) -> str:
    return asking.missing(asked, form_of(asked.answers.get("form")))


def _next(asked: Request, page: Page) -> str:
    """The page after this one that still has something to ask; nothing when all is answered."""
    pages = [each.name for each in pages_for(me())]
    missing = _missing(asked)
    return missing if missing in pages[pages.index(page.name) + 1 :] else ""


def _address(asked: Request, page: str) -> str:
    if not page:
        return url_for("tickets.check", key=asked.key)
    names = [each.name for each in pages_for(me())]
    return url_for("tickets.question", key=asked.key, name=page if page in names else names[0])


def _shown(
    page: Page,
    form: AskingPage,
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
    form_system = whole(request.args.get("system", ""))
    chosen = asked.answers.get("system") if asked else form_system
    system = next((each for each in choices.systems if each.id == chosen), None)
    body = render_template(
        f"tickets/asking/{'whole' if page is WHOLE else page.name}.html",
        title=page.title,
        form=form,
        asked=asked,
        number=number,
        pages=len(pages) + 1,
        back=back or url_for("home.index"),
        choices=choices,
        unsent=unsent,
        accepted=ACCEPTED,
        system=system,
        others=_others(system, choices.whom),
        found=_found(asked.answers if asked else {"system": form_system}, choices),
        action=url_for("tickets.question", key=asked.key, name=page.name)
        if asked
        else url_for("tickets.new", kind=request.args.get("kind")),
    )
    return make_response(body, 422 if form.problems else 200)


def _found(answers: Mapping[str, Any], choices: Choices) -> dict[str, Sequence[Suggestion]]:
    """What may spare them the asking, going by what has been answered."""
    council = council_of(choices.whom)
    about = Asking(
        words=answers.get("subject") or "",
        system_id=answers.get("system"),
        council_id=council.id if council else None,
        whom_id=choices.whom.id,
    )
    return suggestions_for(about, me())


def _others(system: System | None, person: Person | None) -> tuple[int, object] | None:
    """How many others reported something about the system today, and since when, if it is enough to say so."""
    if system is None or person is None:
        return None
    council = council_of(person)
    count, since = queries.reports_today(system.id, council.id if council else None, person)
    return (count, since) if count >= ENOUGH_OTHERS else None


def _device_of(choices: Choices, asked: Request) -> Device | None:
    return next((each for each in choices.devices if each.id == asked.answers.get("device")), None)


def _asked(key: str) -> Request:
    """The person's own request of that key."""
    found: Request = db.one_or_404(select(Request).where(Request.key == key, Request.person_id == me().id))
    return found


def _unsent(key: str) -> Request:
    asked = _asked(key)
    if asked.ticket_id is not None:
        abort(404)
    return asked
