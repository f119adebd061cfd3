"""Load beside vacancies, and every figure's definition."""

from flask import Flask

from . import keeping, rebuilding, views
from .blueprint import bp
from .clinics import views as clinic_views

__all__ = ["clinic_views", "keeping", "rebuilding", "views"]


def init_app(app: Flask) -> None:
    """Register the package's pages, listeners and commands."""
    keeping.listen()
    app.register_blueprint(bp)
