"""Passwords: kept as argon2id digests, long rather than contrived, none that anybody would guess first."""

import functools
import re
from pathlib import Path

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from .. import clock
from ..config import settings
from ..errors import Refusal
from ..journal import announce
from .events import PasswordChanged
from .models import Person, Way
from .sessions import end_others

SHORTEST = 12
LONGEST = 200
OWN_CHARACTERS = 5
"""So much of a password must be left when common words, sequences and repeats are taken out."""

LEET = str.maketrans("013457@$!", "oieastasi")
LETTERS = ("abcdefghijklmnopqrstuvwxyz", "zyxwvutsrqponmlkjihgfedcba", "qwertyuiop", "asdfghjkl", "zxcvbnm")
RUNS = (*LETTERS, "01234567890", "09876543210")


class PasswordTooShort(Refusal):
    reason = f"Use at least {SHORTEST} characters. Three words in a row are easy to remember."


class PasswordTooLong(Refusal):
    reason = f"Use no more than {LONGEST} characters."


class PasswordTooCommon(Refusal):
    reason = (
        "That is easy to guess: it is mostly common words, your name, or the council's. "
        "Three words that have nothing to do with each other are better."
    )


class WrongPassword(Refusal):
    reason = "That is not your present password. Type it again."


@functools.lru_cache
def hasher(memory_kib: int) -> PasswordHasher:
    """OWASP's profile of argon2id: 19 MiB, two passes, one lane."""
    return PasswordHasher(time_cost=2, memory_cost=memory_kib, parallelism=1)


@functools.lru_cache
def decoy(memory_kib: int) -> str:
    """The digest of a password nobody has: checked where there is none, so that it takes as long."""
    return hasher(memory_kib).hash("nobody's")


def digest(password: str) -> str:
    return hasher(settings().password_memory_kib).hash(password)


def fits(stored: str | None, typed: str) -> bool:
    """Whether it is the password. As slow when there is none. Ask outside any transaction: it takes its time."""
    memory = settings().password_memory_kib
    try:
        return hasher(memory).verify(stored or decoy(memory), typed[: LONGEST + 1]) and stored is not None
    except (VerificationError, InvalidHashError):
        return False


def set_password(person: Person, password: str, *, by: Person | None, keep: str = "") -> None:
    """Let the person sign in with this password, and end their sign-ins on all devices but the one in hand."""
    check(password, person)
    person.password_hash, person.way = digest(password), Way.PASSWORD
    end_others(person, keep=keep)
    announce(PasswordChanged(about=person, way=Way.PASSWORD, by=by))


def give_up_password(person: Person, *, by: Person | None) -> None:
    """Let the person sign in by mail from now on."""
    person.password_hash, person.way = None, Way.MAIL
    announce(PasswordChanged(about=person, way=Way.MAIL, by=by))


def check(password: str, person: Person) -> None:
    """Refuse a password that is too short, or that somebody would guess who knows the person a little."""
    if len(password) < SHORTEST:
        raise PasswordTooShort
    if len(password) > LONGEST:
        raise PasswordTooLong
    if len(own_part(password, context_of(person))) < OWN_CHARACTERS:
        raise PasswordTooCommon


def own_part(password: str, context: set[str]) -> str:
    """What is left of a password without common words, years, sequences and repeats."""
    left = password.casefold()
    spelt = left.translate(LEET)
    for word in sorted(common_words() | context, key=len, reverse=True):
        while (at := spelt.find(word)) >= 0:
            spelt = spelt[:at] + spelt[at + len(word) :]
            left = left[:at] + left[at + len(word) :]
    left = re.sub(r"(19|20)\d\d", "", left)
    for run in RUNS:
        for size in range(len(run), 2, -1):
            for start in range(len(run) - size + 1):
                left = left.replace(run[start : start + size], "")
    left = re.sub(r"(.+?)\1{2,}", r"\1", left)
    return re.sub(r"[\W\d_]+$|^[\W\d_]+|\s", "", left)


def context_of(person: Person) -> set[str]:
    """Words that whoever knows the person would try: names, the council's, the service's, the year."""
    councils = [council for council in (person.employer, *person.serves) if council]
    councils += [term.council for term in person.terms]
    texts = [
        person.name,
        person.email or "",
        person.job_title,
        settings().service_name,
        str(clock.now().year),
    ]
    texts += [f"{council.name} {council.short_name}" for council in councils]
    return {word.translate(LEET) for text in texts for word in re.findall(r"\w{3,}", text.casefold())}


@functools.lru_cache
def common_words() -> frozenset[str]:
    text = Path(__file__).with_name("common_words.txt").read_text()
    return frozenset(word.translate(LEET) for word in text.split())
