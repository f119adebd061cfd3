"""Who and where: people, councils, roles; signing in and what each may do."""

from flask import Flask

from . import access, branding, emails
from .sessions import login_manager, seconds_left
from .views import bp

__all__ = ["branding", "emails", "init_app"]


def init_app(app: Flask) -> None:
    login_manager.init_app(app)
    login_manager.login_view = "people.sign_in"
    access.init_app(app)
    app.jinja_env.globals["sign_in_seconds_left"] = seconds_left
    app.register_blueprint(bp)
