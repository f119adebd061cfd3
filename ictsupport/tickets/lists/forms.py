"""What the desk fills in about its lists."""

from wtforms import BooleanField, HiddenField, SelectField, SelectMultipleField, StringField
from wtforms.validators import InputRequired, Length

from ...pages.forms import Form, NotRequired
from ...pages.numbers import whole
from .columns import COLUMNS


class ListForm(Form):
    """Something about a list: `list` is its query, `version` what its sender saw of a saved view."""

    list = HiddenField()
    version = HiddenField()

    @property
    def seen(self) -> int | None:
        return whole(self.version.data)


class NameForm(ListForm):
    name = StringField("Name of the view", [InputRequired("Give the view a name"), Length(max=40)])


class ViewForm(NameForm):
    queue = SelectField("Who sees it", [NotRequired()], coerce=str)


class ColumnsForm(ListForm):
    columns = SelectMultipleField("Columns", [NotRequired()], choices=COLUMNS)
    compact = BooleanField("Small rows")


class FirstViewForm(Form):
    view = SelectField("The queue opens at", [InputRequired("Choose a view")], coerce=str)
