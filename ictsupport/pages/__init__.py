"""What all pages share: the frame, navigation, brand, forms, words for dates and numbers, paging, charts, headers."""

from flask import Flask

from . import (
    addresses,
    assets,
    brand,
    filters,
    forms,
    headers,
    markdown,
    navigation,
    presses,
    settings_index,
    views,
)

__all__ = ["brand", "init_app", "navigation", "presses"]


def init_app(app: Flask) -> None:
    app.jinja_env.trim_blocks = True
    app.jinja_env.lstrip_blocks = True
    for part in (
        addresses,
        headers,
        assets,
        filters,
        navigation,
        brand,
        forms,
        markdown,
        settings_index,
        views,
    ):
        part.init_app(app)
