"""Stylesheets, scripts and pictures under an address that changes when any of them does, so browsers may keep them.

They are few and small, so they are read once, when the server starts, and kept
in memory both as they are and compressed.
"""

import gzip
import hashlib
import mimetypes
from dataclasses import dataclass
from pathlib import Path

from flask import Flask, Response, abort, request

YEAR = 365 * 24 * 3600
PUBLIC = frozenset({".css", ".js", ".svg", ".png", ".ico", ".txt", ".webmanifest"})
WORTH_COMPRESSING = 1_000


@dataclass(frozen=True)
class File:
    """A file as it is sent."""

    content: bytes
    packed: bytes
    mimetype: str


def init_app(app: Flask) -> None:
    folder = Path(app.static_folder or "")
    files = {
        path.relative_to(folder).as_posix(): read(path) for path in sorted(folder.rglob("*")) if served(path)
    }
    present = fingerprint(files)
    prefix = f"/assets/{present}/"

    def asset(name: str) -> str:
        """The address of a file of static/."""
        return prefix + name

    def send(version: str, name: str) -> Response:
        """Any version in the address gets the present file: a page loaded before an update still works."""
        file = files.get(name) or abort(404)
        packed = bool(file.packed) and request.accept_encodings["gzip"] > 0
        answer = Response(file.packed if packed else file.content, mimetype=file.mimetype)
        if packed:
            answer.headers["Content-Encoding"] = "gzip"
        answer.vary.add("Accept-Encoding")
        answer.cache_control.public = True
        answer.cache_control.max_age = YEAR if version == present else 0
        answer.cache_control.immutable = version == present
        return answer

    send.is_public = True  # type: ignore[attr-defined]
    app.add_url_rule("/assets/<version>/<path:name>", "assets", send)
    app.jinja_env.globals["asset"] = asset


def served(path: Path) -> bool:
    return path.is_file() and path.suffix in PUBLIC


def read(path: Path) -> File:
    content = path.read_bytes()
    packed = gzip.compress(content, 9, mtime=0) if len(content) > WORTH_COMPRESSING else b""
    kind = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
    return File(content, packed, "text/javascript" if path.suffix == ".js" else kind)


def fingerprint(files: dict[str, File]) -> str:
    """A short digest of the names and contents of all files."""
    digest = hashlib.sha256()
    for name, file in files.items():
        digest.update(name.encode() + b"\0" + file.content)
    return digest.hexdigest()[:12]
