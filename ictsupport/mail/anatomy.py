"""The anatomy of a message: its head, and the parts that hold something, told apart by ourselves.

The library takes minutes over a megabyte that was built to keep it busy. Here
every byte is looked at once for each of a few levels, whatever there is.
"""

import binascii
import codecs
import email
import email.policy
import re
from collections.abc import Iterator
from dataclasses import dataclass
from email.header import decode_header
from email.message import Message
from email.utils import collapse_rfc2231_value

MOST_PARTS, DEEPEST = 200, 8
UNREAD = "unread"
"""The kind of what lies too deep, or comes after too many others."""
MOST_HEADER_BYTES = 256 * 1024
LONGEST_HEADER = 2_000
CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ufeff\ud800-\udfff]+")
BREAK = re.compile(rb"\r?\n\r?\n")
CHARSETS = re.compile(
    r"utf-?(8|16|32)|ascii|iso8859|cp\d|koi8|gb|big5|euc|shift_jis|iso2022|mac|tis|johab|hz|latin"
)
"""Codecs that only read characters: others take their time, unpack, or execute."""
MEANT = {"iso8859-1": "cp1252", "ascii": "", "gb2312": "gb18030", "gbk": "gb18030", "euc_kr": "cp949"}
"""What is meant by those who say they write these; ASCII is what programs say that have not looked."""
NOT_BASE64 = bytes(set(range(256)) - set(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"))


@dataclass(frozen=True)
class Part:
    """A part that holds something itself. Those of one `choice` say the same in several ways."""

    head: Message
    content: bytes
    kind: str
    choice: int = 0

    @property
    def filename(self) -> str:
        """The name of the file it is, if it is one, in one line."""
        for name, parameter in (("Content-Disposition", "filename"), ("Content-Type", "name")):
            if len(str(self.head.get(name, ""))) > LONGEST_HEADER:
                return ""
            try:
                named = self.head.get_param(parameter, header=name)
            except Exception:  # parameters that the library stumbles over
                return ""
            if named:
                return one_line(collapse_rfc2231_value(named))
        return ""

    @property
    def is_attached(self) -> bool:
        return str(self.head.get("Content-Disposition", "")).strip().lower().startswith("attachment")

    @property
    def cid(self) -> str:
        """The name by which the HTML of the message shows it."""
        return str(self.head.get("Content-ID", ""))[:300].strip().strip("<>")

    def decoded(self) -> bytes:
        """The bytes as they were before they were wrapped for the journey."""
        way = str(self.head.get("Content-Transfer-Encoding", ""))[:40].strip().lower()
        if way == "base64":
            plain = self.content.translate(None, NOT_BASE64)
            plain = plain[:-1] if len(plain) % 4 == 1 else plain
            return binascii.a2b_base64(plain + b"=" * (-len(plain) % 4))
        if way == "quoted-printable":
            return binascii.a2b_qp(self.content)
        return self.content

    def text(self) -> str:
        """Its words."""
        try:
            charset = self.head.get_content_charset("") or ""
        except Exception:  # a character set in unreadable characters
            charset = ""
        return words_of(self.decoded(), charset)


def split(raw: bytes) -> tuple[Message, bytes]:
    """The head, parsed, and the bytes that follow it. A head that does not end in time is cut."""
    found = BREAK.search(raw, 0, MOST_HEADER_BYTES)
    if raw[:1] in (b"\n", b"\r"):  # a part without a head
        return Message(), raw.lstrip(b"\r\n")
    end = found.end() if found else min(len(raw), MOST_HEADER_BYTES)
    return email.message_from_bytes(raw[:end], policy=email.policy.compat32), raw[end:]


def leaves(head: Message, body: bytes) -> Iterator[Part]:
    """The parts that hold something, in their order; a message within the message is one, not opened."""
    waiting, seen = [(head, body, 0, 0)], 0
    while waiting and seen < MOST_PARTS:
        part, content, depth, choice = waiting.pop()
        seen += 1
        kind = kind_of(part)
        if not kind.startswith("multipart/"):
            yield Part(part, content, kind, choice)
        elif depth >= DEEPEST:
            yield Part(part, b"", UNREAD)
        else:
            choice = choice or (seen if kind == "multipart/alternative" else 0)
            pieces = _pieces(content, _boundary(part))
            if not pieces:  # its parts cannot be told apart
                yield Part(Message(), content, "text/plain", choice)
            waiting.extend((*split(piece), depth + 1, choice) for piece in reversed(pieces))
    if waiting:
        yield Part(Message(), b"", UNREAD)


def kind_of(part: Message) -> str:
    header = str(part.get("Content-Type", ""))
    return part.get_content_type() if len(header) <= LONGEST_HEADER else "application/octet-stream"


def _boundary(part: Message) -> bytes:
    """What stands between its parts; nothing where it cannot be made out."""
    try:
        return (part.get_boundary("") or "").encode("ascii", "surrogateescape")
    except Exception:  # characters that no boundary has
        return b""


def _pieces(content: bytes, boundary: bytes) -> list[bytes]:
    """What lies between the lines of the boundary; the end of the line before each belongs to it."""
    if not boundary or len(boundary) > 100:
        return []
    line = re.compile(rb"(?:\A|\r?\n)--" + re.escape(boundary) + rb"(--)?[ \t]*(?=\r?\n|\Z)")
    pieces: list[bytes] = []
    begins: int | None = None
    for found in line.finditer(content):
        if begins is not None:
            pieces.append(content[begins : found.start()].removeprefix(b"\r").removeprefix(b"\n"))
        if found[1] or len(pieces) >= MOST_PARTS:
            return pieces
        begins = found.end()
    return pieces if begins is None else [*pieces, content[begins:].removeprefix(b"\r").removeprefix(b"\n")]


def one_line(value: object) -> str:
    """A header in one line of plain characters, its encoded words decoded as far as they can be."""
    typed = str(value or "")[:LONGEST_HEADER]
    try:
        chunks = decode_header(typed)
        typed = "".join(
            chunk if isinstance(chunk, str) else words_of(chunk, charset or "") for chunk, charset in chunks
        )
    except Exception:  # broken base64
        typed = typed.encode("utf-8", "replace").decode("utf-8", "replace")
    return " ".join(CONTROL.sub(" ", typed).split())


def header(head: Message, name: str) -> str:
    """The first header of that name as it was written; 8-bit characters read as what they most likely are."""
    for each, value in head.raw_items():
        if each.lower() == name:
            written = str(value)[: 5 * LONGEST_HEADER]
            return words_of(written.encode("utf-8", "surrogateescape"), "")
    return ""


def words_of(content: bytes, charset: str) -> str:
    """The characters that the bytes stand for: as they say, else as UTF-8, else as Windows has it."""
    said = _codec(charset)
    for each in (said, "utf-8"):
        try:
            return content.decode(each or "utf-8")
        except ValueError:
            continue
    return content.decode(said or "cp1252", "replace")


def _codec(charset: str) -> str:
    """The codec for a character set that somebody named; nothing where it says nothing or is none."""
    try:
        name = codecs.lookup(charset).name
    except (LookupError, ValueError):
        return ""
    return MEANT.get(name, name) if CHARSETS.match(name) else ""
