"""What is asked when a guide is written."""

from collections.abc import Mapping

from wtforms import SelectField, SelectMultipleField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length

from ..database import db
from ..pages.forms import DateField, NotRequired
from ..people.models import Person
from ..systems.forms import VersionedForm
from ..systems.models import System
from .models import Audience
from .writing import Content

AUDIENCES = {
    Audience.MEMBERS: "Members",
    Audience.STAFF: "Staff",
    Audience.AGENTS: "Agents of the helpdesk, who also read what is for the others",
}


class GuideForm(VersionedForm):
    title = StringField(
        "Title",
        [InputRequired("Give the guide a title"), Length(max=120)],
        description="What somebody would type to find it: Set up your voicemail",
    )
    summary = StringField(
        "In one sentence", [NotRequired(), Length(max=200)], description="Stands under the title in lists"
    )
    body = TextAreaField(
        "Text",
        [InputRequired("Write what to do"), Length(max=20_000)],
        description="## Heading, **bold**, - list, 1. steps, [words](https://address)",
    )
    audiences = SelectMultipleField(
        "Who is it for?",
        [InputRequired("Say who the guide is for")],
        choices={one.value: words for one, words in AUDIENCES.items()},
    )
    systems = SelectMultipleField("Systems it is about", [NotRequired()], coerce=str)
    owner = SelectField("Who looks after it?", [InputRequired("Say who looks after it")], coerce=str)
    review_on = DateField(
        "Read it again on",
        [InputRequired("Say when it should be read again")],
        what="The day to read it again",
    )

    def offer(self, systems: Mapping[int, System], keepers: Mapping[int, str]) -> None:
        """Fill in what can be chosen."""
        self.systems.choices = {str(key): system.name for key, system in systems.items()}
        self.owner.choices = {str(key): name for key, name in keepers.items()}

    def content(self, systems: Mapping[int, System]) -> Content:
        """What was typed, once nothing in it is wrong."""
        return Content(
            title=self.title.data or "",
            summary=self.summary.data or "",
            body=self.body.data or "",
            audiences=[Audience(value) for value in self.audiences.data or []],
            systems=[systems[int(key)] for key in self.systems.data or []],
            owner=db.session.get_one(Person, int(self.owner.data)),
            review_on=self.review_on.data,
        )
