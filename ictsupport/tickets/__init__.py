"""Asking for help, until it is given."""

from flask import Flask


def init_app(app: Flask) -> None:
    from . import (  # noqa: F401
        breaches,
        by_request,
        clock_views,
        escalating,
        indexing,
        models,
        rebuilding,
        recounting,
        target_emails,
    )

    app.register_blueprint(clock_views.bp)
