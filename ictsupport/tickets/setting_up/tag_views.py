"""The pages of tags."""

from flask import abort, render_template, request, url_for
from flask.typing import ResponseReturnValue
from wtforms import SelectField, StringField
from wtforms.validators import InputRequired, Length

from ...database import db
from ...errors import Refusal
from ...pages.asking import Asked
from ...pages.filters import plural
from ...pages.paging import keyset
from ...pages.presses import done, once
from ...pages.previewing import Preview, PreviewForm, consider
from ...pages.settings_index import setting
from ...people.access import allow, me
from ...people.models import Role
from ..desk.models import Tag
from ..tagging import LONGEST
from . import tags as keeping
from .access import turnstile
from .blueprint import bp

setting(
    "Tags",
    "The words on tickets that belong together: renamed, merged, removed.",
    "setting_up.tags",
    when=lambda person: bool(person.has_role(Role.MANAGER)),
    order=70,
)

STAYS = "Saved views, macros and addresses that name “{old}” go on working: they find “{new}”."


class RenameForm(PreviewForm):
    name = StringField("New name", [InputRequired("Say what it is to be called"), Length(max=LONGEST)])


class MergeForm(PreviewForm):
    other = SelectField("Merge into", [InputRequired("Choose a tag")], coerce=str)


@bp.get("/tags")
@allow(Role.MANAGER)
def tags() -> ResponseReturnValue:
    """The tags one may know of, by name, with how many tickets have each."""
    asked = Asked(request.args, "setting_up.tags", ())
    page = keyset(
        keeping.tags_with_counts(me()), [Tag.name], after=asked.one("after"), before=asked.one("before")
    )
    return render_template(
        "settings/tags.html",
        page=page,
        asked=asked,
        before=keeping.names_before([row.id for row in page]),
        may_change=keeping.may_keep_tags(me()),
    )


@bp.route("/tags/<int:tag_id>", methods=["GET", "POST"])
@allow(Role.MANAGER)
@once
def tag(tag_id: int) -> ResponseReturnValue:
    """Call a tag otherwise; from here it is merged, or removed where it is on no ticket."""
    which, form = _tag(tag_id), RenameForm()
    if not form.is_submitted():
        form.name.data = which.name
    count, was = keeping.count_of(which, me()), which.name

    def save() -> str:
        keeping.rename_tag(which, form.name.data or "", by=me())
        return f"“{was}” has its new name."

    def preview() -> Preview:
        save()
        new = (form.name.data or "").strip().lower()
        tickets = f"{plural(count, 'ticket')} that you may open"
        return Preview([f"It would stand so on {tickets}.", STAYS.format(old=was, new=new)])

    outcome = consider(
        form, preview=preview, save=save, row=turnstile(), facts=lambda: [which.name, which.became_id]
    )
    if outcome.saved:
        return done(url_for(".tags"), outcome.saved)
    return render_template(
        "settings/tag.html", form=form, tag=_tag(tag_id), count=count, preview=outcome.preview
    )


@bp.route("/tags/<int:tag_id>/merging", methods=["GET", "POST"])
@allow(Role.MANAGER)
@once
def tag_merging(tag_id: int) -> ResponseReturnValue:
    """Have its tickets carry another tag instead."""
    which, form = _tag(tag_id), MergeForm()
    others = db.session.scalars(
        keeping.tags_to_keep(me()).where(Tag.id != which.id).order_by(Tag.name).limit(keeping.OFFERED)
    ).all()
    form.other.choices = {"": "Choose"} | {str(each.id): each.name for each in others}
    name = which.name

    def chosen() -> Tag:
        return next(each for each in others if str(each.id) == form.other.data)

    def save() -> str:
        into = chosen().name
        keeping.merge_tags(which, chosen(), by=me())
        return f"“{name}” is merged into “{into}”."

    def preview() -> Preview:
        into, count = chosen(), keeping.count_of(which, me())
        moved, new = keeping.count_of(which, me(), without=into), into.name
        says = ["It is on no ticket.", STAYS.format(old=name, new=new)]
        if count:
            says[0] = (
                f"Of {plural(count, 'ticket')} with “{name}” that you may open, {moved} would get “{new}” instead"
                f" and {count - moved} {'has' if count - moved == 1 else 'have'} it already."
            )
        save()
        return Preview(
            says, warnings=["This cannot be undone: afterwards nobody can tell which ticket had which."]
        )

    outcome = consider(
        form, preview=preview, save=save, row=turnstile(), facts=lambda: [which.name, which.became_id]
    )
    if outcome.saved:
        return done(url_for(".tags"), outcome.saved)
    return render_template("settings/tag_merging.html", form=form, tag=_tag(tag_id), preview=outcome.preview)


@bp.post("/tags/<int:tag_id>/removal")
@allow(Role.MANAGER)
@once
def tag_removal(tag_id: int) -> ResponseReturnValue:
    """Remove a tag that is on no ticket."""
    which = _tag(tag_id)
    name = which.name
    try:
        keeping.remove_tag(which, by=me())
    except Refusal as refusal:
        db.session.rollback()
        return done(url_for(".tags"), str(refusal))
    return done(url_for(".tags"), f"“{name}” is removed.")


def _tag(tag_id: int) -> Tag:
    if not keeping.may_keep_tags(me()):
        abort(404)
    found: Tag = db.one_or_404(keeping.tags_to_keep(me()).where(Tag.id == tag_id))
    return found
