"""Posts, who is missing, and what is done about it."""

from flask import Flask


def init_app(_app: Flask) -> None:
    from . import models  # noqa: F401
