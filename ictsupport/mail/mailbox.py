"""Reading a mailbox by IMAP: each message is kept first, and then marked there as seen, or moved.

The mailbox is marked after the commit: a kill between the two has the message
read again, and what is kept already is not kept twice (see receiving.receive).
What cannot be kept is flagged and stays where it is, so that it stops nothing
that comes after it; it is read again once somebody takes the flag away. So
many messages and so much time are spent on one run; the next goes on.
"""

import imaplib
import logging
import re
import ssl
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Self

from sqlalchemy.exc import DBAPIError

from .. import clock, jobs, scheduler
from ..config import Settings, settings
from ..database import db, insert_if_new, is_lock_trouble, lock
from ..errors import Refusal
from . import receiving
from .models import MailboxReading

log = logging.getLogger(__name__)

TIMEOUT = 20
LONGEST_RUN = 40.0
"""Seconds after which no further message is begun: a run ends within the lease of its job."""
SEARCHED_AT_ONCE = 20_000
MOST_HEAD = 64 * 1024
SIZE = re.compile(rb"RFC822\.SIZE (\d+)")
UID = re.compile(rb"UID (\d+)")

Trouble = (OSError, imaplib.IMAP4.error)


@dataclass
class Run:
    """What one reading came to."""

    kept: int = 0
    known: int = 0
    left: int = 0
    """Flagged, because they could not be kept."""


class Mailbox:
    """The folder of the mailbox that the settings name, open as long as the `with` lasts."""

    def __init__(self, config: Settings) -> None:
        self.config = config

    def __enter__(self) -> Self:
        self.server = _connect(self.config)
        try:
            _sign_in(self.server, self.config)
            self.count = int(self._ask("SELECT", _quoted(self.config.imap_folder))[0] or b"0")
        except BaseException:
            _hang_up(self.server)
            raise
        return self

    def __exit__(self, kind: type[BaseException] | None, error: Any, trace: TracebackType | None) -> None:
        try:
            self.server.logout()
        except Trouble:
            _hang_up(self.server)

    @property
    def moves(self) -> bool:
        return bool(self.config.imap_done_folder)

    def waiting(self, most: int) -> list[tuple[int, int]]:
        """The oldest messages that are still to be read, at most so many: (UID, size)."""
        wanted = "UNDELETED UNFLAGGED" if self.moves else "UNSEEN UNDELETED UNFLAGGED"
        uids: list[bytes] = []
        for first in range(1, self.count + 1, SEARCHED_AT_ONCE):
            last = min(first + SEARCHED_AT_ONCE - 1, self.count)
            uids += (self._uid("SEARCH", f"{first}:{last} {wanted}")[0] or b"").split()
            if len(uids) >= most:
                break
        if not uids:
            return []
        told = self._uid("FETCH", b",".join(uids[:most]).decode(), "(UID RFC822.SIZE)")
        found = [(UID.search(line), SIZE.search(line)) for line in told if isinstance(line, bytes)]
        return sorted((int(uid[1]), int(size[1])) for uid, size in found if uid and size)

    def fetch(self, uid: int, most: int) -> bytes | None:
        """The message as it came, at most so many bytes, without marking it; None where it has gone meanwhile."""
        return self._part(uid, f"BODY.PEEK[]<0.{most}>")

    def head(self, uid: int) -> bytes:
        return self._part(uid, f"BODY.PEEK[HEADER]<0.{MOST_HEAD}>") or b""

    def is_done_with(self, uid: int) -> None:
        """The message is kept: it is marked as seen, or moved where such a folder is named."""
        if not self.moves:
            self._uid("STORE", str(uid), r"+FLAGS.SILENT (\Seen)")
        elif "MOVE" in self.server.capabilities:
            self._uid("MOVE", str(uid), _quoted(self.config.imap_done_folder))
        else:
            self._uid("COPY", str(uid), _quoted(self.config.imap_done_folder))
            self._uid("STORE", str(uid), r"+FLAGS.SILENT (\Seen \Deleted)")
            if "UIDPLUS" in self.server.capabilities:
                self._uid("EXPUNGE", str(uid))

    def leave(self, uid: int) -> None:
        """The message cannot be kept: it is flagged, for somebody to look at."""
        self._uid("STORE", str(uid), r"+FLAGS.SILENT (\Flagged)")

    def _part(self, uid: int, what: str) -> bytes | None:
        told = self._uid("FETCH", str(uid), f"({what})")
        return next((part[1] for part in told if isinstance(part, tuple) and b"BODY[" in part[0]), None)

    def _uid(self, verb: str, *words: str) -> list[Any]:
        return self._answer(verb, *self.server.uid(verb, *words))

    def _ask(self, verb: str, *words: str) -> list[Any]:
        return self._answer(verb, *getattr(self.server, verb.lower())(*words))

    @staticmethod
    def _answer(verb: str, status: str, told: list[Any]) -> list[Any]:
        if status != "OK":
            said = b" ".join(part for part in told if isinstance(part, bytes)).decode("utf-8", "replace")
            raise imaplib.IMAP4.error(f"{verb}: {said}")
        return told


def _connect(config: Settings) -> imaplib.IMAP4:
    context = ssl.create_default_context()
    if config.imap_security == "tls":
        return imaplib.IMAP4_SSL(config.imap_host, config.imap_port, ssl_context=context, timeout=TIMEOUT)
    server = imaplib.IMAP4(config.imap_host, config.imap_port, timeout=TIMEOUT)
    if config.imap_security == "starttls":
        try:
            server.starttls(ssl_context=context)
        except BaseException:
            _hang_up(server)
            raise
    return server


def _hang_up(server: imaplib.IMAP4) -> None:
    """Close the line, whatever is left of it."""
    with suppress(OSError):
        server.shutdown()


def _sign_in(server: imaplib.IMAP4, config: Settings) -> None:
    """With AUTHENTICATE where it is offered: LOGIN takes no password beyond ASCII."""
    name, password = config.imap_username, config.imap_password.get_secret_value()
    if "AUTH=PLAIN" in server.capabilities:
        server.authenticate("PLAIN", lambda _said: f"\0{name}\0{password}".encode())
    else:
        server.login(_quoted(name), password)


def _quoted(name: str) -> str:
    return '"' + name.replace("\\", "\\\\").replace('"', '\\"') + '"'


def read_mailbox() -> Run:
    """Keep what is new in the mailbox. Commits after each message; raises what the mail server or the network does."""
    config, run = settings(), Run()
    ends = time.monotonic() + LONGEST_RUN
    db.session.commit()  # no transaction is held across the network
    with Mailbox(config) as mailbox:
        for uid, size in mailbox.waiting(config.imap_at_once):
            if time.monotonic() > ends:
                break
            if not _keep(mailbox, uid, size, run):
                mailbox.leave(uid)
                run.left += 1
    return run


def _keep(mailbox: Mailbox, uid: int, size: int, run: Run) -> bool:
    """Whether the message could be kept, or need not be, for it has gone meanwhile."""
    most = receiving.largest()
    raw = None if size > most else mailbox.fetch(uid, most + 1)
    if size <= most and raw is None:
        return True
    try:
        if raw is None or len(raw) > most:
            receiving.left_in_mailbox(mailbox.head(uid), size)
            db.session.commit()
            return False
        is_new = receiving.receive(raw)
        db.session.commit()
    except Refusal:  # an empty one
        db.session.rollback()
        return False
    except DBAPIError as error:
        db.session.rollback()
        if is_lock_trouble(error) or error.connection_invalidated:
            raise  # not the message's fault
        log.error("a message of the mailbox could not be kept (%s)", type(error.orig).__name__)
        return False
    mailbox.is_done_with(uid)
    run.kept, run.known = run.kept + is_new, run.known + (not is_new)
    return True


@jobs.handles("mail.read_mailbox")
def by_timetable(_payload: dict[str, Any]) -> None:
    """Read the mailbox, if there is one; trouble is noted where administrators and the health check see it."""
    if not settings().imap_host:
        return
    with noting_trouble():
        read_mailbox()


@contextmanager
def noting_trouble() -> Iterator[None]:
    """Keep in mind how the reading went. The next tick of the timetable is the next attempt."""
    said = ""
    try:
        yield
    except Trouble as error:
        db.session.rollback()
        said = in_words(error, settings())
        log.warning("the mailbox could not be read: %s", said)
    name = settings().mailbox_name
    insert_if_new(MailboxReading, [{"mailbox": name, "trouble": ""}])
    row = db.session.get_one(MailboxReading, name)
    lock(row)
    now = clock.now()
    row.trouble = said
    if said:
        row.trouble_since = row.trouble_since or now
    else:
        row.read_at, row.trouble_since = now, None


def in_words(error: Exception, config: Settings) -> str:
    """What the server or the network said, in one line, without the password, should it come back in it."""
    told = error.args[0] if error.args and isinstance(error.args[0], bytes) else str(error)
    line = told.decode("utf-8", "replace") if isinstance(told, bytes) else told
    password = config.imap_password.get_secret_value()
    if password:
        line = line.replace(password, "(the password)")
    return " ".join(line.split())[:300] or type(error).__name__


scheduler.every("mail.read_mailbox", minutes=1)
