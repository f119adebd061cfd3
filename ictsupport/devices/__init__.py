"""What is lent to whom."""

from flask import Flask

from ..pages import navigation
from . import access, events, first_page, import_views, models, return_views, returning, views

__all__ = [
    "access",
    "events",
    "first_page",
    "import_views",
    "init_app",
    "models",
    "return_views",
    "returning",
    "views",
]


def init_app(app: Flask) -> None:
    app.register_blueprint(views.bp)
    navigation.item(
        "Devices",
        "devices.register",
        when=lambda person: person.is_authenticated and person.has_role(*access.KEEPERS),
        order=60,
    )
