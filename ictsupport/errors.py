"""How the service says no, and what it says when something is missing or broken."""

import logging
from collections.abc import Iterable, Iterator
from typing import Any, ClassVar
from urllib.parse import urlsplit

from flask import Flask, g, jsonify, render_template, request
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import DBAPIError
from werkzeug.exceptions import (
    HTTPException,
    InternalServerError,
    RequestEntityTooLarge,
    SecurityError,
)
from werkzeug.sansio.multipart import Data, Epilogue, Field, File, MultipartDecoder, NeedData

log = logging.getLogger(__name__)

PAGES = (400, 403, 404, 405, 429, 503)
NOT_TYPED = frozenset({"csrf_token", "once", "version"})
WORTH_COPYING = 20
READ_AT_MOST = 1024 * 1024


class Refusal(Exception):
    """A rule said no. The reason is a sentence for the person who asked, with what to do next."""

    reason: ClassVar[str] = "That cannot be done."

    def __init__(self, reason: str | None = None, **details: Any) -> None:
        """`details` fill the {places} of the class's reason and stay readable for the page."""
        self.details = details
        super().__init__(reason or type(self).reason.format(**details))


def init_app(app: Flask) -> None:
    """Register the pages for refused, missing and broken."""
    for code in PAGES:
        app.register_error_handler(code, http_page)
    app.register_error_handler(413, too_much_page)
    app.register_error_handler(Refusal, refused_page)
    app.register_error_handler(CSRFError, expired_page)
    app.register_error_handler(DBAPIError, busy_page)
    app.register_error_handler(500, broken_page)


def http_page(error: HTTPException) -> ResponseReturnValue:
    """The page for what is missing, forbidden, too big or too often; the same words whoever looks."""
    code = error.code or 500
    if isinstance(error, SecurityError):
        return "This address is not one of ours.\n", 400, {"Content-Type": "text/plain; charset=utf-8"}
    answer = page(f"errors/{code if code != 405 else 404}.html", code)
    if error.response is not None:
        return error.response
    headers = {name: value for name, value in error.get_headers() if name in ("Allow", "Retry-After")}
    return (*answer, headers)


def refused_page(error: Refusal) -> ResponseReturnValue:
    """A Refusal that no form took up: its reason, and a way back."""
    return page("errors/refused.html", 409, reason=str(error), back=came_from())


def came_from() -> str:
    """The page of ours that the request came from, or nothing."""
    parts = urlsplit(request.referrer or "")
    if parts.netloc != request.host:
        return ""
    return f"/{parts.path.lstrip('/')}{'?' + parts.query if parts.query else ''}"


def expired_page(_error: CSRFError) -> ResponseReturnValue:
    """A form that no longer belongs to its sender's session; what was typed is shown, so that nothing is lost."""
    return page("errors/expired.html", 400, typed=worth_copying(request.form.items()))


def too_much_page(_error: RequestEntityTooLarge) -> ResponseReturnValue:
    """More than may come in at once: how much that is, and what was typed before the files, so that nothing is lost."""
    files = request.mimetype == "multipart/form-data" and _is_too_long()
    typed = worth_copying(_texts_before_files()) if files else []
    return page("errors/413.html", 413, files=files, typed=typed, back=came_from())


def worth_copying(texts: Iterable[tuple[str, str]]) -> list[str]:
    """What somebody wrote and would not want to write again; never a password."""
    return [
        text
        for name, text in texts
        if name not in NOT_TYPED and "password" not in name and len(text) > WORTH_COPYING
    ]


def _is_too_long() -> bool:
    """Whether all of it is more than may come in, not only the text in it."""
    return (request.content_length or 0) > (request.max_content_length or 0)


def _texts_before_files() -> Iterator[tuple[str, str]]:
    """The texts at the beginning of a form that is too long to be taken in; of the files nothing is read."""
    decoder = MultipartDecoder(request.mimetype_params.get("boundary", "").encode(), max_parts=1000)
    decoder.receive_data(request.environ["wsgi.input"].read(READ_AT_MOST))
    name, text = "", b""
    try:
        while not isinstance(part := decoder.next_event(), NeedData | Epilogue | File):
            if isinstance(part, Field):
                name, text = part.name, b""
            elif isinstance(part, Data):
                text += part.data
                if not part.more_data:
                    yield name, text.decode(errors="replace")
    except (ValueError, RequestEntityTooLarge):
        return


def busy_page(error: DBAPIError) -> ResponseReturnValue:
    """The database is away or too busy: say when to come back. Any other trouble with it is a fault of ours."""
    state = getattr(error.orig, "sqlstate", None) or ""
    words = str(error.orig)
    away = error.connection_invalidated or state.startswith("57P") or "connection failed" in words
    if not away and state not in ("55P03", "40P01", "40001") and "database is locked" not in words:
        raise error
    log.warning("The database is away or busy: %s", type(error.orig).__name__)
    content, code = bare_page("errors/503.html", 503)
    return content, code, {"Retry-After": "30"}


def broken_page(_error: InternalServerError) -> ResponseReturnValue:
    return bare_page("errors/500.html", 500)


def page(template: str, code: int, **context: Any) -> tuple[Any, int]:
    """The page, or its words as JSON where a program asked."""
    if wants_json():
        return jsonify(error=code, reason=context.get("reason", "")), code
    return render_template(template, **context), code


def bare_page(template: str, code: int) -> tuple[Any, int]:
    """A page that asks the database nothing, since that may be what is broken."""
    g.bare = True
    return page(template, code)


def wants_json() -> bool:
    best = request.accept_mimetypes.best_match(["text/html", "application/json"])
    return best == "application/json"
