"""Pages that look across the packages."""

from flask import Flask

from . import audit, filing, post_office, views  # noqa: F401  (filing puts pages onto the post office)


def init_app(app: Flask) -> None:
    app.register_blueprint(views.bp)
    app.register_blueprint(post_office.bp)
    app.register_blueprint(audit.bp)
