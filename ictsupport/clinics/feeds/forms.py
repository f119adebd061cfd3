"""Which clinics a calendar is to hold."""

from wtforms import SelectField
from wtforms.validators import InputRequired

from ...pages.forms import Form
from ...people.models import Council, Person, Site
from .keeping import offered_to
from .models import FeedKind, described


class FeedForm(Form):
    which = SelectField("What should it hold?", [InputRequired("Choose what it should hold")])

    @classmethod
    def open(cls, person: Person) -> "FeedForm":
        form = cls()
        form.offered = {name: (kind, site, council) for name, kind, site, council in offered_to(person)}
        form.which.choices = {
            name: described(kind, site, council) for name, (kind, site, council) in form.offered.items()
        }
        return form

    @property
    def chosen(self) -> tuple[FeedKind, Site | None, Council | None]:
        found: tuple[FeedKind, Site | None, Council | None] = self.offered[self.which.data]
        return found
