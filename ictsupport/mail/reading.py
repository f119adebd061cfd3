"""A message as it came, read with suspicion: whatever its bytes are, something is read and nothing is raised.

Only what takers need so far: who sent it, what it is called, whether a program
sent it, what a mail server of ours says of its sender, and its calendar parts.
The parts are told apart here and not by the library, which takes minutes over
a megabyte that was built to keep it busy.
"""

import email
import email.policy
import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from email.header import decode_header, make_header
from email.message import Message
from email.utils import getaddresses

MOST_PARTS, DEEPEST = 200, 8
MOST_HEADER_BYTES = 256 * 1024
LONGEST_HEADER = 2_000
LARGEST_CALENDAR = 128 * 1024
CALENDAR_TYPES = ("text/calendar", "application/ics")
CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ufeff\ud800-\udfff]+")
ADDRESS = re.compile(r"[^@\s<>,;:\"()\[\]\\]{1,64}@[A-Za-z0-9.-]{1,255}")
RESULT = re.compile(r"\b(dmarc|dkim|spf)\s*=\s*([a-z]+)", re.IGNORECASE)
COMMENT = re.compile(r"\([^()]*\)")
BREAK = re.compile(rb"\r?\n\r?\n")
SAME_WHATEVER_WAY = ("message-id", "date", "from", "subject")
"""The headers by which a message is known again: those below them are written by every server on its way."""


@dataclass(frozen=True)
class Letter:
    """What could be read of a message. `from_address` is empty unless there is exactly one sender."""

    digest: str
    message_id: str = ""
    from_address: str = ""
    subject: str = ""
    automatic: bool = False
    sender_fails: str = ""
    """What a mail server says is wrong with the sender, such as "dmarc=fail"; empty where nothing is known."""
    calendars: tuple[str, ...] = ()
    trouble: str = ""
    """Why no more than this could be read."""


def read(raw: bytes, *, trusted_hop: str = "") -> Letter:
    """The message as far as it can be read. `trusted_hop` is how the mail server signs its findings, if that is known."""
    try:
        head, body = _split(raw)
        trouble = "" if len(raw) - len(body) < MOST_HEADER_BYTES else "its head is too long"
        return Letter(
            digest=_digest(head, body),
            message_id=_text(head.get("Message-ID"))[:300],
            from_address=_sender(head),
            subject=_text(head.get("Subject"))[:300],
            automatic=_is_automatic(head),
            sender_fails=_failing(head, trusted_hop),
            calendars=() if trouble else tuple(_calendars(head, body)),
            trouble=trouble,
        )
    except Exception as error:  # hostile bytes find ways through any parser
        return Letter(
            digest=hashlib.sha256(raw).hexdigest(), trouble=f"it could not be read ({type(error).__name__})"
        )


def _digest(head: Message, body: bytes) -> str:
    """A mark of what the sender wrote, without what servers on the way have put on top."""
    mark = hashlib.sha256()
    for name in SAME_WHATEVER_WAY:
        written = "\0".join(str(value) for value in head.get_all(name, []))
        mark.update(written.encode("utf-8", "replace") + b"\1")
    mark.update(body.replace(b"\r\n", b"\n"))
    return mark.hexdigest()


def _split(raw: bytes) -> tuple[Message, bytes]:
    """The head, parsed, and the bytes that follow it. A head that does not end in time is cut."""
    found = BREAK.search(raw, 0, MOST_HEADER_BYTES)
    if raw[:1] in (b"\n", b"\r"):  # a part without a head
        return Message(), raw.lstrip(b"\r\n")
    end = found.end() if found else min(len(raw), MOST_HEADER_BYTES)
    return email.message_from_bytes(raw[:end], policy=email.policy.compat32), raw[end:]


def _text(value: object) -> str:
    """A header in one line of plain characters, its encoded words decoded as far as they can be."""
    typed = str(value or "")[:LONGEST_HEADER]
    try:
        typed = str(make_header(decode_header(typed)))
    except Exception:  # unknown character sets, broken base64
        typed = typed.encode("utf-8", "replace").decode("utf-8", "replace")
    return " ".join(CONTROL.sub(" ", typed).split())


def _sender(head: Message) -> str:
    """The one address in the one From header; with several nobody knows who is meant."""
    headers = head.get_all("From", [])
    if len(headers) != 1 or len(str(headers[0])) > LONGEST_HEADER:
        return ""
    try:
        found = [address for _, address in getaddresses([str(headers[0])]) if address]
    except (RecursionError, ValueError, IndexError):
        return ""
    if len(found) != 1 or not ADDRESS.fullmatch(found[0]):
        return ""
    return found[0][:254]


def _is_automatic(head: Message) -> bool:
    """Whether a program sent it (RFC 3834; "no" is a person)."""
    said = str(head.get("Auto-Submitted", "no")).split(";")[0].strip().lower()
    bulk = str(head.get("Precedence", "")).strip().lower() in ("bulk", "junk", "list")
    return said not in ("", "no") or bulk or str(head.get("Return-Path", "")).strip() == "<>"


def _failing(head: Message, trusted_hop: str) -> str:
    """What our own mail server found wrong. Anybody can write such a header to praise themself, nobody to be refused."""
    for header in head.get_all("Authentication-Results", [])[:20]:
        words = COMMENT.sub(" ", str(header)[:4_000])
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


def _calendars(head: Message, body: bytes) -> list[str]:
    """The calendar parts, those of text/calendar first; not what lies within a message that was forwarded."""
    found: dict[str, list[str]] = {kind: [] for kind in CALENDAR_TYPES}
    for part, content in _leaves(head, body):
        kind = _kind(part)
        if kind in found and len(content) <= 2 * LARGEST_CALENDAR:
            part.set_payload(content.decode("ascii", "surrogateescape"))
            decoded = part.get_payload(decode=True)
            if isinstance(decoded, bytes) and len(decoded) <= LARGEST_CALENDAR:
                found[kind].append(_decoded(decoded, part.get_content_charset() or "utf-8"))
    return [text for texts in found.values() for text in texts]


def _leaves(head: Message, body: bytes) -> Iterator[tuple[Message, bytes]]:
    """The parts that hold something themselves: every byte is looked at once for each of a few levels."""
    waiting, seen = [(head, body, 0)], 0
    while waiting and seen < MOST_PARTS:
        part, content, depth = waiting.pop(0)
        seen += 1
        kind = _kind(part)
        if not kind.startswith(("multipart/", "message/")):
            yield part, content
        elif kind.startswith("multipart/") and depth < DEEPEST:
            boundary = part.get_boundary("") or ""
            pieces = _pieces(content, boundary.encode("ascii", "surrogateescape"))
            waiting.extend((*_split(piece), depth + 1) for piece in pieces)


def _kind(part: Message) -> str:
    header = str(part.get("Content-Type", ""))
    return part.get_content_type() if len(header) <= LONGEST_HEADER else "application/octet-stream"


def _pieces(content: bytes, boundary: bytes) -> list[bytes]:
    """What lies between the lines of the boundary."""
    if not boundary or len(boundary) > 100:
        return []
    line = re.compile(rb"^--" + re.escape(boundary) + rb"(--)?[ \t]*\r?$\n?", re.MULTILINE)
    pieces: list[bytes] = []
    begins: int | None = None
    for found in line.finditer(content):
        if begins is not None:
            pieces.append(content[begins : found.start()])
        if found[1] or len(pieces) >= MOST_PARTS:
            return pieces
        begins = found.end()
    return pieces if begins is None else [*pieces, content[begins:]]


def _decoded(content: bytes, charset: str) -> str:
    try:
        return content.decode(charset, "replace")
    except (LookupError, ValueError):
        return content.decode("utf-8", "replace")
