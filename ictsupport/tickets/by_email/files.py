"""The files of a mail, under the same limits as those of a page; what is not taken is named."""

import io

from werkzeug.datastructures import FileStorage

from ...config import settings
from ...errors import Refusal
from ...mail.reading import Letter
from ..attachments import Stored, label_of, receive
from ..file_store import FilesAway
from ..texts import LONGEST

LOST = ("application/ms-tnef",)
"""What Outlook packs a message into, so that only Outlook can open it."""


def taken(letter: Letter) -> tuple[list[Stored], str]:
    """The files that are kept, and in words which are not and why."""
    stored, left_out = _whole_text(letter), []
    most = settings().upload_files
    for file in letter.files:
        name = label_of(file.name)
        try:
            if file.kind in LOST:
                left_out.append(f"“{name}” holds files that only Outlook can open.")
            elif len(stored) >= most:
                left_out.append(f"“{name}” is one too many: {most} files are taken from a message.")
            else:
                stored += _kept(file.name, file.content)
        except FilesAway:
            raise  # not the file's fault
        except Refusal as refusal:
            left_out.append(str(refusal))
    return stored, " ".join(dict.fromkeys(left_out))


def _whole_text(letter: Letter) -> list[Stored]:
    """A text that is longer than what fits on a ticket comes with it as a file."""
    if max(len(letter.words), len(letter.rest)) <= LONGEST:
        return []
    return _kept("whole message.txt", letter.text.encode())


def _kept(name: str, content: bytes) -> list[Stored]:
    return receive([FileStorage(io.BytesIO(content), filename=name or "file")])
