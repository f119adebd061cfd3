"""The pages of people: signing in, one's account, people and their roles, councils."""

from flask import Blueprint

bp = Blueprint("people", __name__)

from . import account, brands, councils, meetings, people, signing_in  # noqa: E402

__all__ = ["account", "bp", "brands", "councils", "meetings", "people", "signing_in"]
