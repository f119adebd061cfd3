"""Stylesheets, scripts and pictures under an address that changes when any of them does, so browsers may keep them."""

import hashlib
from pathlib import Path

from flask import Flask, Response, abort, send_from_directory

YEAR = 365 * 24 * 3600
PUBLIC = frozenset({".css", ".js", ".svg", ".png", ".ico", ".txt", ".webmanifest"})


def init_app(app: Flask) -> None:
    folder = Path(app.static_folder or "")
    prefix = f"/assets/{fingerprint(folder)}/"

    def asset(name: str) -> str:
        """The address of a file of static/."""
        return prefix + name

    def send(version: str, name: str) -> Response:
        """Any version in the address gets the present file: a page loaded before an update still works."""
        if Path(name).suffix not in PUBLIC:
            abort(404)
        answer = send_from_directory(folder, name, max_age=YEAR if f"/{version}/" in prefix else 0)
        answer.cache_control.immutable = f"/{version}/" in prefix
        return answer

    send.is_public = True  # type: ignore[attr-defined]
    app.add_url_rule("/assets/<version>/<path:name>", "assets", send)
    app.jinja_env.globals["asset"] = asset


def fingerprint(folder: Path) -> str:
    """A short digest of all files in the folder."""
    digest = hashlib.sha256()
    for path in sorted(folder.rglob("*")):
        if path.is_file() and path.suffix in PUBLIC:
            digest.update(path.relative_to(folder).as_posix().encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()[:12]
