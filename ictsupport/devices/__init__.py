"""What is lent to whom."""

from flask import Flask

from ..pages import navigation
from . import access, events, models, views

__all__ = ["access", "events", "init_app", "models", "views"]


def init_app(app: Flask) -> None:
    app.register_blueprint(views.bp)
    navigation.item(
        "Devices",
        "devices.register",
        when=lambda person: person.is_authenticated and person.has_role(*access.KEEPERS),
        order=60,
    )
