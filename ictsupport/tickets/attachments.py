"""Files on tickets: taken in only if small enough and truly of a kind we know, kept apart, given back as downloads."""

import io
import zipfile
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import timedelta
from pathlib import PurePosixPath
from typing import Any

import puremagic
from sqlalchemy import select
from werkzeug.datastructures import FileStorage

from .. import clock
from ..config import settings
from ..database import db
from ..errors import Refusal
from ..people.models import Person
from . import file_store
from .models import Attachment, Message, Request, Ticket
from .texts import CONTROL

OFFICE = "application/vnd.openxmlformats-officedocument."
OPEN_DOCUMENT = "application/vnd.oasis.opendocument."

KINDS: dict[str, tuple[str, frozenset[str]]] = {
    "png": ("image/png", frozenset({".png"})),
    "jpg": ("image/jpeg", frozenset({".jpg", ".jpeg", ".jfif"})),
    "jpeg": ("image/jpeg", frozenset({".jpg", ".jpeg", ".jfif"})),
    "gif": ("image/gif", frozenset({".gif"})),
    "webp": ("image/webp", frozenset({".webp"})),
    "heic": ("image/heic", frozenset({".heic", ".heif"})),
    "pdf": ("application/pdf", frozenset({".pdf"})),
    "rtf": ("application/rtf", frozenset({".rtf"})),
    "doc": ("application/msword", frozenset({".doc"})),
    "xls": ("application/vnd.ms-excel", frozenset({".xls"})),
    "ppt": ("application/vnd.ms-powerpoint", frozenset({".ppt"})),
    "msg": ("application/vnd.ms-outlook", frozenset({".msg", ".doc"})),  # from outside like any old document
}
"""By the end of the name: what it is served as, and what its first bytes may say it is."""

PACKED = {
    "docx": (OFFICE + "wordprocessingml.document", "word/"),
    "xlsx": (OFFICE + "spreadsheetml.sheet", "xl/"),
    "pptx": (OFFICE + "presentationml.presentation", "ppt/"),
    "odt": (OPEN_DOCUMENT + "text", "content.xml"),
    "ods": (OPEN_DOCUMENT + "spreadsheet", "content.xml"),
    "odp": (OPEN_DOCUMENT + "presentation", "content.xml"),
}
"""Documents that are archives inside: what they are served as, and a part each of them has."""

PLAIN = {"txt": "text/plain", "log": "text/plain", "csv": "text/csv", "eml": "message/rfc822"}

ACCEPTED = ", ".join(f".{kind}" for kind in (*KINDS, *PACKED, *PLAIN))
"""For the accept attribute of a file control."""

APPLE_PICTURES = (b"heic", b"heix", b"heim", b"heis", b"mif1", b"msf1")
OLD_OFFICE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


class EmptyFile(Refusal):
    reason = "“{name}” is empty. Choose the file again, or another one."


class TooBig(Refusal):
    reason = "“{name}” is too big. A file can be up to {limit} MB: send a smaller picture or only the pages that matter."


class TooManyFiles(Refusal):
    reason = "Attach no more than {limit} files at a time. You can add others in a reply."


class WrongKind(Refusal):
    reason = "“{name}” cannot be attached. Send a picture, a PDF, a text or an office document."


class NotWhatItSays(Refusal):
    reason = "“{name}” is not the kind of file its name says. Save it again from the program it comes from."


class Locked(Refusal):
    reason = "“{name}” is protected with a password, so nobody could open it. Send it without the password."


class FileGone(Refusal):
    reason = "“{name}” is not there any more. Leave it out."


@dataclass(frozen=True)
class Stored:
    """A file that has been taken in and lies under its key, on its way to a ticket."""

    name: str
    content_type: str
    size: int
    key: str

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


Upload = FileStorage | Stored


def receive(files: Sequence[Upload], *, already: int = 0) -> list[Stored]:
    """Take files in, or refuse: all of them or none. `already` counts those taken in before for the same message.

    The bytes are written at once; what no ticket or request names afterwards
    is swept away by the timetable.
    """
    chosen = [file for file in files if isinstance(file, Stored) or file.filename]
    if len(chosen) + already > settings().upload_files:
        raise TooManyFiles(limit=settings().upload_files)
    read = [file if isinstance(file, Stored) else _read(file) for file in chosen]
    return [file if isinstance(file, Stored) else _put(*file) for file in read]


def attach(
    ticket: Ticket,
    files: Sequence[Upload],
    *,
    by: Person | None,
    message: Message | None = None,
    internal: bool = False,
) -> list[Attachment]:
    """Put files on a ticket, or on a message of it."""
    attachments = [
        Attachment(
            ticket=ticket,
            message=message,
            name=stored.name,
            content_type=stored.content_type,
            size=stored.size,
            key=stored.key,
            internal=internal,
            added_by_id=by.id if by is not None else None,
            added_at=clock.now(),
        )
        for stored in receive(files)
    ]
    db.session.add_all(attachments)
    return attachments


def take_along(ticket: Ticket, files: Sequence[Attachment], *, by: Person | None) -> list[Attachment]:
    """Put the same files on another ticket, each with bytes of its own: what becomes of one never touches the other.

    What only the desk may read stays so.
    """
    taken = [
        Attachment(
            ticket=ticket,
            name=each.name,
            content_type=each.content_type,
            size=each.size,
            key=_copied(each),
            internal=each.internal,
            added_by_id=by.id if by is not None else None,
            added_at=clock.now(),
        )
        for each in files
    ]
    db.session.add_all(taken)
    return taken


def _copied(file: Attachment) -> str:
    try:
        return file_store.copy(file.key)
    except FileNotFoundError:
        raise FileGone(name=file.name) from None


def sweep(older_than: timedelta = timedelta(days=1)) -> int:
    """Remove what was taken in and belongs to no ticket and no request any more; returns how many that were.

    What is being put on a ticket at this moment is too young to be swept.
    """
    swept, waiting = 0, _keys_of_requests()
    for old in file_store.keys_older_than(clock.now() - older_than):
        named = set(db.session.scalars(select(Attachment.key).where(Attachment.key.in_(old))))
        gone = [key for key in old if key not in named | waiting]
        for key in gone:
            file_store.remove(key)
        swept += len(gone)
    return swept


def _keys_of_requests() -> set[str]:
    """The keys of files that wait in requests not sent yet."""
    kept = db.session.scalars(select(Request.answers).where(Request.ticket_id.is_(None)))
    return {file["key"] for answers in kept for file in answers.get("files", [])}


def _read(file: FileStorage) -> tuple[str, str, bytes]:
    """The label, kind and bytes of a file that came in, or a Refusal."""
    name = label_of(file.filename or "")
    limit = settings().upload_megabytes
    content = file.stream.read(limit * 1024 * 1024 + 1)
    if len(content) > limit * 1024 * 1024:
        raise TooBig(name=name, limit=limit)
    if not content:
        raise EmptyFile(name=name)
    return name, kind_of(name, content), content


def label_of(filename: str) -> str:
    """A file's name as a label: no folders, nothing that hides or breaks a line, its ending kept."""
    last = CONTROL.sub("", filename.replace("\\", "/")).rstrip("/ .").rpartition("/")[2]
    plain = "".join(char for char in last if char.isprintable() and char not in '<>:"|?*').strip(" .")
    stem, dot, ending = plain.rpartition(".")
    return (f"{stem[:150]}.{ending[:10]}" if dot and stem else plain[:160]) or "file"


def kind_of(name: str, content: bytes) -> str:
    """What the file is served as: what its name says, once its content has been seen to agree."""
    ending = PurePosixPath(name).suffix.lower().lstrip(".")
    if ending in PACKED:
        content_type, part = PACKED[ending]
        if content.startswith(OLD_OFFICE):
            raise Locked(name=name)
        if not any(inside.startswith(part) for inside in _inside(content)):
            raise NotWhatItSays(name=name)
        return content_type
    if ending in KINDS:
        content_type, marks = KINDS[ending]
        if not _marks(content) & marks:
            raise NotWhatItSays(name=name)
        if ending == "pdf" and b"/Encrypt" in content[-4096:]:
            raise Locked(name=name)
        return content_type
    if ending in PLAIN:
        if b"\x00" in content or content.startswith((b"MZ", b"\x7fELF", b"PK\x03\x04", b"%PDF", OLD_OFFICE)):
            raise NotWhatItSays(name=name)
        return PLAIN[ending]
    raise WrongKind(name=name)


def _inside(content: bytes) -> list[str]:
    """The names of what an archive holds; its content is not unpacked."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            return archive.namelist()
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError):
        return []


def _marks(content: bytes) -> set[str]:
    """The kinds of file that the content itself says it may be."""
    if content[4:8] == b"ftyp" and content[8:12] in APPLE_PICTURES:
        return {".heic"}
    try:
        return {match.extension.lower() for match in puremagic.magic_string(content)}
    except (puremagic.PureError, ValueError, OSError, IndexError, UnicodeDecodeError):
        return set()


def _put(name: str, content_type: str, content: bytes) -> Stored:
    return Stored(name, content_type, len(content), file_store.put(content))
