"""Pages of suppliers and whom to ask there."""

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue

from ..database import db
from ..pages.asking import Asked
from ..pages.paging import count_up_to, keyset
from ..pages.presses import done, once
from ..people.access import me
from . import access, queries, registering
from .alignment_views import bp
from .answering import ask, permit
from .forms import ContactForm, SupplierForm
from .models import Supplier, SupplierContact


def found_supplier(supplier_id: int) -> Supplier:
    """The supplier of the address; 404 for those who may not read contracts."""
    supplier: Supplier = db.one_or_404(queries.supplier_page(me(), supplier_id))
    return supplier


def here(supplier: Supplier) -> str:
    return url_for("contracts.supplier", supplier_id=supplier.id)


@bp.route("/suppliers")
def suppliers() -> ResponseReturnValue:
    permit(access.may_read(me()))
    asked = Asked(request.args, "contracts.suppliers", ("q",))
    found = queries.suppliers(asked.one("q"))
    return render_template(
        "systems/suppliers.html",
        page=keyset(
            found, [Supplier.name, Supplier.id], after=asked.one("after"), before=asked.one("before")
        ),
        total=count_up_to(found),
        asked=asked,
        may_add=access.may_add(me()),
    )


@bp.route("/suppliers/<int:supplier_id>")
def supplier(supplier_id: int) -> ResponseReturnValue:
    person = me()
    supplier = found_supplier(supplier_id)
    found = queries.contracts(person, supplier_id=supplier.id).order_by("name").limit(100)
    return render_template(
        "systems/supplier.html",
        supplier=supplier,
        contracts=db.session.scalars(found).all(),
        may_add=access.may_add(person),
    )


@bp.route("/suppliers/new", methods=["GET", "POST"])
@once
def new_supplier() -> ResponseReturnValue:
    permit(access.may_add(me()))
    form = SupplierForm()

    def act() -> tuple[str, str]:
        supplier = registering.add_supplier(
            name=form.name.data or "", website=form.website.data or "", notes=form.notes.data or "", by=me()
        )
        return here(supplier), f"{supplier.name} is added."

    return ask(
        form, act, title="Add a supplier", button="Add supplier", back=("Suppliers", url_for(".suppliers"))
    )


@bp.route("/suppliers/<int:supplier_id>/edit", methods=["GET", "POST"])
@once
def edit_supplier(supplier_id: int) -> ResponseReturnValue:
    supplier = found_supplier(supplier_id)
    permit(access.may_add(me()))
    form = SupplierForm(
        name=supplier.name, website=supplier.website, notes=supplier.notes, version=str(supplier.version)
    )

    def act() -> tuple[str, str]:
        registering.change_supplier(
            supplier,
            name=form.name.data or "",
            website=form.website.data or "",
            notes=form.notes.data or "",
            by=me(),
            version=form.seen,
        )
        return here(supplier), "Saved."

    return ask(form, act, title=f"Change {supplier.name}", back=(supplier.name, here(supplier)), row=supplier)


@bp.route("/suppliers/<int:supplier_id>/contacts", methods=["GET", "POST"])
@once
def new_contact(supplier_id: int) -> ResponseReturnValue:
    supplier = found_supplier(supplier_id)
    permit(access.may_add(me()))
    form = ContactForm()

    def act() -> tuple[str, str]:
        contact = registering.add_contact(
            supplier,
            name=form.name.data or "",
            job=form.job.data or "",
            email=form.email.data or "",
            phone=form.phone.data or "",
            by=me(),
        )
        return here(supplier), f"{contact.name} is added."

    return ask(
        form,
        act,
        title=f"Add a contact at {supplier.name}",
        button="Add contact",
        back=(supplier.name, here(supplier)),
    )


@bp.route("/suppliers/<int:supplier_id>/contacts/<int:contact_id>/ending", methods=["POST"])
@once
def end_contact(supplier_id: int, contact_id: int) -> ResponseReturnValue:
    """Somebody is no longer the one to ask."""
    supplier = found_supplier(supplier_id)
    permit(access.may_add(me()))
    contact = db.one_or_404(
        db.select(SupplierContact).where(
            SupplierContact.id == contact_id, SupplierContact.supplier_id == supplier.id
        )
    )
    registering.end_contact(contact, by=me())
    return done(here(supplier), f"{contact.name} is no longer a contact.")
