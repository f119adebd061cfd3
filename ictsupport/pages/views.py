"""Pages about the service itself, for everybody: accessibility, privacy, cookies, and whether it is well."""

from collections.abc import Callable
from typing import TypeVar

from flask import Blueprint, Flask, current_app, jsonify, render_template
from flask.typing import ResponseReturnValue
from markupsafe import Markup

from ..config import Settings
from . import health

bp = Blueprint("pages", __name__)

View = TypeVar("View", bound=Callable[..., ResponseReturnValue])


def everybody(view: View) -> View:
    """A page for everybody, signed in or not."""
    view.is_public = True  # type: ignore[attr-defined]
    return view


class Service:
    """What every page says about the service: its name, and where there is help."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings

    @property
    def name(self) -> str:
        return self.settings.service_name

    @property
    def phone(self) -> str:
        return self.settings.service_phone

    @property
    def hours(self) -> str:
        return self.settings.service_hours

    @property
    def idle_seconds(self) -> int:
        return self.settings.session_idle_hours * 3600

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


@bp.route("/still-here")
def still_here() -> ResponseReturnValue:
    """Somebody signed in is still using a page: being asked is enough to renew their sign-in."""
    return "", 204


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
