"""Pages of devices: the register, one device with everybody who had it, lending and taking back."""

from flask import Blueprint, abort, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from ..database import db
from ..errors import Refusal
from ..pages.asking import Asked
from ..pages.numbers import whole
from ..pages.paging import count_up_to, keyset
from ..pages.presses import done, once
from ..people.access import allow, me, visible_people
from ..people.models import Council, Person
from . import access, lending, queries
from .access import KEEPERS
from .forms import ChangeForm, DeviceForm, LoanForm
from .models import Device
from .returning import owed_for

bp = Blueprint("devices", __name__)

LENT = {"yes": "Lent", "no": "Not lent"}


def found_device(device_id: int) -> Device:
    """The device of the address, if there is one that somebody may see; otherwise 404."""
    device: Device = db.one_or_404(queries.device_page(me(), device_id))
    return device


def kept_device(device_id: int) -> Device:
    """The same, for those who may lend it; 403 for whoever only has it."""
    device = found_device(device_id)
    if not access.may_keep(me(), device):
        abort(403)
    return device


def here(device: Device) -> str:
    return url_for("devices.device", device_id=device.id)


@bp.route("/devices")
@allow(*KEEPERS)
def register() -> ResponseReturnValue:
    asked = Asked(request.args, "devices.register", ("q", "council", "lent", "retired"))
    councils = db.session.scalars(select(Council).order_by(Council.name)).all()
    council = next((each for each in councils if each.slug == asked.one("council")), None)
    devices = queries.device_list(
        me(),
        words=asked.one("q"),
        council_id=council.id if council else None,
        lent={"yes": True, "no": False}.get(asked.one("lent")),
        retired=asked.one("retired") == "yes",
    )
    return render_template(
        "devices/register.html",
        page=keyset(
            devices, [Device.asset_tag, Device.id], after=asked.one("after"), before=asked.one("before")
        ),
        total=count_up_to(devices),
        asked=asked,
        councils=councils,
        chosen=asked.chips(
            q={asked.one("q"): f"“{asked.one('q')}”"},
            council={each.slug: each.short_name for each in councils},
            lent=LENT,
            retired={"yes": "Out of use"},
        ),
    )


@bp.route("/devices/<int:device_id>")
def device(device_id: int) -> ResponseReturnValue:
    """One device, for the desk and for whoever has it; the history of others is for the desk."""
    device = found_device(device_id)
    keeps = access.may_keep(me(), device)
    return render_template(
        "devices/device.html",
        device=device,
        keeps=keeps,
        form=LoanForm() if keeps else None,
        owed=owed_for(device) if device.custody else None,
    )


@bp.route("/devices/new", methods=["GET", "POST"])
@allow(*KEEPERS)
@once
def new() -> ResponseReturnValue:
    form = DeviceForm()
    councils = _councils_for(form)
    status = 200
    if form.validate_on_submit():
        try:
            with db.session.begin_nested():
                device = lending.register_device(
                    asset_tag=form.asset_tag.data or "",
                    kind=form.kind.data or "",
                    model=form.model.data or "",
                    serial=form.serial.data or "",
                    os_version=form.os_version.data or "",
                    council=councils.get(form.council.data or ""),
                    by=me(),
                )
            return done(here(device), f"{device.label} is on the register.")
        except Refusal as refusal:
            form.form_errors.append(str(refusal))
    if request.method == "POST":
        status = 422
    return render_template("devices/form.html", device=None, form=form), status


@bp.route("/devices/<int:device_id>/edit", methods=["GET", "POST"])
@allow(*KEEPERS)
@once
def edit(device_id: int) -> ResponseReturnValue:
    """Put right what the register says of a device."""
    device = kept_device(device_id)
    form = ChangeForm(
        data={
            **{name: getattr(device, name) for name in ("kind", "model", "serial", "os_version")},
            "version": str(device.version),
            "council": device.council.slug if device.council else "",
        }
    )
    councils = _councils_for(form)
    if form.validate_on_submit():
        try:
            with db.session.begin_nested():
                lending.change_device(
                    device,
                    by=me(),
                    version=whole(form.version.data),
                    kind=form.kind.data or "",
                    model=form.model.data or "",
                    serial=form.serial.data or "",
                    os_version=form.os_version.data or "",
                    council=councils.get(form.council.data or ""),
                )
            return done(here(device), f"{device.label} is put right.")
        except Refusal as refusal:
            form.form_errors.append(str(refusal))
    status = 422 if request.method == "POST" else 200
    return render_template("devices/form.html", device=device, form=form), status


def _councils_for(form: DeviceForm) -> dict[str, Council]:
    """Offer the councils whose devices somebody keeps."""
    councils = {each.slug: each for each in db.session.scalars(select(Council).order_by(Council.name))}
    reached = {slug: each.name for slug, each in councils.items() if me().has_role_for(each.id, *KEEPERS)}
    form.council.choices = {"": "No council: the shared service", **reached}
    return councils


@bp.route("/devices/<int:device_id>/loan", methods=["POST"])
@once
def loan(device_id: int) -> ResponseReturnValue:
    """Lend the device to somebody."""
    device = kept_device(device_id)
    form = LoanForm()
    if form.validate_on_submit():
        person: Person = db.one_or_404(visible_people(me()).where(Person.id == int(form.person.data)))
        try:
            with db.session.begin_nested():
                lending.lend(device, person, by=me(), note=form.note.data or "", due_on=form.due_on.data)
            return done(here(device), f"{device.label} is lent to {person.name}.")
        except Refusal as refusal:
            form.form_errors.append(str(refusal))
    return render_template("devices/device.html", device=device, keeps=True, form=form, owed=None), 422


@bp.route("/devices/<int:device_id>/return", methods=["POST"])
@once
def taken_back(device_id: int) -> ResponseReturnValue:
    """Take the device back from whoever has it."""
    device = kept_device(device_id)
    custody = lending.take_back(device, by=me())
    return done(here(device), f"{device.label} is back from {custody.person.name}.")


@bp.route("/devices/<int:device_id>/retirement", methods=["POST"])
@once
def retirement(device_id: int) -> ResponseReturnValue:
    """Take the device out of use."""
    device = kept_device(device_id)
    lending.retire_device(device, by=me())
    return done(here(device), f"{device.label} is out of use.")
