"""The shared systems, their contracts, and how they came to be aligned."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from ... import clock
from ...config import settings
from ...people.models import Council, Person, Role
from ...systems.aligning import list_for_alignment, move, state_saving
from ...systems.contracting import Terms, add_leg, draft_contract, sign
from ...systems.models import Contract, Renewal, Stage, Supplier, System, SystemKind, Use
from ...systems.registering import add_contact, add_supplier, add_system, record_leg
from .content import content
from .setting import Setting, at_noon

LISTED = -17
STEPS = [Stage.STRATEGY, Stage.PROCURING, Stage.SIGNED, Stage.IMPLEMENTING, Stage.ALIGNED]


def register_systems(scene: Setting) -> None:
    """Put the systems on the register, as one that both councils have or are to have."""
    lead = _lead(scene)
    for told in content("systems")["system"]:
        system = add_system(
            name=told["name"], purpose=told["purpose"], kind=SystemKind(told["kind"]), owner=lead, by=lead
        )
        scene.systems[told["slug"]] = system
        for place, council in enumerate(scene.councils.values()):
            own = place > 0 and told["stage"] != Stage.ALIGNED.value
            record_leg(
                system,
                council,
                use=Use.DIFFERENT if own else Use.SAME,
                local_name="Spreadsheets and shared folders" if own else "",
                by=lead,
            )


def agree_contracts(scene: Setting) -> None:
    """Make the contracts and tell the way of each system to one of them for all."""
    lead, suppliers = _lead(scene), dict[str, Supplier]()
    for told in content("systems")["system"]:
        name = told["supplier"]
        if name not in suppliers:
            suppliers[name] = add_supplier(name=name, by=lead)
            add_contact(
                suppliers[name], name="Service desk", job="Support", phone="0330 900 1" + str(100 + len(suppliers)),
                email="support@" + "".join(filter(str.isalpha, name.lower())) + ".example", by=lead,
            )  # fmt: skip
        system = scene.systems[told["slug"]]
        _contract(scene, told, system, suppliers[name], lead)
        _alignment(scene, told, system, lead)


def _lead(scene: Setting) -> Person:
    return next(person for person in scene.agents.values() if person.has_role(Role.SYSTEMS_LEAD))


def _contract(
    scene: Setting, told: dict[str, Any], system: System, supplier: Supplier, lead: Person
) -> Contract:
    starts_on = scene.months(-told["from"])
    ends_on = scene.months(told["until"]) - timedelta(days=1)
    contract = draft_contract(
        name=f"{told['name']} {starts_on.year} to {ends_on.year}",
        reference=f"C-{starts_on.year}-{system.id:03}",
        supplier=supplier, systems=[system], owner=lead, by=lead,
    )  # fmt: skip
    for council, cost in zip(scene.councils.values(), told["cost"], strict=True):
        first = council is next(iter(scene.councils.values()))
        begins = starts_on if first else scene.months(-told.get("joined", told["from"]))
        if cost:
            add_leg(contract, council, _terms(told, council, cost, begins, ends_on), by=lead)
    sign(contract, on=starts_on - timedelta(days=20), by=lead)
    return contract


def _terms(told: dict[str, Any], council: Council, cost: int, starts_on: date, ends_on: date) -> Terms:
    tacit = told["slug"] in ("printing", "network-and-wifi")
    return Terms(
        starts_on=starts_on,
        ends_on=ends_on,
        notice_days=told["notice"],
        renewal=Renewal.TACIT if tacit else Renewal.EXPRESS,
        renewal_months=12 if tacit else 0,
        extension_options="Two extensions of 12 months"
        if told["until"] > 18
        else "One extension of 12 months",
        annual_cost=Decimal(cost),
        support_hours="Monday to Friday, 8am to 6pm" if cost > 30000 else "Monday to Friday, 9am to 5pm",
        support_phone=f"0330 900 2{council.id:03}",
        support_portal=f"https://support.{told['slug']}.example/",
        support_included=cost > 20000,
    )


def _alignment(scene: Setting, told: dict[str, Any], system: System, lead: Person) -> None:
    """Listed when the strategy was made; from stage to stage until where it stands today."""
    stages = STEPS[: STEPS.index(Stage(told["stage"])) + 1]
    last = -told.get("aligned", 1)
    first = min(LISTED, last - 1)
    target = scene.months(told["target"]) if "target" in told else scene.months(last)
    with clock.at(at_noon(scene.months(first), settings().zone)):
        alignment = list_for_alignment(system, by=lead, target_on=target, reason=told.get("reason", ""))
    for place, stage in enumerate(stages, start=1):
        share = place / len(stages)
        since = scene.months(round(first + (last - first) * share))
        if stage in (Stage.SIGNED, Stage.IMPLEMENTING, Stage.ALIGNED):
            since = max(since, scene.months(-told.get("joined", told["from"])))
        present = stage is Stage(told["stage"])
        with clock.at(at_noon(since, settings().zone)):
            move(
                alignment, stage, by=lead, since=since, target_on=target,
                reason=told.get("reason", "") if present else "", blocker=told.get("blocker", "") if present else "",
            )  # fmt: skip
    promised, realised = sum(told["saving"]), sum(told["saving"]) if stages[-1] is Stage.ALIGNED else None
    kept = Decimal(realised) * Decimal("0.92") if realised else None
    state_saving(alignment, promised=Decimal(promised), realised=kept, by=lead)
