"""Pages about the service itself, for everybody: accessibility, privacy, cookies, and whether it is well."""

from collections.abc import Callable
from typing import TypeVar

from flask import Blueprint, Flask, current_app, g, has_request_context, jsonify, render_template
from flask.typing import ResponseReturnValue
from markupsafe import Markup

from ..config import Settings
from . import brand, health

bp = Blueprint("pages", __name__)

View = TypeVar("View", bound=Callable[..., ResponseReturnValue])


def everybody(view: View) -> View:
    """A page for everybody, signed in or not."""
    view.is_public = True  # type: ignore[attr-defined]
    return view


class Service:
    """What every page says about the service: its name, and where there is help.

    To people of a council in the council's own words, where it has some; mail
    is written in the service's own, since who reads it is not who caused it.
    """

    def __init__(self, settings: Settings, *, own_words: bool = False) -> None:
        self.settings = settings
        self.own_words = own_words

    @property
    def name(self) -> str:
        return self._said("service") or self.settings.service_name

    @property
    def phone(self) -> str:
        return self._said("phone") or self.settings.service_phone

    @property
    def takes_mail(self) -> bool:
        """Whether an answer to its mail is read."""
        return bool(self.settings.mail_inbox)

    @property
    def hours(self) -> str:
        return self._said("hours") or self.settings.service_hours

    @property
    def statement(self) -> str:
        """What the accessibility statement says beyond what is true of every installation."""
        return self._said("statement")

    @property
    def contact(self) -> str:
        """Who to turn to about accessibility, where that is not the helpdesk."""
        return self._said("contact")

    def _said(self, part: str) -> str:
        if self.own_words or not has_request_context() or g.get("bare"):
            return ""
        return brand.present().words.get(part, "")

    @property
    def help(self) -> Markup:
        """Where to turn, in the same words on every page."""
        if not self.phone:
            return Markup("Need help? Speak to the ICT helpdesk.")
        number = self.phone.replace(" ", "")
        link = Markup('<a class="govuk-link nowrap" href="tel:{}">{}</a>').format(number, self.phone)
        when = f", {self.hours}" if self.hours else ""
        return Markup("Need help? Ring the ICT helpdesk on {}{}.").format(link, when)


def init_app(app: Flask) -> None:
    app.jinja_env.globals["service"] = Service(app.config["SETTINGS"])
    app.extensions["pages.service"] = Service(app.config["SETTINGS"], own_words=True)
    app.register_blueprint(bp)


@bp.route("/accessibility")
@everybody
def accessibility() -> ResponseReturnValue:
    return render_template("pages/accessibility.html")


@bp.route("/privacy")
@everybody
def privacy() -> ResponseReturnValue:
    return render_template("pages/privacy.html")


@bp.route("/cookies")
@everybody
def cookies() -> ResponseReturnValue:
    return render_template("pages/cookies.html", cookie=current_app.config["SESSION_COOKIE_NAME"])


@bp.route("/robots.txt")
@everybody
def robots() -> ResponseReturnValue:
    return "User-agent: *\nDisallow: /\n", 200, {"Content-Type": "text/plain; charset=utf-8"}


@bp.route("/health/live")
@everybody
def live() -> ResponseReturnValue:
    """The process answers."""
    return jsonify(status="live")


@bp.route("/health/ready")
@everybody
def ready() -> ResponseReturnValue:
    """The service can do its work: 200, or 503 with the parts that are not well."""
    checks = health.findings()
    well = all(state == "ok" for state in checks.values())
    return jsonify(status="ready" if well else "not ready", checks=checks), 200 if well else 503
