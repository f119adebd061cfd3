"""The shared systems, their suppliers and contracts."""

from flask import Flask


def init_app(_app: Flask) -> None:
    from . import models  # noqa: F401
