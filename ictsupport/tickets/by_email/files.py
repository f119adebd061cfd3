"""The files of a mail, under the same limits as those of a page; what is not taken is named."""

import io
from dataclasses import dataclass

from werkzeug.datastructures import FileStorage

from ...config import settings
from ...errors import Refusal
from ...mail.anatomy import UNREAD
from ...mail.reading import File, Letter
from ..attachments import Stored, label_of, receive
from ..file_store import FilesAway
from ..texts import LONGEST

LOST = ("application/ms-tnef",)
"""What Outlook packs a message into, so that only Outlook can open it."""


class TooDeep(Refusal):
    reason = "Some of its parts lie too deep to be read."


class OnlyOutlook(Refusal):
    reason = "“{name}” holds files that only Outlook can open."


class OneTooMany(Refusal):
    reason = "“{name}” is one too many: {most} files are taken from a message."


@dataclass(frozen=True)
class Taken:
    """The files that are kept, and in words which are not and why."""

    files: list[Stored]
    left_out: str
    missed: str
    """The same of those alone that somebody attached: pictures in the text are often a logo."""


def taken(letter: Letter) -> Taken:
    """Take in what may be; the rest is named."""
    stored, left_out, missed = _whole_text(letter), [], []
    most = settings().upload_files
    for file in letter.files:
        try:
            stored += _one(file, len(stored) < most)
        except FilesAway:
            raise  # not the file's fault
        except Refusal as refusal:
            left_out.append(str(refusal))
            missed += [] if file.cid else [str(refusal)]
    return Taken(stored, " ".join(dict.fromkeys(left_out)), " ".join(dict.fromkeys(missed)))


def _one(file: File, there_is_room: bool) -> list[Stored]:
    name = label_of(file.name)
    if file.kind == UNREAD:
        raise TooDeep
    if file.kind in LOST:
        raise OnlyOutlook(name=name)
    if not there_is_room:
        raise OneTooMany(name=name, most=settings().upload_files)
    return _kept(file.name, file.content)


def _whole_text(letter: Letter) -> list[Stored]:
    """A text that is longer than what fits on a ticket comes with it as a file."""
    if max(len(letter.words), len(letter.rest)) <= LONGEST:
        return []
    return _kept("whole message.txt", letter.text.encode())


def _kept(name: str, content: bytes) -> list[Stored]:
    return receive([FileStorage(io.BytesIO(content), filename=name or "file")])
