"""One's own account: who I am here, where I am signed in, who acts for me."""

from flask import abort, render_template, session, url_for
from flask.typing import ResponseReturnValue

from ...database import db
from ...errors import Refusal
from ...journal import announce
from ...pages import navigation
from ...pages.presses import done, once
from .. import delegating, passwords, signing_in
from ..access import may_delegate_for, me
from ..events import SignedOut
from ..forms import SCOPES, DelegationForm, NewPasswordForm, said
from ..joining import today
from ..models import DelegateScope, Delegation, Person, SignIn, Way
from ..queries import who
from ..sessions import COOKIE_KEY, device_name, end, hashed, live_sign_ins, present_sign_in
from . import bp
from .signing_in import origin

navigation.item("Your account", "people.account", area="account", order=80)
navigation.item("Sign out", "people.sign_out", area="account", order=90, posts=True)
navigation.item("Sign in", "people.sign_in", when=navigation.signed_out, area="account", order=90)


@bp.route("/account")
def account() -> ResponseReturnValue:
    person = me()
    present = present_sign_in()
    return render_template(
        "people/account.html",
        person=person,
        who=who(person),
        sign_ins=live_sign_ins(person),
        device_name=device_name,
        present_id=present.id if present else None,
        delegations=delegating.delegations_of(person),
        held=delegating.delegations_held_by(person),
    )


@bp.route("/account/sign-ins/<int:sign_in_id>/end", methods=["POST"])
def end_sign_in(sign_in_id: int) -> ResponseReturnValue:
    """Sign out another device."""
    person = me()
    sign_in = db.session.get(SignIn, sign_in_id)
    if sign_in is None or sign_in.person_id != person.id:
        abort(404)
    if sign_in.ended_at is None:
        end(sign_in)
        announce(SignedOut(about=person, by=person))
    return done(url_for(".account"), "That device is signed out.")


@bp.route("/account/password", methods=["GET", "POST"])
@once
def password() -> ResponseReturnValue:
    person, form = me(), NewPasswordForm()
    has_one = person.way is Way.PASSWORD and person.password_hash is not None
    if form.validate_on_submit():
        try:
            if has_one:
                signing_in.count_password(person.email or "", origin())
                if not passwords.fits(person.password_hash, said(form.present)):
                    raise passwords.WrongPassword
            passwords.set_password(
                person, said(form.password), by=person, keep=hashed(str(session.get(COOKIE_KEY)))
            )
        except passwords.WrongPassword as refusal:
            db.session.commit()  # the try counts
            form.present.errors = [str(refusal)]
        except Refusal as refusal:
            form.password.errors = [str(refusal)]
        else:
            return done(url_for(".account"), "Your password is set. Other devices are signed out.")
    return render_template("people/password.html", form=form, has_one=has_one, person=person)


@bp.route("/account/password/end", methods=["POST"])
def end_password() -> ResponseReturnValue:
    """Sign in by mail from now on."""
    person = me()
    if person.way is Way.PASSWORD:
        passwords.give_up_password(person, by=person)
    return done(url_for(".account"), "From now on we send you a link when you sign in.")


@bp.route("/people/<int:person_id>/delegates", methods=["GET", "POST"])
@once
def delegates(person_id: int) -> ResponseReturnValue:
    """Let somebody act for a member."""
    person = me()
    member = db.session.get(Person, person_id)
    if member is None or not may_delegate_for(person, member) or not member.is_member:
        abort(404)
    form = DelegationForm()
    own = member.id == person.id
    if not own:
        form.scopes.choices = {
            value: words for value, words in SCOPES.items() if value != DelegateScope.CONFIDENTIAL.value
        }
    if form.validate_on_submit():
        try:
            delegating.grant_delegation(
                member,
                delegating.by_address(said(form.address), member),
                [DelegateScope(value) for value in form.scopes.data or ()],
                by=person,
                starts_on=today(),
                ends_on=form.ends_on.data,
            )
        except Refusal as refusal:
            db.session.rollback()
            form.form_errors.append(str(refusal))
        else:
            return done(
                _after(member, person), "They can act for you now." if own else "They can act for them now."
            )
    return render_template("people/delegates.html", form=form, member=member, own=own)


@bp.route("/delegations/<int:delegation_id>/end", methods=["POST"])
def end_delegation(delegation_id: int) -> ResponseReturnValue:
    person = me()
    delegation = db.session.get(Delegation, delegation_id)
    if delegation is None or not may_delegate_for(person, delegation.member):
        abort(404)
    delegating.end_delegation(delegation, by=person)
    return done(_after(delegation.member, person), "That is ended: they see and do nothing more.")


def _after(member: Person, person: Person) -> str:
    return url_for(".account") if member.id == person.id else url_for(".person", person_id=member.id)
