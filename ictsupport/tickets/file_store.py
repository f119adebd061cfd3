"""Where the bytes of files lie: a folder beside the database, or a store such as S3. Nobody waits long for one that is away."""

import logging
import secrets
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime, timedelta
from functools import lru_cache

import obstore
from obstore.exceptions import BaseError, NotFoundError
from obstore.store import LocalStore, ObjectStore, from_url

from ..config import settings
from ..errors import Refusal

log = logging.getLogger(__name__)

TRIES_AGAIN, TRIES_FOR = 2, timedelta(seconds=15)
"""Left to itself the library tries ten times in three minutes, while somebody waits and their transaction stays open."""


class FilesAway(Refusal):
    reason = (
        "Files cannot be kept or fetched just now. Try again in a few minutes, or send this without the file "
        "and add it later."
    )


def put(content: bytes) -> str:
    """Keep the bytes; returns the key they lie under."""
    key = secrets.token_hex(24)
    with _asked("put"):
        obstore.put(_store(), key, content)
    return key


def copy(key: str) -> str:
    """Keep the same bytes once more, under a key of their own; FileNotFoundError where there are none."""
    fresh = secrets.token_hex(24)
    with _asked("copy", may_lack=True):
        obstore.copy(_store(), key, fresh)
    return fresh


def content_of(key: str) -> bytes:
    """The bytes that lie under the key; FileNotFoundError where there are none."""
    with _asked("get", may_lack=True):
        return bytes(obstore.get(_store(), key).bytes())


def keys_older_than(moment: datetime) -> Iterator[list[str]]:
    """The keys of what was kept before the moment, some hundreds at a time."""
    with _asked("list"):
        for batch in obstore.list(_store(), chunk_size=500):
            yield [each["path"] for each in batch if each["last_modified"] < moment]


def remove(key: str) -> None:
    """Forget the bytes under the key, if they are still there."""
    with suppress(FileNotFoundError), _asked("delete", may_lack=True):
        obstore.delete(_store(), key)


@contextmanager
def _asked(what: str, *, may_lack: bool = False) -> Iterator[None]:
    """The store's own troubles as ours: a key it may lack, and a store that is away, full, not there or refuses us."""
    try:
        yield
    except (BaseError, OSError) as error:
        if may_lack and isinstance(error, FileNotFoundError | NotFoundError):
            raise FileNotFoundError(str(error)) from None
        # The first line says what and why; those after it are for whoever mends the library.
        log.error("The file store did not %s: %s", what, str(error).partition("\n")[0])
        raise FilesAway from None


def _store() -> ObjectStore:
    return _opened(settings().file_store or str(settings().instance / "files"))


@lru_cache(maxsize=8)
def _opened(where: str) -> ObjectStore:
    if "://" not in where:
        return LocalStore(where, mkdir=True)
    return from_url(
        where,
        # A store without TLS is one whose address the administrator wrote so (AWS_ENDPOINT_URL).
        client_options={"connect_timeout": "3s", "timeout": "30s", "allow_http": True},
        retry_config={"max_retries": TRIES_AGAIN, "retry_timeout": TRIES_FOR},
    )
