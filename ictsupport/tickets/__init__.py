"""Asking for help, until it is given."""

from flask import Flask


def init_app(_app: Flask) -> None:
    from . import breaches, indexing, models, rebuilding, recounting  # noqa: F401
