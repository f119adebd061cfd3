"""Who may open the pages of systems and contracts."""

from datetime import date
from typing import Any

from ictsupport.people.models import Role
from ictsupport.systems.aligning import list_for_alignment
from ictsupport.systems.contracting import Terms, add_leg, draft_contract, sign
from ictsupport.systems.models import Use
from ictsupport.systems.outages.declaring import declare
from ictsupport.systems.registering import add_contact, add_supplier, add_system, record_leg
from tests.doors import DESK, EVERYBODY, Door, World

LEADS = frozenset({Role.SYSTEMS_LEAD, Role.ADMINISTRATOR})
DECLARERS = LEADS | DESK
SEES_COSTS = LEADS | {Role.MANAGER, Role.REPORT_AUTHOR, Role.CLERK, Role.FIGURES_READER}

DOORS = {
    "systems.register": Door(get=EVERYBODY),
    "systems.system": Door(get=EVERYBODY),
    "systems.new_system": Door(get=LEADS, post=LEADS),
    "systems.edit_system": Door(get=LEADS, post=LEADS),
    "systems.leg": Door(get=LEADS, post=LEADS),
    "systems.outages": Door(get=EVERYBODY),
    "systems.new_outage": Door(get=DECLARERS, post=DECLARERS),
    "systems.outage_update": Door(get=DECLARERS, post=DECLARERS),
    "systems.outage_end": Door(get=DECLARERS, post=DECLARERS),
    "systems.retirement": Door(post=LEADS),
    "systems.alignment": [
        Door(get=EVERYBODY, post=LEADS),
        Door(get=LEADS, post=LEADS, hidden=EVERYBODY, fill={"slug": "unlisted"}),
    ],
    "systems.saving": Door(get=LEADS, post=LEADS),
    "contracts.shared": Door(get=EVERYBODY),
    "contracts.notices": Door(get=EVERYBODY),
    "contracts.index": Door(get=EVERYBODY),
    "contracts.contract": [
        Door(get=EVERYBODY),
        Door(get=SEES_COSTS, hidden=EVERYBODY, fill={"contract_id": "draft"}),
    ],
    "contracts.new": Door(get=LEADS, post=LEADS),
    "contracts.edit": Door(get=LEADS, post=LEADS),
    "contracts.new_leg": Door(get=LEADS, post=LEADS),
    "contracts.leg": Door(get=LEADS, post=LEADS),
    "contracts.removal": Door(post=LEADS),
    "contracts.notice": Door(get=LEADS, post=LEADS),
    "contracts.signature": Door(get=LEADS, post=LEADS),
    "contracts.cancellation": Door(get=LEADS, post=LEADS),
    "contracts.alignment": Door(get=EVERYBODY, post=LEADS),
    "contracts.suppliers": Door(get=EVERYBODY),
    "contracts.supplier": Door(get=EVERYBODY),
    "contracts.new_supplier": Door(get=LEADS, post=LEADS),
    "contracts.edit_supplier": Door(get=LEADS, post=LEADS),
    "contracts.new_contact": Door(get=LEADS, post=LEADS),
    "contracts.end_contact": Door(post=LEADS),
}


def things(world: World) -> dict[str, Any]:
    by = world.visitors[Role.SYSTEMS_LEAD]
    supplier = add_supplier(name="Northern Voice Ltd", by=by)
    system, unlisted = add_system(name="Printing", by=by), add_system(name="Scanning", by=by)
    for council in (world.council, world.other_council):
        record_leg(system, council, use=Use.SAME, by=by)
    terms = Terms(starts_on=date(2025, 4, 1), ends_on=date(2028, 3, 31), notice_days=90)
    contract = draft_contract(name="Printers", supplier=supplier, systems=[system], by=by)
    leg = add_leg(contract, world.council, terms, by=by)
    sign(contract, on=date(2025, 3, 1), by=by)
    draft = draft_contract(name="Copiers", supplier=supplier, systems=[system], by=by)
    list_for_alignment(system, by=by)
    return {
        "slug": system.slug,
        "unlisted": unlisted.slug,
        "council_slug": world.council.slug,
        "contract_id": contract.id,
        "draft": draft.id,
        "leg_id": leg.id,
        "outage_id": declare(system, "It jams", by=by).id,
        "supplier_id": supplier.id,
        "contact_id": add_contact(supplier, name="Kim Ray", phone="01632 960001", by=by).id,
    }
