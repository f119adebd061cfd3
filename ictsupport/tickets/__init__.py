"""Asking for help, until it is given."""

from flask import Flask


def init_app(app: Flask) -> None:
    from . import breaches, clock_views, escalating, indexing, models, rebuilding, recounting, target_emails  # noqa: F401

    app.register_blueprint(clock_views.bp)
