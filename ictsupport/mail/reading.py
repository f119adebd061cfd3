"""A message as it came, read with suspicion: whatever its bytes are, something is read and nothing is raised.

Who sent it, to whom, what it answers, whether a program sent it, what a mail
server of ours says of its sender; its words, with the quotation and the
signature apart; its layout, its files and its calendar entries.
"""

import hashlib
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from email.message import Message
from email.utils import getaddresses
from itertools import groupby
from typing import Any

from . import layout
from .anatomy import LONGEST_HEADER, MOST_HEADER_BYTES, Part, header, leaves, one_line, split
from .automatic import bounce_in, sign_of_a_program
from .quoting import parted

LARGEST_CALENDAR = 128 * 1024
LONGEST_TEXT = 1_000_000
MOST_NAMED = 100
CALENDAR_TYPES = ("text/calendar", "application/ics")
SEALS = ("application/pkcs7-signature", "application/x-pkcs7-signature", "application/pgp-signature")
"""What proves who signed a message. Nobody reads it, so it is no file of it."""
ENDINGS = {
    "message/rfc822": "eml",
    "text/plain": "txt",
    "text/html": "html",
    "text/calendar": "ics",
    "image/jpeg": "jpg",
    "image/png": "png",
    "image/gif": "gif",
    "application/pdf": "pdf",
}
KINDS = {"image": "picture", "message": "message"}
ADDRESS = re.compile(r"[^@\s<>,;:\"()\[\]\\]{1,64}@[A-Za-z0-9.-]{1,255}")
MESSAGE_ID = re.compile(r"<[^<>\s]{1,198}>")
SHOWN = re.compile(r"""cid:([^"'\s>]{1,300})""", re.IGNORECASE)
DRAWN = re.compile(r"data:image/[a-zA-Z+.-]{1,20};base64,[A-Za-z0-9+/=\s]*+")
RESULT = re.compile(r"\b(dmarc|dkim|spf)\s*=\s*([a-z]+)", re.IGNORECASE)
COMMENT = re.compile(r"\([^()]*\)")
SAME_WHATEVER_WAY = ("message-id", "date", "from", "subject")
"""The headers by which a message is known again: those below them are written by every server on its way."""


@dataclass(frozen=True)
class File:
    """A file that came with a message. `cid` is the name by which the layout shows it."""

    name: str
    kind: str
    content: bytes
    cid: str = ""


@dataclass(frozen=True)
class Letter:
    """What could be read of a message. `from_address` is empty unless there is exactly one sender."""

    digest: str
    message_id: str = ""
    from_address: str = ""
    from_name: str = ""
    to: tuple[str, ...] = ()
    cc: tuple[str, ...] = ()
    subject: str = ""
    in_reply_to: str = ""
    references: tuple[str, ...] = ()
    """The messages it answers, the nearest last."""
    automatic: str = ""
    """What sort of program's message it is, in words; empty for a person's."""
    bounce: dict[str, str] | None = None
    sender_fails: str = ""
    """What a mail server says is wrong with the sender, such as "dmarc=fail"; empty where nothing is known."""
    text: str = ""
    """All its words."""
    words: str = ""
    """What the sender wrote themself; `rest` is what came below, quoted or as a signature."""
    rest: str = ""
    html: str = ""
    """The layout as it came: never shown but through layout.shown()."""
    files: tuple[File, ...] = ()
    calendars: tuple[str, ...] = ()
    trouble: str = ""
    """Why no more than this could be read."""


def read(raw: bytes, *, trusted_hop: str = "") -> Letter:
    """The message as far as it can be read. `trusted_hop` is how the mail server signs its findings, if that is known."""
    try:
        head, body = split(raw)
        trouble = "" if len(raw) - len(body) < MOST_HEADER_BYTES else "its head is too long"
        parts = [] if trouble else list(leaves(head, body))
        told, held = _told_by(head, trusted_hop), _held_by(parts, head)
        return Letter(**told, **held, digest=_digest(head, body), trouble=trouble)
    except Exception as error:  # hostile bytes find ways through any parser
        return replace(envelope(raw), trouble=f"it could not be read ({type(error).__name__})")


def envelope(raw: bytes) -> Letter:
    """What the head alone says, and the mark of the whole: enough to keep it, and cheap."""
    try:
        head, body = split(raw)
        return Letter(**_told_by(head, ""), digest=_digest(head, body))
    except Exception:
        return Letter(digest=hashlib.sha256(raw).hexdigest())


def _digest(head: Message, body: bytes) -> str:
    """A mark of what the sender wrote, without what servers on the way have put on top."""
    mark = hashlib.sha256()
    for name in SAME_WHATEVER_WAY:
        written = "\0".join(str(value) for value in head.get_all(name, []))
        mark.update(written.encode("utf-8", "replace") + b"\1")
    mark.update(body.replace(b"\r\n", b"\n"))
    return mark.hexdigest()


def _told_by(head: Message, trusted_hop: str) -> dict[str, Any]:
    """What the head says."""
    name, address = _sender(head)
    subject = one_line(header(head, "subject"))[:300]
    answered = MESSAGE_ID.findall(header(head, "in-reply-to"))
    return {
        "message_id": one_line(head.get("Message-ID"))[:300],
        "from_address": address,
        "from_name": name,
        "to": _addresses(head, "To"),
        "cc": _addresses(head, "Cc"),
        "subject": subject,
        "in_reply_to": answered[-1] if answered else "",
        "references": tuple(dict.fromkeys(MESSAGE_ID.findall(header(head, "references")) + answered))[
            -MOST_NAMED:
        ],
        "automatic": sign_of_a_program(head, address, subject),
        "sender_fails": _failing(head, trusted_hop),
    }


def _held_by(parts: Sequence[Part], head: Message) -> dict[str, Any]:
    """What the parts hold."""
    text, html = _said_in([part for part in parts if _is_spoken(part)])
    halves = parted(text, one_line(header(head, "subject")))
    return {
        "text": text,
        "words": halves.words,
        "rest": halves.rest,
        "html": html,
        "files": tuple(_files(parts, html)),
        "calendars": tuple(_calendars(parts)),
        "bounce": bounce_in(list(parts)),
    }


def _is_spoken(part: Part) -> bool:
    """Whether it is what the message says, and not a file that came with it."""
    return part.kind in ("text/plain", "text/html") and not part.is_attached and not part.filename


def _said_in(parts: Sequence[Part]) -> tuple[str, str]:
    """The words and the layout. Of several ways to say the same the plain one gives the words."""
    words, layouts = [], []
    for choice, ways in groupby(parts, key=lambda part: part.choice):
        kinds: dict[str, list[str]] = {"text/plain": [], "text/html": []}
        for part in ways:
            text = part.text()
            if part.kind == "text/html":  # pictures written into it would leave no room for its words
                text = DRAWN.sub("data:", text)[: layout.LARGEST]
            kinds[part.kind].append(_clean(text))
        plain, rich = "\n\n".join(kinds["text/plain"]).strip("\n"), "\n".join(kinds["text/html"])
        if not choice and plain and rich:  # one after the other, not the one for the other
            words += [plain, layout.words_in(rich)]
        else:
            words.append(plain if plain.strip() else layout.words_in(rich))
        layouts.append(rich)
    whole = "\n\n".join(each for each in words if each.strip())[:LONGEST_TEXT]
    return whole, "\n".join(each for each in layouts if each)


def _clean(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n").replace("\x00", "")


def _files(parts: Sequence[Part], html: str) -> Iterator[File]:
    """The files, named; what the layout shows comes last."""
    shown = set(SHOWN.findall(html))
    found = [
        File(
            part.filename[:200]
            or f"{KINDS.get(part.kind.partition('/')[0], 'file')}.{ENDINGS.get(part.kind, 'bin')}",
            part.kind,
            part.decoded(),
            part.cid if part.cid in shown else "",
        )
        for part in parts
        if not (_is_spoken(part) or part.kind in SEALS or (part.kind in CALENDAR_TYPES and part.choice))
    ]
    yield from sorted(found, key=lambda file: bool(file.cid))


def _addresses(head: Message, name: str) -> tuple[str, ...]:
    """The addresses in the headers of that name, as far as they fit."""
    try:
        typed = [one_line(header(head, name.lower()))[:LONGEST_HEADER]]
        found = [address for _, address in getaddresses(typed)]
    except (RecursionError, ValueError, IndexError):
        return ()
    return tuple(address for address in found if ADDRESS.fullmatch(address))[:MOST_NAMED]


def _sender(head: Message) -> tuple[str, str]:
    """The name and the one address in the one From header; with several nobody knows who is meant."""
    headers = head.get_all("From", [])
    if len(headers) != 1 or len(str(headers[0])) > LONGEST_HEADER:
        return "", ""
    try:
        found = [(name, address) for name, address in getaddresses([header(head, "from")]) if address]
    except (RecursionError, ValueError, IndexError):
        return "", ""
    if len(found) != 1 or not ADDRESS.fullmatch(found[0][1]):
        return "", ""
    return one_line(found[0][0])[:200], found[0][1][:254]


def _failing(head: Message, trusted_hop: str) -> str:
    """What our own mail server found wrong. Anybody can write such a header to praise themself, nobody to be refused."""
    for each in head.get_all("Authentication-Results", [])[:20]:
        words = COMMENT.sub(" ", str(each)[:4_000])
        server = words.split(";")[0].split()
        if trusted_hop and (not server or server[0].lower() != trusted_hop.lower()):
            continue
        found = {name.lower(): result.lower() for name, result in RESULT.findall(words)}
        if found.get("dmarc") == "fail":
            return "dmarc=fail"
        failed = [f"{name}=fail" for name in ("dkim", "spf") if found.get(name) == "fail"]
        if "dmarc" not in found and failed and "pass" not in found.values():
            return " ".join(failed)
        if trusted_hop:
            break  # the topmost of our own counts; those below came with the message
    return ""


def _calendars(parts: Sequence[Part]) -> list[str]:
    """The calendar parts, those of text/calendar first; not what lies within a message that was forwarded."""
    found: dict[str, list[str]] = {kind: [] for kind in CALENDAR_TYPES}
    for part in parts:
        fits = len(part.content) <= 2 * LARGEST_CALENDAR
        if part.kind in found and fits and len(part.decoded()) <= LARGEST_CALENDAR:
            found[part.kind].append(part.text())
    return [text for texts in found.values() for text in texts]
