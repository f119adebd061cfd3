"""Pages of contracts: lists, one contract with its legs, and all that is done with it."""

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import NotFound

from ..database import db
from ..pages.asking import Asked
from ..pages.numbers import whole
from ..pages.paging import count_up_to, keyset
from ..pages.presses import done, once
from ..people.access import me
from . import access, contracting, queries
from .alignment_views import bp
from .answering import ask, permit
from .forms import (
    CancellationForm,
    ContractForm,
    NoticeForm,
    SignatureForm,
    TermsForm,
    chosen_person,
)
from .models import Contract, ContractLeg, Renewal, State, Supplier, System
from .register_views import today
from .telling import story_of

AHEAD = (30, 90, 180, 365)
STATES = {state.value: state.value.capitalize() for state in State}


def found_contract(contract_id: int) -> Contract:
    """The contract of the address, if there is one that somebody may see; otherwise 404."""
    contract: Contract = db.one_or_404(queries.contract_page(me(), contract_id))
    return contract


def found_leg(contract: Contract, leg_id: int) -> ContractLeg:
    leg = next((leg for leg in contract.legs if leg.id == leg_id), None)
    if leg is None:
        raise NotFound
    return leg


def here(contract: Contract) -> str:
    return url_for("contracts.contract", contract_id=contract.id)


@bp.route("/contracts/all")
def index() -> ResponseReturnValue:
    person = me()
    permit(access.may_read(person))
    councils = queries.council_names()
    asked = Asked(request.args, "contracts.index", ("q", "state", "council", "supplier"))
    council = next((each for each in councils.values() if each.slug == asked.one("council")), None)
    found = queries.contracts(
        person,
        words=asked.one("q"),
        states=asked.some("state", State),
        council_id=council.id if council else None,
        supplier_id=whole(asked.one("supplier")),
    )
    return render_template(
        "systems/contracts.html",
        page=keyset(
            found, [Contract.name, Contract.id], after=asked.one("after"), before=asked.one("before")
        ),
        total=count_up_to(found),
        asked=asked,
        councils=councils,
        states=STATES,
        chosen=asked.chips(
            q={asked.one("q"): f"“{asked.one('q')}”"},
            council={each.slug: each.short_name for each in councils.values()},
            state=STATES,
        ),
        today=today(),
        may_add=access.may_add(person),
        sees_cost=lambda leg: access.may_see_cost(person, leg.council_id),
    )


@bp.route("/contracts/notices")
def notices() -> ResponseReturnValue:
    """Legs about which somebody must decide, the most urgent first."""
    person = me()
    permit(access.may_read(person))
    asked = Asked(request.args, "contracts.notices", ("within",))
    within = next((days for days in AHEAD if asked.one("within") == str(days)), queries.NOTICE_AHEAD)
    due = queries.notices(person, today(), within)
    return render_template(
        "systems/notices.html",
        page=keyset(
            due,
            [ContractLeg.notice_on, ContractLeg.id],
            after=asked.one("after"),
            before=asked.one("before"),
        ),
        counts={days: count_up_to(queries.notices(person, today(), days)) for days in AHEAD},
        within=within,
        asked=asked,
        today=today(),
        may_add=access.may_add(person),
        sees_cost=lambda leg: access.may_see_cost(person, leg.council_id),
    )


@bp.route("/contracts/<int:contract_id>")
def contract(contract_id: int) -> ResponseReturnValue:
    person = me()
    contract = found_contract(contract_id)
    seen = [access.may_see_cost(person, leg.council_id) for leg in contract.legs]
    return render_template(
        "systems/contract.html",
        contract=contract,
        state=contracting.state_in_words(contract),
        today=today(),
        may_change=access.may_change_contract(person, contract),
        may_lead=lambda leg: access.may_lead(person, [leg.council_id]),
        sees_cost=lambda leg: access.may_see_cost(person, leg.council_id),
        sees_any_cost=any(seen),
        story=story_of(contract) if all(seen) and access.may_see_any_cost(person) else [],
    )


@bp.route("/contracts/new", methods=["GET", "POST"])
@once
def new() -> ResponseReturnValue:
    permit(access.may_add(me()))
    form = ContractForm()
    offer(form, None)
    if request.method == "GET" and (slug := request.args.get("system", "")):
        form.systems.data = list(db.session.scalars(db.select(System.slug).where(System.slug == slug[:120])))

    def act() -> tuple[str, str]:
        contract = contracting.draft_contract(
            name=form.name.data or "",
            reference=form.reference.data or "",
            supplier=chosen_supplier(form),
            systems=chosen_systems(form),
            owner=chosen_person(form.owner),
            notes=form.notes.data or "",
            by=me(),
        )
        return here(contract), "The draft is saved. Add a leg for each council."

    return ask(
        form,
        act,
        title="Add a contract",
        button="Save draft",
        back=("Contracts", url_for(".index")),
        intro="A draft is seen only by those who see costs, until it is signed.",
    )


@bp.route("/contracts/<int:contract_id>/edit", methods=["GET", "POST"])
@once
def edit(contract_id: int) -> ResponseReturnValue:
    contract = found_contract(contract_id)
    permit(access.may_change_contract(me(), contract))
    form = ContractForm(
        name=contract.name,
        reference=contract.reference,
        supplier=str(contract.supplier_id),
        systems=[system.slug for system in contract.systems],
        owner=contract.owner_id,
        notes=contract.notes,
        version=str(contract.version),
    )
    offer(form, contract)

    def act() -> tuple[str, str]:
        contracting.change_contract(
            contract,
            name=form.name.data or "",
            reference=form.reference.data or "",
            supplier=chosen_supplier(form),
            systems=chosen_systems(form),
            owner=chosen_person(form.owner),
            notes=form.notes.data or "",
            by=me(),
            version=form.seen,
        )
        return here(contract), "Saved."

    return ask(form, act, title=f"Change {contract.name}", back=(contract.name, here(contract)), row=contract)


def offer(form: ContractForm, contract: Contract | None) -> None:
    """Let suppliers and systems be chosen; a retired system only where the contract has it already."""
    rows = db.session.execute(db.select(Supplier.id, Supplier.name).order_by(Supplier.name))
    form.supplier.choices = {"": "Choose a supplier", **{str(key): name for key, name in rows}}
    held = [system.id for system in contract.systems] if contract else []
    systems = db.select(System.slug, System.name).order_by(System.name)
    systems = systems.where(System.retired_on.is_(None) | System.id.in_(held))
    form.systems.choices = {row.slug: row.name for row in db.session.execute(systems)}


def chosen_supplier(form: ContractForm) -> Supplier:
    return db.session.get_one(Supplier, int(form.supplier.data))


def chosen_systems(form: ContractForm) -> list[System]:
    return list(db.session.scalars(db.select(System).where(System.slug.in_(form.systems.data or []))))


# Legs


@bp.route("/contracts/<int:contract_id>/legs/new", methods=["GET", "POST"])
@once
def new_leg(contract_id: int) -> ResponseReturnValue:
    contract = found_contract(contract_id)
    permit(access.may_change_contract(me(), contract))
    form = TermsForm(version=str(contract.version))
    councils = {each.slug: each for each in queries.council_names().values()}
    offered = {slug: each.name for slug, each in councils.items() if access.may_lead(me(), [each.id])}
    form.council.choices = {"": "Choose a council", **offered}

    def act() -> tuple[str, str]:
        council = councils[form.council.data]
        contracting.add_leg(contract, council, terms_of(form), by=me(), version=form.seen)
        return here(contract), f"The leg of {council.short_name} is added."

    return ask(
        form,
        act,
        title=f"Add a leg to {contract.name}",
        button="Add leg",
        back=(contract.name, here(contract)),
        row=contract,
    )


@bp.route("/contracts/<int:contract_id>/legs/<int:leg_id>", methods=["GET", "POST"])
@once
def leg(contract_id: int, leg_id: int) -> ResponseReturnValue:
    contract = found_contract(contract_id)
    leg = found_leg(contract, leg_id)
    permit(access.may_lead(me(), [leg.council_id]))
    terms = contracting.Terms.of(leg)
    form = TermsForm(
        **{**vars(terms), "renewal": leg.renewal.value},
        council=leg.council.slug,
        version=str(contract.version),
    )
    form.council.choices = {leg.council.slug: leg.council.name}

    def act() -> tuple[str, str]:
        contracting.change_leg(leg, terms_of(form), by=me(), version=form.seen)
        return here(contract), f"The leg of {leg.council.short_name} is saved."

    amended = (
        "This contract is signed: what you change is kept as an amendment." if contract.signed_on else ""
    )
    return ask(
        form,
        act,
        title=f"{contract.name}: {leg.council.name}",
        back=(contract.name, here(contract)),
        row=contract,
        intro=amended,
    )


def terms_of(form: TermsForm) -> contracting.Terms:
    """What was typed, as terms."""
    return contracting.Terms(
        starts_on=form.starts_on.data,
        ends_on=form.ends_on.data,
        notice_days=form.notice_days.data or 0,
        renewal=Renewal(form.renewal.data),
        renewal_months=form.renewal_months.data or 0,
        extension_options=form.extension_options.data or "",
        annual_cost=form.annual_cost.data,
        support_hours=form.support_hours.data or "",
        support_phone=form.support_phone.data or "",
        support_portal=form.support_portal.data or "",
        support_included=bool(form.support_included.data),
    )


@bp.route("/contracts/<int:contract_id>/legs/<int:leg_id>/removal", methods=["POST"])
@once
def removal(contract_id: int, leg_id: int) -> ResponseReturnValue:
    contract = found_contract(contract_id)
    leg = found_leg(contract, leg_id)
    permit(access.may_lead(me(), [leg.council_id]))
    name = leg.council.short_name
    contracting.remove_leg(leg, by=me())
    return done(here(contract), f"The leg of {name} is removed.")


@bp.route("/contracts/<int:contract_id>/legs/<int:leg_id>/notice", methods=["GET", "POST"])
@once
def notice(contract_id: int, leg_id: int) -> ResponseReturnValue:
    contract = found_contract(contract_id)
    leg = found_leg(contract, leg_id)
    permit(access.may_lead(me(), [leg.council_id]))
    form = NoticeForm(on=today())

    def act() -> tuple[str, str]:
        contracting.give_notice(leg, on=form.on.data, by=me())
        return here(
            contract
        ), f"Notice is recorded for {leg.council.short_name}: the leg ends on its last day."

    return ask(
        form,
        act,
        title=f"Notice for {leg.council.name}",
        button="Record notice",
        back=(contract.name, here(contract)),
        intro="This only records that notice was given. The supplier is not written to.",
    )


# What becomes of a contract


@bp.route("/contracts/<int:contract_id>/signature", methods=["GET", "POST"])
@once
def signature(contract_id: int) -> ResponseReturnValue:
    contract = found_contract(contract_id)
    permit(access.may_change_contract(me(), contract))
    form = SignatureForm(on=today(), version=str(contract.version))

    def act() -> tuple[str, str]:
        contracting.sign(contract, on=form.on.data, by=me(), version=form.seen)
        active = contract.state is State.ACTIVE
        return here(contract), "The contract is active." if active else "The contract is signed."

    return ask(
        form,
        act,
        title=f"Sign {contract.name}",
        button="Record signature",
        back=(contract.name, here(contract)),
        row=contract,
        intro="Once signed, everybody in the councils can see it, without its costs.",
    )


@bp.route("/contracts/<int:contract_id>/cancellation", methods=["GET", "POST"])
@once
def cancellation(contract_id: int) -> ResponseReturnValue:
    contract = found_contract(contract_id)
    permit(access.may_change_contract(me(), contract))
    form = CancellationForm(version=str(contract.version))

    def act() -> tuple[str, str]:
        contracting.cancel(contract, reason=form.reason.data or "", by=me(), version=form.seen)
        return here(contract), "The contract is cancelled."

    return ask(
        form,
        act,
        title=f"Cancel {contract.name}",
        button="Cancel contract",
        look="warning",
        back=(contract.name, here(contract)),
        row=contract,
    )
