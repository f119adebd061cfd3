"""Pages that look across the packages."""

from flask import Flask


def init_app(_app: Flask) -> None:
    """Register the package's pages, listeners and commands."""
