"""Guides: what people can do themselves, written down once."""

from flask import Flask

from ..pages import navigation


def init_app(app: Flask) -> None:
    from . import first_page, reviewing, suggesting, ticket_parts, views, writing_views  # noqa: F401

    app.register_blueprint(views.bp)
    navigation.item("Guides", "guides.index", order=45)
