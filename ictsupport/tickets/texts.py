"""What people write on tickets: clean, not empty where there must be something, not endless."""

import re

from ..errors import Refusal

LONGEST = 20_000
CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f\u2028\u2029\ufeff\ud800-\udfff]")


class NothingSaid(Refusal):
    reason = "{what} is empty. Write a few words."


class TooLong(Refusal):
    reason = (
        "{what} is too long: {length:,} characters, and {limit:,} fit. Shorten it, or attach it as a file."
    )


def line(text: str | None, *, what: str, limit: int = 200, needed: bool = False) -> str:
    """One line of text without control characters or stray blanks."""
    return _checked(" ".join(CONTROL.sub("", (text or "").replace("\n", " ")).split()), what, limit, needed)


def prose(text: str | None, *, what: str, limit: int = LONGEST, needed: bool = False) -> str:
    """Any number of lines, without control characters."""
    plain = (text or "").replace("\r\n", "\n").replace("\r", "\n")
    return _checked(CONTROL.sub("", plain).strip(), what, limit, needed)


def _checked(text: str, what: str, limit: int, needed: bool) -> str:
    if needed and not text:
        raise NothingSaid(what=what)
    if len(text) > limit:
        raise TooLong(what=what, length=len(text), limit=limit)
    return text
