"""Signing in: the address first, then the one way set for that person.

Whoever asks must not learn whether an address is known: an unknown one is
offered a way all the same, always the same one, and everything takes as long.
Too many tries slow a password down, never the mail: each link that was sent
works for its fifteen minutes wherever it is opened, so nobody can be locked
out by somebody else's tries.
"""

import hashlib
import hmac
import secrets
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

from flask import current_app
from sqlalchemy import func, select
from werkzeug.exceptions import HTTPException
from werkzeug.routing import RequestRedirect

from .. import clock, jobs
from ..database import db, lock
from ..errors import Refusal
from ..journal import announce
from ..mail import send
from .events import CallMeAsked, SignedIn
from .limits import Limit, network_of
from .models import Person, SignInCode, Way
from .sessions import hashed

USABLE = timedelta(minutes=15)
TRIES = 5

PASSWORDS_OF_ACCOUNT = Limit("password of account", 10, timedelta(minutes=15))
PASSWORDS_FROM_ADDRESS = Limit("password from address", 40, timedelta(minutes=15))
PASSWORDS_FROM_NETWORK = Limit("password from network", 200, timedelta(minutes=15))
MAILS_OF_ACCOUNT = Limit("mail of account", 5, timedelta(minutes=15))
MAILS_FROM_ADDRESS = Limit("mail from address", 20, timedelta(minutes=15))
MAILS_FROM_NETWORK = Limit("mail from network", 300, timedelta(minutes=15))
CODES_OF_ACCOUNT = Limit("code of account", 30, timedelta(hours=24))
CALLS_FROM_ADDRESS = Limit("call from address", 3, timedelta(hours=1))
CALLS_FROM_NETWORK = Limit("call from network", 20, timedelta(hours=1))
CALLS_IN_ALL = Limit("call in all", 60, timedelta(hours=1))

LONGEST_DELAY = timedelta(minutes=2)


class WrongPassword(Refusal):
    reason = (
        "That address and password do not belong together. Try again, or have a sign-in link sent by e-mail."
    )


class TooManyPasswords(Refusal):
    reason = "There were too many tries. Wait 15 minutes, or have a sign-in link sent by e-mail now."


class TooManyMails(Refusal):
    reason = "Too many e-mails were asked for from your network. Wait 15 minutes, or ring the helpdesk."


class WrongCode(Refusal):
    reason = "That is not the code we sent, or its time is over. Open the link in the e-mail, or ask for a new one."


class LinkUsedUp(Refusal):
    reason = "This link has been used, or is more than 15 minutes old. Ask for a new one."


class TooManyCalls(Refusal):
    reason = "Too many calls were asked for. Ring the helpdesk instead."


def known(address: str) -> Person | None:
    """The person with the address, if they may still come in."""
    person = db.session.scalar(select(Person).where(func.lower(Person.email) == address.lower()))
    return person if person is not None and person.is_active else None


def way_of(address: str) -> Way:
    """The one way in for the address. One that nobody has is given a way too, always the same."""
    person = known(address)
    if person is None:
        return Way.PASSWORD if _keyed("way", address.lower())[0] in "01234567" else Way.MAIL
    return Way.PASSWORD if person.way is Way.PASSWORD and person.password_hash else Way.MAIL


def count_password(address: str, origin: str) -> None:
    """Count one try of a password, and refuse it when there were too many. Commit this whatever it says."""
    counted = (
        PASSWORDS_OF_ACCOUNT.excess(address.lower()),
        PASSWORDS_FROM_ADDRESS.excess(origin),
        PASSWORDS_FROM_NETWORK.excess(network_of(origin)),
    )
    if any(counted):
        raise TooManyPasswords


def password_hash_of(address: str) -> str | None:
    person = known(address)
    return person.password_hash if person is not None and person.way is Way.PASSWORD else None


def ask_for_mail(address: str, *, device: str, origin: str, leads_to: str = "") -> None:
    """Have a link and a code sent to the address, if somebody has it; all looks the same if not.

    More mails than a person wants are not sent: those already there serve. From
    an address or network that asks for many they go out a little later each time.
    """
    if MAILS_FROM_NETWORK.excess(network_of(origin)):
        raise TooManyMails
    late = MAILS_FROM_ADDRESS.excess(origin)
    if MAILS_OF_ACCOUNT.excess(address.lower()):
        return
    now, person = clock.now(), known(address)
    wish = SignInCode(
        person_id=person.id if person else None,
        device_hash=hashed(device),
        created_at=now,
        expires_at=now + USABLE,
        leads_to=leads_to[:500],
    )
    db.session.add(wish)
    db.session.flush()
    delay = min(timedelta(seconds=5 * late), LONGEST_DELAY)
    jobs.enqueue("people.mail_sign_in", {"wish": wish.id}, at=now + delay)


@jobs.handles("people.mail_sign_in")
def mail_link(payload: dict[str, Any]) -> None:
    """Make the link and the code and mail them. Done by a worker, so that asking takes as long for any address."""
    wish = db.session.get(SignInCode, payload["wish"])
    if wish is None or wish.person is None or wish.expires_at <= clock.now():
        return
    link, code = secrets.token_urlsafe(32), f"{secrets.randbelow(1_000_000):06}"
    wish.link_hash, wish.code_hash = hashed(link), _keyed("code", f"{wish.id}:{code}")
    send(to=wish.person, template="people/sign_in", secret=True, token=link, code=code)


def use_code(typed: str, *, device: str) -> tuple[Person, str]:
    """Who the six digits sign in, and where they wanted to go. A wrong try is counted: commit it."""
    digits = "".join(character for character in typed if character.isdigit())
    newest = (
        select(SignInCode)
        .where(SignInCode.device_hash == hashed(device))
        .order_by(SignInCode.id.desc())
        .limit(1)
    )
    wish = db.session.scalars(newest).first()
    if wish is None or CODES_OF_ACCOUNT.excess(str(wish.person_id or f"nobody {wish.id}")):
        raise WrongCode
    lock(wish)
    if not _is_usable(wish) or wish.tries >= TRIES:
        raise WrongCode
    wish.tries += 1
    if wish.code_hash is None or not hmac.compare_digest(
        wish.code_hash, _keyed("code", f"{wish.id}:{digits}")
    ):
        raise WrongCode
    return _used(wish)


def link_of(token: str) -> SignInCode:
    """What the link in a mail stands for, as long as it can be used. Looking at it uses nothing up."""
    wish = db.session.scalar(select(SignInCode).where(SignInCode.link_hash == hashed(token)))
    if wish is None or not _is_usable(wish) or wish.person is None or not wish.person.is_active:
        raise LinkUsedUp
    return wish


def use_link(token: str) -> tuple[Person, str]:
    """Who the link signs in, on whatever device it was opened, and where they wanted to go."""
    wish = link_of(token)
    lock(wish)
    if not _is_usable(wish):
        raise LinkUsedUp
    return _used(wish)


def let_in(person: Person, way: str, origin: str) -> None:
    """Write down that somebody came in."""
    announce(SignedIn(about=person, by=person, way=way, address=origin))


def ask_for_call(name: str, number: str, meeting: str, *, origin: str) -> None:
    """Pass on that somebody who cannot sign in wants to be called. Refused when too many ask; commit either way."""
    counted = (
        CALLS_FROM_ADDRESS.excess(origin),
        CALLS_FROM_NETWORK.excess(network_of(origin)),
        CALLS_IN_ALL.excess("all"),
    )
    if any(counted):
        raise TooManyCalls
    announce(CallMeAsked(name=name, number=number, meeting=meeting))


def local_page(target: str) -> str:
    """Where to go after signing in: a page of ours that can be opened, or else the first page."""
    parts = urlsplit(target) if target.isprintable() else urlsplit("")
    if parts.scheme or parts.netloc or not target.startswith("/") or target[1:2] in ("/", "\\"):
        return "/"
    try:
        endpoint, _ = current_app.url_map.bind("localhost").match(parts.path, method="GET")
    except (HTTPException, RequestRedirect):
        return "/"
    return "/" if endpoint.startswith("people.sign_") else target[:500]


def _is_usable(wish: SignInCode) -> bool:
    return wish.used_at is None and wish.expires_at > clock.now()


def _used(wish: SignInCode) -> tuple[Person, str]:
    person = wish.person
    if person is None or not person.is_active:
        raise WrongCode
    wish.used_at = clock.now()
    return person, wish.leads_to


def _keyed(purpose: str, text: str) -> str:
    """A digest that only this service can make."""
    key = f"{purpose}:{current_app.config['SECRET_KEY']}".encode()
    return hmac.new(key, text.encode(), hashlib.sha256).hexdigest()
