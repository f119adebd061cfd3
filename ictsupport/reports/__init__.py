"""Load beside vacancies, and every figure's definition."""

from flask import Flask

from . import keeping, rebuilding

__all__ = ["keeping", "rebuilding"]


def init_app(_app: Flask) -> None:
    """Register the package's pages, listeners and commands."""
    keeping.listen()
