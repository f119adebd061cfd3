"""The pages of people: signing in, one's account, people and their roles, councils."""

from flask import Blueprint

bp = Blueprint("people", __name__)

from . import account, councils, people, signing_in  # noqa: E402

__all__ = ["account", "bp", "councils", "people", "signing_in"]
