"""iPad clinics: planned, booked, held."""

from flask import Flask

from ..pages import navigation


def init_app(app: Flask) -> None:
    from . import access, caller_facts, emails, first_page, ticket_parts, unhosted, views  # noqa: F401 - they listen
    from .day import emails as day_emails  # noqa: F401
    from .day import not_coming  # noqa: F401
    from .reminding import arranging, sending  # noqa: F401
    from .replies import taking  # noqa: F401
    from .waiting import emails as waiting_emails  # noqa: F401
    from .waiting import offering, replacing  # noqa: F401

    app.register_blueprint(views.bp)
    app.register_blueprint(views.feeds_bp)
    navigation.item("Clinics", "clinics.index", when=access.goes_to_clinics, order=30)
