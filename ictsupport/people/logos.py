"""Logos: small pictures of councils, known by what they are and not by what they are called."""

import hashlib

from ..database import db
from ..errors import Refusal
from .models import Logo

LARGEST = 100_000
KINDS = {
    b"\x89PNG\r\n\x1a\n": "image/png",
    b"\xff\xd8\xff": "image/jpeg",
}


class NotAPicture(Refusal):
    reason = "The logo must be a PNG, JPEG or WebP picture. Drawings (SVG) can hold scripts, so they are not taken."


class TooBig(Refusal):
    reason = (
        "The logo is {size:,} bytes, and {limit:,} fit. Make the picture smaller: it is shown 40 pixels high."
    )


def keep_logo(content: bytes) -> str:
    """Keep a picture; returns the key it is served under."""
    if len(content) > LARGEST:
        raise TooBig(size=len(content), limit=LARGEST)
    kind = next((kind for start, kind in KINDS.items() if content.startswith(start)), "")
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        kind = "image/webp"
    if not kind:
        raise NotAPicture
    key = hashlib.sha256(content).hexdigest()
    if db.session.get(Logo, key) is None:
        db.session.add(Logo(key=key, content_type=kind, content=content))
        db.session.flush()
    return key
