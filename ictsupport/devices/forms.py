"""What is asked when devices are registered and lent."""

from typing import Any

from wtforms import FileField, HiddenField, SelectField, StringField
from wtforms.validators import InputRequired, Length

from ..pages.forms import DateField, Form, NotRequired
from ..people.picking import SomebodyField


class DeviceForm(Form):
    asset_tag = StringField(
        "Asset tag",
        [InputRequired("Enter the asset tag that is on the device"), Length(max=40)],
        description="As it stands on the label",
    )
    kind = StringField(
        "Kind",
        [InputRequired("Say what kind of device it is"), Length(max=60)],
        description="For example, tablet, laptop or telephone",
    )
    model = StringField("Model", [NotRequired(), Length(max=120)])
    serial = StringField("Serial number", [NotRequired(), Length(max=80)])
    os_version = StringField("Operating system", [NotRequired(), Length(max=60)])
    council = SelectField("Council it belongs to", [NotRequired()])


class ChangeForm(DeviceForm):
    """The tag stays what it is: the device is known by it."""

    version = HiddenField()

    def __init__(self, **given: Any) -> None:
        super().__init__(**given)
        del self.asset_tag


class ReturnForm(Form):
    due_on = DateField(
        "By which day is it to be brought back?",
        [NotRequired()],
        description="Leave it empty for the usual rule: so many days after they leave",
    )


LARGEST = 500_000
"""Bytes of a list that a page takes; the command takes more."""
LARGEST_KEPT = (LARGEST + 2) // 3 * 4
"""The same as the letters in which the page keeps it between the preview and *Bring all of it in*."""


class ImportForm(Form):
    file = FileField("File", description="CSV or a spreadsheet saved as CSV, up to 500 KB")
    kept = HiddenField(validators=[Length(max=LARGEST_KEPT)])
    do_it = HiddenField()


class LoanForm(Form):
    person = SomebodyField(
        "Who is it lent to?",
        [InputRequired("Say who it is lent to")],
        description="Part of a name or e-mail address",
    )
    due_on = DateField("Until when? (optional)", [NotRequired()], description="If it is lent for a time only")
    note = StringField(
        "Note", [NotRequired(), Length(max=300)], description="For example, with case and charger"
    )
