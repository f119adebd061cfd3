"""Load beside vacancies, and every figure's definition."""

from flask import Flask

from . import keeping, rebuilding, views

__all__ = ["keeping", "rebuilding"]


def init_app(app: Flask) -> None:
    """Register the package's pages, listeners and commands."""
    keeping.listen()
    app.register_blueprint(views.bp)
