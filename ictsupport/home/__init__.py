"""Pages that look across the packages."""

from flask import Flask

from . import post_office


def init_app(app: Flask) -> None:
    app.register_blueprint(post_office.bp)
