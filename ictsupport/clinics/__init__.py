"""iPad clinics: planned, booked, held."""

from flask import Flask


def init_app(_app: Flask) -> None:
    from . import emails, reminding  # noqa: F401 - they listen
