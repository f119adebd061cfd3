"""What all pages share."""

from flask import Flask


def init_app(_app: Flask) -> None:
    from . import presses  # noqa: F401
