"""Asking for help, until it is given."""

from flask import Flask


def init_app(app: Flask) -> None:
    from . import (  # noqa: F401
        breaches,
        by_request,
        clock_views,
        emails,
        escalating,
        first_page,
        indexing,
        models,
        rebuilding,
        recounting,
        system_parts,
        target_emails,
        views,
    )
    from .blueprint import bp

    app.register_blueprint(bp)
    app.register_blueprint(clock_views.bp)
