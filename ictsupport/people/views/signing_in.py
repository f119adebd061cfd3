"""Coming in and going out."""

import secrets

from flask import abort, jsonify, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from ...database import db
from ...errors import Refusal
from ...journal import announce
from ...pages.presses import done, once
from .. import demonstrating, passwords, signing_in
from ..access import public
from ..events import SignedOut
from ..forms import AddressForm, CallMeForm, CodeForm, KeepForm, PasswordForm, said
from ..models import Person, Way
from ..sessions import end, open_sign_in, present_sign_in, put_in_cookie, seconds_left, unattended
from . import bp

ADDRESS, DEVICE, LEADS_TO = "sign_in_address", "sign_in_device", "sign_in_leads_to"


def origin() -> str:
    return request.remote_addr or ""


def come_in(person: Person, way: str, *, keep: bool = False, leads_to: str = "") -> ResponseReturnValue:
    """Sign the person in on this device and lead them on."""
    token = open_sign_in(person, keep=keep)
    signing_in.let_in(person, way, origin())
    db.session.commit()
    put_in_cookie(token, keep=keep)
    return redirect(signing_in.local_page(leads_to), code=303)


@bp.route("/sign-in", methods=["GET", "POST"])
@public
def sign_in() -> ResponseReturnValue:
    if request.method == "GET" and current_user.is_authenticated:
        return redirect(signing_in.local_page(request.args.get("next", "")))
    form = AddressForm()
    if form.validate_on_submit():
        address = said(form.address)
        session[ADDRESS] = address
        session[LEADS_TO] = request.args.get("next", "")[:500]
        if signing_in.way_of(address) is Way.PASSWORD:
            return redirect(url_for(".sign_in_password"), code=303)
        try:
            send_mail(address)
        except Refusal as refusal:
            form.form_errors.append(str(refusal))
        else:
            return redirect(url_for(".sign_in_code"), code=303)
    return render_template("people/sign_in.html", form=form, demonstration=demonstrating.is_open(request))


def send_mail(address: str) -> None:
    device = session.setdefault(DEVICE, secrets.token_urlsafe(24))
    try:
        signing_in.ask_for_mail(
            address, device=device, origin=origin(), leads_to=signing_in.local_page(session.get(LEADS_TO, ""))
        )
    finally:
        db.session.commit()


@bp.route("/sign-in/password", methods=["GET", "POST"])
@public
def sign_in_password() -> ResponseReturnValue:
    address = session.get(ADDRESS)
    if not address:
        return redirect(url_for(".sign_in"))
    form = PasswordForm()
    if form.validate_on_submit():
        try:
            signing_in.count_password(address, origin())
            stored = signing_in.password_hash_of(address)
            db.session.commit()  # checking takes a while: nobody must wait for it
            if not passwords.fits(stored, said(form.password)):
                raise signing_in.WrongPassword
            person = signing_in.known(address)
            if person is None or person.password_hash != stored:
                raise signing_in.WrongPassword
            return come_in(person, "password", keep=form.keep.data, leads_to=session.get(LEADS_TO, ""))
        except Refusal as refusal:
            db.session.commit()
            form.password.errors = [str(refusal)]
    return render_template("people/sign_in_password.html", form=form, address=address)


@bp.route("/sign-in/mail", methods=["POST"])
@public
def sign_in_mail() -> ResponseReturnValue:
    """Have a mail sent, whatever the way set for the person: the way out of a forgotten password."""
    address = session.get(ADDRESS)
    if not address:
        return redirect(url_for(".sign_in"), code=303)
    try:
        send_mail(address)
    except Refusal as refusal:
        return render_template(
            "people/sign_in_code.html", form=CodeForm(), address=address, trouble=str(refusal)
        )
    return redirect(url_for(".sign_in_code"), code=303)


@bp.route("/sign-in/code", methods=["GET", "POST"])
@public
def sign_in_code() -> ResponseReturnValue:
    address, device = session.get(ADDRESS), session.get(DEVICE)
    if not address or not device:
        return redirect(url_for(".sign_in"))
    form = CodeForm()
    if form.validate_on_submit():
        try:
            person, leads_to = signing_in.use_code(said(form.code), device=device)
        except Refusal as refusal:
            db.session.commit()
            form.code.errors = [str(refusal)]
        else:
            return come_in(person, "code", keep=form.keep.data, leads_to=leads_to)
    return render_template("people/sign_in_code.html", form=form, address=address)


@bp.route("/sign-in/link/<token>", methods=["GET", "POST"])
@public
def sign_in_link(token: str) -> ResponseReturnValue:
    """The link of a mail. Opening it changes nothing (mail programs do); the button on it signs in."""
    form = KeepForm()
    try:
        if not form.validate_on_submit():
            return render_template(
                "people/sign_in_link.html", form=form, person=signing_in.link_of(token).person
            )
        person, leads_to = signing_in.use_link(token)
    except Refusal as refusal:
        return render_template("people/sign_in_link.html", form=form, person=None, trouble=str(refusal))
    return come_in(person, "link", keep=form.keep.data, leads_to=leads_to)


@bp.route("/sign-in/help", methods=["GET", "POST"])
@public
@once
def sign_in_help() -> ResponseReturnValue:
    """I can't get in: for somebody without any way in, who asks to be called."""
    form = CallMeForm()
    if form.validate_on_submit():
        try:
            signing_in.ask_for_call(said(form.name), said(form.number), said(form.meeting), origin=origin())
        except signing_in.TooManyCalls as refusal:
            db.session.commit()  # the try counts
            form.form_errors.append(str(refusal))
        except Refusal as refusal:
            db.session.rollback()
            form.form_errors.append(str(refusal))
        else:
            return done(url_for(".sign_in_help_sent"))
    return render_template("people/sign_in_help.html", form=form)


@bp.route("/sign-in/help/sent")
@public
def sign_in_help_sent() -> ResponseReturnValue:
    return render_template("people/sign_in_help_sent.html")


@bp.route("/sign-out", methods=["POST"])
@public
def sign_out() -> ResponseReturnValue:
    present = present_sign_in()
    if present is not None and present.ended_at is None:
        end(present)
        announce(SignedOut(about=present.person, by=present.person))
        db.session.commit()
    session.clear()
    return redirect(url_for(".sign_in"), code=303)


@bp.route("/demo/people")
@public
def demonstration() -> ResponseReturnValue:
    """Who one can be in the demonstration."""
    if not demonstrating.is_open(request):
        abort(404)
    return render_template("people/demonstration.html", groups=demonstrating.cast())


@bp.route("/demo/people/<int:person_id>/sign-in", methods=["POST"])
@public
def demonstration_sign_in(person_id: int) -> ResponseReturnValue:
    person = db.session.get(Person, person_id) if demonstrating.is_open(request) else None
    if person is None or not person.is_active:
        abort(404)
    return come_in(person, "demonstration")


@bp.get("/sign-in/left")
@public
@unattended
def sign_in_left() -> ResponseReturnValue:
    """In how many seconds this sign-in ends, asked by a page that is open: that alone does not renew it."""
    return jsonify(seconds=seconds_left())


@bp.get("/still-here")
@public
def still_here() -> ResponseReturnValue:
    """Somebody is still using a page: being asked is enough to renew their sign-in. In how many seconds it ends now."""
    return jsonify(seconds=seconds_left())
