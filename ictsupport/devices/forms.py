"""What is asked when devices are registered and lent."""

from wtforms import SelectField, StringField
from wtforms.validators import InputRequired, Length

from ..pages.forms import Form, NotRequired, PersonField
from ..people.access import me
from ..people.queries import suggestion, suggestions


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


class LoanForm(Form):
    person = PersonField(
        "Who is it lent to?",
        [InputRequired("Say who it is lent to")],
        search=lambda typed: suggestions(me(), typed),
        name_of=lambda value: suggestion(me(), value),
        suggest="/people/search",
        description="Part of a name or e-mail address",
    )
    note = StringField(
        "Note", [NotRequired(), Length(max=300)], description="For example, with case and charger"
    )
