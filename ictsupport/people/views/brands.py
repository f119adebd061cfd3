"""How each council's pages look, and in whose words: colours, logo, name of the service, phone, accessibility."""

from flask import Response, abort, render_template, url_for
from flask.typing import ResponseReturnValue
from wtforms import BooleanField, FileField, HiddenField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length, Optional

from ...database import db
from ...errors import Refusal
from ...pages.brand import Brand, contrast, ink_on
from ...pages.presses import done, keep_meanwhile, once
from ...pages.previewing import Preview, PreviewForm, Table, consider
from ...pages.settings_index import setting
from .. import councils as keeping
from .. import queries
from ..access import allow, me, public
from ..councils import BRAND as PARTS
from ..logos import keep_logo
from ..models import Council, Logo, Role
from . import bp
from .councils import administered

setting(
    "Brands",
    "Each council’s colours, logo and name of the service, its phone, and its accessibility statement.",
    "people.brands",
    when=lambda person: person.has_role(Role.ADMINISTRATOR),
    group="What people read",
    order=10,
)


class BrandForm(PreviewForm):
    colour = StringField("Main colour", [InputRequired("Enter a colour, like #143a52"), Length(max=7)])
    line = StringField("Second colour", [InputRequired("Enter a colour, like #2b7a9b"), Length(max=7)])
    logo = FileField("Logo", [Optional()])
    logo_key = HiddenField(validators=[Length(max=64)])
    no_logo = BooleanField("Show no logo")
    service = StringField("Name of the service", [Optional(), Length(max=60)])
    phone = StringField("Phone", [Optional(), Length(max=40)])
    hours = StringField("When the phone is answered", [Optional(), Length(max=120)])
    statement = TextAreaField("What the accessibility statement adds", [Optional(), Length(max=5000)])
    contact = StringField("About accessibility, turn to", [Optional(), Length(max=200)])


@bp.get("/settings/brands")
@allow(Role.ADMINISTRATOR)
def brands() -> ResponseReturnValue:
    found = [(council, Brand.kept(council.name, council.brand)) for council in queries.councils_for(me())]
    return render_template("people/brands.html", brands=found)


@bp.route("/settings/brands/<slug>", methods=["GET", "POST"])
@allow(Role.ADMINISTRATOR)
@once
def brand(slug: str) -> ResponseReturnValue:
    which = administered(slug)
    now = Brand.kept(which.name, which.brand)
    form = BrandForm(
        data={
            **{part: which.brand.get(part) or "" for part in PARTS if part != "logo"},
            "colour": now.colour,
            "line": now.line,
            "logo_key": which.brand.get("logo") or "",
        }
    )
    problem = _take_logo(form)

    def save() -> str:
        keeping.change_council(which, by=me(), brand=_wanted(form))
        return "The brand is saved."

    if problem:
        form.validate()
        form.logo.errors = [problem]
        outcome_preview = None
    else:
        outcome = consider(
            form,
            preview=lambda: _what_changes(which, form),
            save=save,
            row=which,
            facts=lambda: [sorted(which.brand.items())],
        )
        if outcome.saved:
            return done(url_for(".brands"), outcome.saved)
        outcome_preview = outcome.preview
    shown = Brand.kept(which.name, _wanted(form)) if outcome_preview else now
    if outcome_preview:
        keep_meanwhile()  # the picture, so that the preview can show it
    return render_template(
        "people/brand.html", form=form, council=which, preview=outcome_preview, shown=shown
    )


@bp.get("/brand/<key>")
@public
def logo(key: str) -> ResponseReturnValue:
    """A logo, for everybody. What it is was found out when it was kept; nothing in it can run."""
    found = db.session.get(Logo, key)
    if found is None:
        abort(404)
    answer = Response(found.content, mimetype=found.content_type)
    answer.headers["Cache-Control"] = "public, max-age=31536000, immutable"
    answer.headers["Content-Security-Policy"] = "default-src 'none'"
    return answer


def _take_logo(form: BrandForm) -> str:
    """Keep the picture that was sent and let the form remember it; returns what is wrong with it."""
    sent = form.logo.data
    content = sent.read(200_000) if sent and getattr(sent, "filename", "") else b""
    if content:
        try:
            form.logo_key.data = keep_logo(content)
        except Refusal as refusal:
            return str(refusal)
    key = form.logo_key.data or ""
    if form.no_logo.data or (key and db.session.get(Logo, key) is None):
        form.logo_key.data = ""
    return ""


def _wanted(form: BrandForm) -> dict[str, str]:
    words = {part: (form[part].data or "").strip() for part in PARTS if part != "logo"}
    words |= {"colour": words["colour"].lower(), "line": words["line"].lower()}
    return {part: text for part, text in {**words, "logo": form.logo_key.data or ""}.items() if text}


def _what_changes(which: Council, form: BrandForm) -> Preview:
    """What would be different, and how well it can be read; refused where saving would be."""
    old, new = dict(which.brand), _wanted(form)
    keeping.change_council(which, by=me(), brand=new)
    rows = [
        (words, _shown(part, old.get(part)), _shown(part, new.get(part)))
        for part, words in PARTS.items()
        if (old.get(part) or "") != (new.get(part) or "")
    ]
    letters, line = contrast(ink_on(new["colour"]), new["colour"]), contrast(new["line"], "#ffffff")
    says = [
        f"Letters on the main colour reach {letters:.1f} to 1, and the second colour reaches {line:.1f} to 1 on white.",
        f"Members and staff of {which.short_name} would see it on every page; the shared desk keeps the service’s own.",
    ]
    if not rows:
        return Preview(["Nothing is different."])
    return Preview(says, [Table("What is different", ["What", "Now", "Then"], rows)])


def _shown(part: str, value: str | None) -> str:
    if part == "logo":
        return "a picture" if value else "none"
    return value or "the service’s own"
