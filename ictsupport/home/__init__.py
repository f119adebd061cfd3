"""Pages that look across the packages."""

from flask import Flask

from . import audit, post_office, views


def init_app(app: Flask) -> None:
    app.register_blueprint(views.bp)
    app.register_blueprint(post_office.bp)
    app.register_blueprint(audit.bp)
