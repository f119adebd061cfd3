"""What a requester can do on their request's page."""

from wtforms import StringField, TextAreaField
from wtforms.validators import DataRequired, Length

from ...pages.forms import FilesField, Form, NotRequired
from ..texts import LONGEST

WORDS = Length(max=LONGEST, message=f"Use no more than {LONGEST:,} characters, or attach it as a file")


class ReplyForm(Form):
    """A public reply. Words or files: one of them must be there."""

    body = TextAreaField("Your message", [WORDS])
    files = FilesField("Add a photograph or a file", [NotRequired()])


class StillWrongForm(Form):
    wrong = TextAreaField(
        "What is still not working?", [DataRequired("Say what is still not working"), WORDS]
    )


class CancelForm(Form):
    why = StringField("Why do you not need it any more?", [NotRequired(), Length(max=300)])
