"""The service desk of an ICT service that several councils share."""

import gc

from flask import Flask
from flask_wtf import CSRFProtect
from werkzeug.middleware.proxy_fix import ProxyFix

from . import (
    clinics,
    database,
    devices,
    errors,
    guides,
    home,
    jobs,
    journal,
    mail,
    pages,
    people,
    reports,
    staffing,
    systems,
    tickets,
    unchanged,
)
from .config import Settings, bundled

__all__ = ["create_app", "jobs", "journal", "mail", "settle_down"]


def create_app(settings: Settings | None = None) -> Flask:
    """The application, ready to serve: reads as a table of contents."""
    settings = settings or Settings()
    app = Flask(__name__, template_folder=str(bundled("templates")), static_folder=str(bundled("static")))
    app.config.from_mapping(settings.for_flask())
    if settings.trusted_proxies:
        hops = settings.trusted_proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops, x_host=hops)  # type: ignore[method-assign]

    if app.config["SQLALCHEMY_DATABASE_URI"].startswith("sqlite:"):
        settings.instance.mkdir(parents=True, exist_ok=True)
    database.init_app(app)
    unchanged.listen()
    CSRFProtect(app)
    errors.init_app(app)
    pages.init_app(app)

    people.init_app(app)
    devices.init_app(app)
    systems.init_app(app)
    tickets.init_app(app)
    guides.init_app(app)
    clinics.init_app(app)
    staffing.init_app(app)
    reports.init_app(app)
    home.init_app(app)
    return app


def settle_down() -> None:
    """Tell the collector of garbage that what is loaded stays. For servers, once the application is made.

    A page makes and drops tens of thousands of small things. Looking through
    all that was ever loaded while it does so took a third of the queue's time.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 50)
