"""iPad clinics: planned, booked, held."""

from flask import Flask

from ..pages import navigation


def init_app(app: Flask) -> None:
    from . import access, emails, first_page, reminding, views  # noqa: F401 - three of them listen

    app.register_blueprint(views.bp)
    navigation.item("Clinics", "clinics.index", when=access.goes_to_clinics, order=30)
