"""Councils and their buildings, for administrators."""

from flask import abort, render_template, request, url_for
from flask.typing import ResponseReturnValue

from ...database import db
from ...errors import Refusal
from ...pages import navigation
from ...pages.presses import done, once
from ...pages.previewing import Stale, stamp_of
from ...pages.settings_index import setting
from .. import councils as keeping
from .. import queries
from ..access import allow, may_grant, me
from ..forms import CouncilForm, SiteForm, said
from ..models import Council, Role, Site
from . import bp

navigation.item(
    "Councils", "people.councils", when=lambda person: person.has_role(Role.ADMINISTRATOR), order=75
)
setting(
    "Councils and buildings",
    "Who is served, their e-mail domains and colours, and the buildings and rooms of each.",
    "people.councils",
    when=lambda person: person.has_role(Role.ADMINISTRATOR),
    group="What people read",
    order=80,
)


def administered(slug: str) -> Council:
    council: Council = db.first_or_404(db.select(Council).filter_by(slug=slug))
    if not may_grant(me(), council.id):
        abort(404)
    return council


@bp.route("/councils")
@allow(Role.ADMINISTRATOR)
def councils() -> ResponseReturnValue:
    return render_template(
        "people/councils.html", councils=queries.councils_for(me()), may_add=may_grant(me(), None)
    )


@bp.route("/councils/new", methods=["GET", "POST"])
@allow(Role.ADMINISTRATOR)
@once
def new_council() -> ResponseReturnValue:
    if not may_grant(me(), None):
        abort(403)
    form = CouncilForm()
    if form.validate_on_submit():
        try:
            council = keeping.add_council(
                said(form.name),
                said(form.short_name),
                by=me(),
                email_domains=_domains(form),
                brand=_brand(form),
            )
        except Refusal as refusal:
            db.session.rollback()
            form.form_errors.append(str(refusal))
        else:
            return done(url_for(".councils"), f"{council.name} is added.")
    return render_template("people/council.html", form=form, council=None)


@bp.route("/councils/<slug>", methods=["GET", "POST"])
@allow(Role.ADMINISTRATOR)
@once
def council(slug: str) -> ResponseReturnValue:
    which = administered(slug)
    stamp = stamp_of(which.name, which.short_name, which.email_domains, which.brand)
    form = CouncilForm(
        data={
            "stamp": stamp,
            "name": which.name,
            "short_name": which.short_name,
            "domains": "\n".join(which.email_domains),
            **{part: which.brand[part] for part in ("colour", "line") if part in which.brand},
        }
    )
    if form.validate_on_submit():
        try:
            if form.stamp.data != stamp:
                raise Stale
            keeping.change_council(
                which,
                by=me(),
                name=said(form.name),
                short_name=said(form.short_name),
                email_domains=_domains(form),
                brand={**which.brand, **_brand(form)},
            )
        except Refusal as refusal:
            db.session.rollback()
            form.form_errors.append(str(refusal))
            form.stamp.data = stamp
        else:
            return done(url_for(".councils"), "Saved.")
    return render_template("people/council.html", form=form, council=which)


@bp.route("/councils/<slug>/sites/new", methods=["GET", "POST"])
@allow(Role.ADMINISTRATOR)
@once
def new_site(slug: str) -> ResponseReturnValue:
    return _site(administered(slug), None)


@bp.route("/councils/<slug>/sites/<int:site_id>", methods=["GET", "POST"])
@allow(Role.ADMINISTRATOR)
@once
def site(slug: str, site_id: int) -> ResponseReturnValue:
    which = administered(slug)
    building = db.session.get(Site, site_id)
    if building is None or building.council_id != which.id:
        abort(404)
    return _site(which, building)


def _site(which: Council, building: Site | None) -> ResponseReturnValue:
    stamp = stamp_of(building.name, building.address, building.rooms) if building else ""
    form = SiteForm(
        data={
            "stamp": stamp,
            "name": building.name,
            "address": building.address,
            "rooms": "\n".join(building.rooms),
        }
        if building
        else None
    )
    if request.method == "POST" and form.validate():
        try:
            if building and form.stamp.data != stamp:
                raise Stale
            keeping.keep_site(
                building,
                which,
                by=me(),
                name=said(form.name),
                address=said(form.address),
                rooms=_lines(form.rooms.data),
            )
        except Refusal as refusal:
            db.session.rollback()
            form.form_errors.append(str(refusal))
            form.stamp.data = stamp
        else:
            return done(url_for(".councils"), "Saved.")
    return render_template("people/site.html", form=form, council=which, site=building)


def _domains(form: CouncilForm) -> list[str]:
    return [line.lower().lstrip("@") for line in _lines(form.domains.data)]


def _brand(form: CouncilForm) -> dict[str, str]:
    return {"colour": said(form.colour).lower(), "line": said(form.line).lower()}


def _lines(text: str | None) -> list[str]:
    return list(dict.fromkeys(line.strip() for line in (text or "").splitlines() if line.strip()))
