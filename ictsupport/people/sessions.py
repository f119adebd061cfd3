"""Sign-ins as the server remembers them: opened, recognised, ended."""

import hashlib
import secrets
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any, TypeVar

from flask import Request, current_app, g, request, session
from flask_login import AnonymousUserMixin, LoginManager, current_user
from sqlalchemy import bindparam, delete, or_, select, update
from sqlalchemy.orm import contains_eager, joinedload

from .. import clock, jobs, scheduler
from ..config import settings
from ..database import aside, db
from ..unchanged import TOKENS_IN_A_LINE, go_by
from .models import Person, Role, SignIn, SignInCode, Term


class Nobody(AnonymousUserMixin):
    """Whoever is not signed in: holds no seat and no role."""

    is_member = False

    def has_role(self, *_roles: Role) -> bool:
        return False


login_manager = LoginManager()
login_manager.anonymous_user = Nobody
login_manager.session_protection = None  # the sign-in lives in the database, not in the cookie
login_manager.login_message = None  # the sign-in page says what it is

V = TypeVar("V", bound=Callable[..., Any])
COOKIE_KEY = "sign_in"
PROGRAMS = {
    "Edg": "Edge",
    "Firefox": "Firefox",
    "FxiOS": "Firefox",
    "CriOS": "Chrome",
    "Chrome": "Chrome",
    "Safari": "Safari",
}
DEVICES = {
    "iPad": "an iPad",
    "iPhone": "an iPhone",
    "Android": "an Android device",
    "Windows": "Windows",
    "Macintosh": "a Mac or iPad",
    "Linux": "Linux",
}
SEEN_EVERY = timedelta(minutes=1)
NEW_VISIT_AFTER = timedelta(hours=1)


def hashed(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def open_sign_in(person: Person, *, keep: bool = False) -> str:
    """Remember that the person has signed in on this device; returns the token its cookie carries."""
    now, token = clock.now(), secrets.token_urlsafe(32)
    days = settings().keep_signed_in_days if keep else settings().session_days
    db.session.add(
        SignIn(
            person_id=person.id,
            token_hash=hashed(token),
            created_at=now,
            last_seen_at=now,
            expires_at=now + timedelta(days=days),
            kept=keep,
            address=(request.remote_addr or "")[:45] if request else "",
            device=request.user_agent.string[:200] if request else "",
        )
    )
    return token


def put_in_cookie(token: str, *, keep: bool = False) -> None:
    """Give the signed cookie a new content, so that nothing from before signing in survives it."""
    session.clear()
    session[COOKIE_KEY] = token
    session.permanent = keep


_RECOGNISE = (
    select(SignIn, TOKENS_IN_A_LINE)
    .join(SignIn.person)
    .where(
        SignIn.token_hash == bindparam("token"),
        SignIn.ended_at.is_(None),
        SignIn.expires_at > bindparam("now", type_=SignIn.expires_at.type),
    )
    .options(
        contains_eager(SignIn.person).options(
            joinedload(Person.grants),
            joinedload(Person.terms).joinedload(Term.council),
            joinedload(Person.employer),
        )
    )
)
"""Asked on every request, so it is put together only once."""


@login_manager.request_loader  # type: ignore[untyped-decorator]
def recognise(_request: Request) -> Person | None:
    """Who is asking: one statement brings the sign-in, the person, their roles and terms, and what is unchanged."""
    token = session.get(COOKIE_KEY)
    if not isinstance(token, str):
        return None
    now = clock.now()
    given = {"token": hashed(token), "now": now}
    row = db.session.execute(_RECOGNISE, given).unique().first()
    if row is None:
        return None
    found: SignIn = row[0]
    go_by(row[1])
    if not found.person.is_active:
        return None
    idle = now - found.last_seen_at
    if not found.kept and idle > timedelta(hours=settings().session_idle_hours):
        return None
    view, seen = current_app.view_functions.get(request.endpoint or ""), found.last_seen_at
    if idle > SEEN_EVERY and not getattr(view, "is_unattended", False):
        _note_seen(found.id, found.person)
        seen = now
    g.sign_in_ends_at = _ends_at(found, seen)
    return found.person


def _ends_at(sign_in: SignIn, seen: datetime) -> datetime:
    """When the sign-in ends if nobody uses it any more."""
    if sign_in.kept:
        return sign_in.expires_at
    return min(sign_in.expires_at, seen + timedelta(hours=settings().session_idle_hours))


def seconds_left() -> int:
    """For how long whoever asks stays signed in without doing anything; nothing for who is not."""
    return int((g.sign_in_ends_at - clock.now()).total_seconds()) if current_user.is_authenticated else 0


def unattended(view: V) -> V:
    """An address that pages ask by themselves: nobody is there for it, so it does not keep a sign-in alive."""
    view.is_unattended = True  # type: ignore[attr-defined]
    return view


def _note_seen(sign_in_id: int, person: Person) -> None:
    """Last seen now. After a while away, also when the visit before this one ended."""
    now, person_id, before = clock.now(), person.id, person.last_seen_at
    seen = {"last_seen_at": now}
    if before is not None and now - before > NEW_VISIT_AFTER:
        seen["left_off_at"] = before

    def write() -> None:
        db.session.execute(update(SignIn).where(SignIn.id == sign_in_id).values(last_seen_at=now))
        db.session.execute(update(Person).where(Person.id == person_id).values(**seen))

    aside(write)


def device_name(agent: str) -> str:
    """What somebody would call the device and program: Safari on an iPad."""
    return f"{_first(PROGRAMS, agent, 'A browser')} on {_first(DEVICES, agent, 'a device')}"


def _first(names: dict[str, str], agent: str, otherwise: str) -> str:
    return next((name for sign, name in names.items() if sign in agent), otherwise)


def present_sign_in() -> SignIn | None:
    """The sign-in this request came with."""
    token = session.get(COOKIE_KEY)
    return db.session.scalar(select(SignIn).where(SignIn.token_hash == hashed(token))) if token else None


def end(sign_in: SignIn) -> None:
    """Sign that device out."""
    sign_in.ended_at = clock.now()


def end_others(person: Person, *, keep: str = "") -> int:
    """Sign the person out everywhere but on the device whose token's hash is `keep`; says from how many."""
    ended = db.session.execute(
        update(SignIn)
        .where(SignIn.person_id == person.id, SignIn.ended_at.is_(None), SignIn.token_hash != keep)
        .values(ended_at=clock.now())
    )
    return int(ended.rowcount)  # type: ignore[attr-defined]


def live_sign_ins(person: Person) -> Sequence[SignIn]:
    """Where the person is signed in, the last used first."""
    now = clock.now()
    unused_since = now - timedelta(hours=settings().session_idle_hours)
    return db.session.scalars(
        select(SignIn)
        .where(
            SignIn.person_id == person.id,
            SignIn.ended_at.is_(None),
            SignIn.expires_at > now,
            or_(SignIn.kept, SignIn.last_seen_at >= unused_since),
        )
        .order_by(SignIn.last_seen_at.desc(), SignIn.id.desc())
    ).all()


@jobs.handles("people.forget_sign_ins")
def _forget(_payload: dict[str, Any]) -> None:
    """Forget sign-ins a year after they ended, and codes a day after they were of use."""
    db.session.execute(delete(SignIn).where(SignIn.expires_at < clock.now() - timedelta(days=365)))
    db.session.execute(delete(SignInCode).where(SignInCode.expires_at < clock.now() - timedelta(days=1)))


scheduler.every("people.forget_sign_ins", hours=24)
