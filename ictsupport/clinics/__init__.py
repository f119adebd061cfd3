"""iPad clinics: planned, booked, held."""

from flask import Flask


def init_app(_app: Flask) -> None:
    """Register the package's pages, listeners and commands."""
