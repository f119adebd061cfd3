"""What every answer tells the browser: run only our own scripts, show this page in no frame, keep the address to itself."""

import secrets
from urllib.parse import urlsplit

from flask import Flask, Response, g

LOOPBACK = ("localhost", "127.0.0.1", "[::1]")
POLICY = (
    "default-src 'self'; script-src 'self'{nonce}; style-src 'self'{nonce}; img-src 'self' data:; object-src 'none'; "
    "base-uri 'none'; form-action 'self'; frame-ancestors 'none'; require-trusted-types-for 'script'; "
    "trusted-types 'none'"
)


def csp_nonce() -> str:
    """The word that lets this answer's own style and script elements through."""
    if "csp_nonce" not in g:
        g.csp_nonce = secrets.token_urlsafe(16)
    return g.csp_nonce  # type: ignore[no-any-return]


def init_app(app: Flask) -> None:
    settings = app.config["SETTINGS"]
    own = urlsplit(settings.base_url).hostname
    app.config["TRUSTED_HOSTS"] = settings.allowed_hosts or [*LOOPBACK, *([own] if own else [])]
    app.jinja_env.globals["csp_nonce"] = csp_nonce

    @app.after_request
    def tell_the_browser(answer: Response) -> Response:
        nonce = g.pop("csp_nonce", None)
        headers = answer.headers
        headers.setdefault(
            "Content-Security-Policy", POLICY.format(nonce=f" 'nonce-{nonce}'" if nonce else "")
        )
        headers["X-Content-Type-Options"] = "nosniff"
        headers["X-Frame-Options"] = "DENY"
        # Not "no-referrer": the check of posted forms over https needs to see where they come from.
        headers["Referrer-Policy"] = "same-origin"
        headers["Cross-Origin-Opener-Policy"] = "same-origin"
        headers["Cross-Origin-Resource-Policy"] = "same-origin"
        headers["Permissions-Policy"] = "camera=(), geolocation=(), microphone=(), payment=(), usb=()"
        if settings.is_https:
            headers["Strict-Transport-Security"] = "max-age=31536000; includeSubDomains"
        if answer.mimetype == "text/html":
            headers.setdefault("Cache-Control", "private, no-cache")
        return answer
