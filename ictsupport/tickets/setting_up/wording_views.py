"""The pages of what requesters are told."""

from flask import abort, render_template, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import func, select
from wtforms import TextAreaField
from wtforms.validators import Length

from ...database import db
from ...pages.filters import plural
from ...pages.forms import NotRequired
from ...pages.presses import done, once
from ...pages.previewing import Preview, PreviewForm, Table, consider
from ...pages.settings_index import setting
from ...people.access import allow, me
from ...people.models import Council
from ..models import Status, Ticket
from .access import SETS_UP, councils_set_up_by, may_set_up, sets_up, turnstile
from .blueprint import bp
from .wordings import LONGEST, SECTIONS, TEXTS, choose, own_words, wording

ALL = "all"

setting(
    "Words for requesters",
    "What people are told while their request waits, and how it ended.",
    "setting_up.wordings",
    when=sets_up,
    group="What people read",
    order=20,
)


class WordingForm(PreviewForm):
    """A field for each text; they are added below."""

    @property
    def wanted(self) -> dict[str, str]:
        return {key: str(self[_field(key)].data or "") for key in TEXTS}


def _field(key: str) -> str:
    return "text_" + key.replace(".", "_").replace(" ", "_")


for _key, _text in TEXTS.items():
    setattr(WordingForm, _field(_key), TextAreaField(_text.when, [NotRequired(), Length(max=LONGEST)]))


@bp.get("/words")
@allow(*SETS_UP)
def wordings() -> ResponseReturnValue:
    """What is told now, for all and for each council that has words of its own."""
    councils = councils_set_up_by(me())
    return render_template(
        "settings/wordings.html",
        sections=[
            (title, [(TEXTS[key].when, wording(key, None)) for key in keys])
            for title, keys in SECTIONS.items()
        ],
        councils=[(council, len(own_words(council.id))) for council in councils],
        may_all=may_set_up(me(), None),
    )


@bp.route("/words/<scope>", methods=["GET", "POST"])
@allow(*SETS_UP)
@once
def words(scope: str) -> ResponseReturnValue:
    council = None if scope == ALL else db.one_or_404(select(Council).where(Council.slug == scope))
    council_id = council.id if council else None
    if not may_set_up(me(), council_id):
        abort(404)
    form = WordingForm(
        data={_field(key): said for key, said in own_words(council_id).items() if key in TEXTS}
    )

    def save() -> str:
        choose(form.wanted, council, by=me())
        return "The words are saved."

    outcome = consider(
        form,
        preview=lambda: _what_changes(council, save),
        save=save,
        row=council or turnstile(),
        facts=lambda: [sorted(own_words(council_id).items())],
    )
    if outcome.saved:
        return done(url_for(".wordings"), outcome.saved)
    return render_template(
        "settings/wording.html",
        form=form,
        council=council,
        preview=outcome.preview,
        sections=[
            (
                title,
                [(_field(key), wording(key, None) if council else TEXTS[key].shipped) for key in keys],
            )
            for title, keys in SECTIONS.items()
        ],
    )


def _what_changes(council: Council | None, save: object) -> Preview:
    council_id = council.id if council else None
    old = {key: wording(key, council_id) for key in TEXTS}
    assert callable(save)
    save()
    new = {key: wording(key, council_id) for key in TEXTS}
    rows = [(TEXTS[key].when, old[key], new[key]) for key in TEXTS if old[key] != new[key]]
    if not rows:
        return Preview(["Nobody would be told anything different."])
    on_hold = {key.startswith("hold.") for key in TEXTS if old[key] != new[key]}
    says = [_who_waits(council_id)] if True in on_hold else []
    if False in on_hold:
        says.append(
            "Pages of requests that ended so would say it the new way at once. Mail that has been sent stays as it is."
        )
    return Preview(says, [Table("What is told", ["When", "Now", "Then"], rows)])


def _who_waits(council_id: int | None) -> str:
    waiting = select(func.count()).where(
        Ticket.OPEN, Ticket.status == Status.ON_HOLD, Ticket.confidential.is_(False)
    )
    if council_id is not None:
        waiting = waiting.where(Ticket.council_id == council_id)
    count = db.session.scalar(waiting) or 0
    return (
        f"{plural(count, 'open request')} {'is' if count == 1 else 'are'} on hold now, and the pages of those "
        "concerned would say it the new way at once. Mail that has been sent stays as it is."
    )
