"""Bringing the register in by a page: a preview of what the file would do, then all of it or nothing."""

from base64 import b64decode, b64encode
from binascii import Error as NotBase64

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue

from ..importing import Outcome, Report, bring_in
from ..pages.presses import done, once
from ..people.access import allow, me
from .access import KEEPERS
from .forms import LARGEST, ImportForm
from .importing import Devices
from .views import bp


@bp.route("/devices/import", methods=["GET", "POST"])
@allow(*KEEPERS)
@once
def bring_devices_in() -> ResponseReturnValue:
    form = ImportForm()
    report: Report | None = None
    if form.validate_on_submit():
        data = _data(form)
        if data is not None:
            wanted = form.do_it.data == "yes"
            report = bring_in(Devices(by=me()), data, commit=wanted)
            if report.committed:
                new, changed = report.counts[Outcome.NEW], report.counts[Outcome.CHANGED]
                return done(url_for(".register"), f"All of it is in: {new} new, {changed} changed.")
            form.kept.data = b64encode(data).decode()
    status = 422 if request.method == "POST" and (report is None or report.troubles) else 200
    page = render_template(
        "devices/import.html", form=form, report=report, columns=Devices.columns, outcomes=Outcome
    )
    return page, status


def _data(form: ImportForm) -> bytes | None:
    """The file that was chosen, or the one whose preview is confirmed; None with a word about what is wrong."""
    chosen = form.file.data
    if chosen and chosen.filename:
        data: bytes = chosen.read(LARGEST + 1)
    else:
        try:
            data = b64decode(form.kept.data or "", validate=True)
        except (NotBase64, ValueError):
            data = b""
    if not data:
        form.file.errors = ["Choose a file with the list of devices"]
    elif len(data) > LARGEST:
        form.file.errors = ["The file is larger than 500 KB. Ask an administrator to bring it in by command."]
    else:
        return data
    return None
