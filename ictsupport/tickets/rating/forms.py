"""What is asked about how it went."""

from wtforms import RadioField, SelectMultipleField, TextAreaField
from wtforms.validators import InputRequired, Length

from ...pages.forms import Form, NotRequired
from .models import OFFERED, REASONS, SCORES


class RatingForm(Form):
    score = RadioField(
        "How did it go?",
        [InputRequired("Choose how it went, from very good to very bad")],
        choices={str(score): words for score, words in SCORES.items()},
    )
    reasons = SelectMultipleField(
        "Why?", [NotRequired()], choices={key: REASONS[key] for key in OFFERED}, coerce=str
    )
    words = TextAreaField("Anything else?", [NotRequired(), Length(max=1000)])
