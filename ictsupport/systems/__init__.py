"""The shared systems, their suppliers and contracts."""

from flask import Flask

from ..pages import navigation
from ..people.models import Role
from . import (
    alignment_views,
    contract_views,
    emails,
    events,
    expiring,
    models,
    register_views,
    supplier_views,
)
from .outages import views as outage_views

__all__ = [
    "alignment_views",
    "contract_views",
    "emails",
    "events",
    "expiring",
    "init_app",
    "models",
    "outage_views",
    "supplier_views",
]

WORKS_WITH_THEM = (
    Role.AGENT,
    Role.MANAGER,
    Role.SYSTEMS_LEAD,
    Role.REPORT_AUTHOR,
    Role.CLERK,
    Role.FIGURES_READER,
    Role.ADMINISTRATOR,
)
"""Those who find systems and contracts in their navigation; others of the councils reach them by a link."""


def init_app(app: Flask) -> None:
    app.register_blueprint(register_views.bp)
    app.register_blueprint(alignment_views.bp)
    for label, endpoint, order in (
        ("Systems", "systems.register", 50),
        ("Contracts", "contracts.shared", 55),
    ):
        navigation.item(
            label,
            endpoint,
            when=lambda person: person.is_authenticated and person.has_role(*WORKS_WITH_THEM),
            order=order,
        )
