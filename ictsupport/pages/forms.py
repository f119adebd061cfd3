"""The base of every form: what is typed arrives clean, is never lost, and what is wrong is said in words."""

import re
from typing import Any

from flask import Flask, request
from flask_wtf import FlaskForm
from markupsafe import Markup
from werkzeug.datastructures import MultiDict
from wtforms import (
    BooleanField,
    EmailField,
    Field,
    FileField,
    HiddenField,
    MultipleFileField,
    PasswordField,
    RadioField,
    SelectField,
    SelectMultipleField,
    StringField,
    TelField,
    TextAreaField,
)
from wtforms.validators import Length

from .fields import (
    AmountField,
    DateField,
    FilesField,
    Found,
    NotRequired,
    PersonField,
    TimeField,
    WholeNumberField,
)
from .presses import new_key

__all__ = [
    "AmountField",
    "DateField",
    "FilesField",
    "Form",
    "Found",
    "NotRequired",
    "PersonField",
    "TimeField",
    "WholeNumberField",
    "clean",
]

LONGEST_LINE = 500
LONGEST_TEXT = 20_000
CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\ufeff\ud800-\udfff]")

# What WTForms would say, in our words. A field's own message is better still.
WORDS = {
    "This field is required.": "Answer this question",
    "Not a valid choice.": "Choose one of the answers shown",
    "Invalid Choice: could not coerce.": "Choose one of the answers shown",
    "Invalid choice(s): one or more data inputs could not be coerced.": "Choose from the answers shown",
    "Choices cannot be None.": "Choose one of the answers shown",
    "Invalid email address.": "Enter an e-mail address, like name@example.com",
    "Invalid input.": "Enter this in the way the example shows",
    "Invalid URL.": "Enter a web address, like https://www.example.com",
    "Number must be at least %(min)s.": "Enter %(min)s or more",
    "Number must be at most %(max)s.": "Enter %(max)s or less",
    "Number must be between %(min)s and %(max)s.": "Enter a number between %(min)s and %(max)s",
    "Field must be at least %(min)d character long.": "Use at least %(min)d character",
    "Field must be at least %(min)d characters long.": "Use at least %(min)d characters",
    "Field cannot be longer than %(max)d character.": "Use no more than %(max)d character",
    "Field cannot be longer than %(max)d characters.": "Use no more than %(max)d characters",
    "Field must be between %(min)d and %(max)d characters long.": "Use between %(min)d and %(max)d characters",
    "'%(value)s' is not a valid choice for this field.": "Choose from the answers shown",
    "'%(value)s' are not valid choices for this field.": "Choose from the answers shown",
    "The CSRF token is missing.": "This page was open too long. Send it again: what you typed is still here.",
    "The CSRF token has expired.": "This page was open too long. Send it again: what you typed is still here.",
}

# How templates/components/forms.html draws a field; the first match counts.
KINDS: tuple[tuple[type[Field], str], ...] = (
    (HiddenField, "hidden"),
    (DateField, "date"),
    (TimeField, "time"),
    (PersonField, "person"),
    (FilesField, "files"),
    (WholeNumberField, "number"),
    (AmountField, "amount"),
    (MultipleFileField, "files"),
    (FileField, "file"),
    (PasswordField, "password"),
    (TextAreaField, "textarea"),
    (EmailField, "email"),
    (TelField, "tel"),
    (BooleanField, "tick"),
    (RadioField, "radios"),
    (SelectMultipleField, "checkboxes"),
    (SelectField, "select"),
    (Field, "text"),
)
_kinds: dict[type[Field], str] = {}


def kind_of(field: Field) -> str:
    """Which of the drawings of components/forms.html suits the field."""
    kind = _kinds.get(type(field))
    if kind is None:
        kind = _kinds[type(field)] = next(name for base, name in KINDS if isinstance(field, base))
    return kind


def target_of(field: Field) -> str:
    """The id of the control that a link in the error summary goes to: the first one that is wrong."""
    if isinstance(field, DateField):
        wrong = [part for part in DateField.PARTS if part in field.wrong]
        return f"{field.id}-{wrong[0] if wrong else 'day'}"
    if isinstance(field, PersonField) and field.matches:
        return f"{field.id}-choice"
    return str(field.id)


def clean(text: str) -> str:
    """The text without NUL and other control characters, its line ends as one newline each."""
    return CONTROL.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))


def _stripped(value: Any) -> Any:
    return value.strip() if isinstance(value, str) else value


class _Words:
    """Translations as WTForms asks for them: from its words to ours."""

    def gettext(self, words: str) -> str:
        return WORDS.get(words, words)

    def ngettext(self, one: str, many: str, count: int) -> str:
        return self.gettext(one if count == 1 else many)


class Form(FlaskForm):
    """A form whose answers are cleaned before anything looks at them.

    Control characters go, blanks around a line of text go, over-long text is
    refused whatever the field says, a file sent where text belongs (or the
    reverse) counts as nothing sent. `form_errors` holds what is wrong with the
    form as a whole, such as the reason of a Refusal.
    """

    class Meta(FlaskForm.Meta):
        def bind_field(self, form: Any, unbound_field: Any, options: dict[str, Any]) -> Field:
            kind = unbound_field.field_class
            if issubclass(kind, StringField) and not issubclass(kind, PasswordField):
                options = {**options, "filters": [_stripped, *unbound_field.kwargs.get("filters", ())]}
            field: Field = unbound_field.bind(form=form, **options)
            return field

        def wrap_formdata(self, form: Any, formdata: Any) -> MultiDict[str, Any] | None:
            if formdata is None or isinstance(formdata, MultiDict):
                return formdata if formdata is None else _received(form, formdata, MultiDict())
            if request and request.method in ("POST", "PUT", "PATCH", "DELETE"):
                return _received(form, request.form, request.files)
            return None

        def get_translations(self, form: Any) -> _Words:  # noqa: ARG002
            return _Words()

    def validate(self, extra_validators: Any = None) -> bool:
        good = bool(super().validate(extra_validators))
        for field in self:
            limit = LONGEST_TEXT if isinstance(field, (TextAreaField, HiddenField)) else LONGEST_LINE
            bounded = any(isinstance(one, Length) and one.max != -1 for one in field.validators)
            if isinstance(field, StringField) and not bounded and len(field.data or "") > limit:
                field.errors = [*field.errors, f"Use no more than {limit:,} characters"]
                good = False
        return good

    def hidden_tag(self, *fields: Any) -> Markup:
        """The hidden fields, and the key by which a second press is known.

        They carry no ids: a page may have several forms, and an id only once.
        """
        wanted = [self[one] if isinstance(one, str) else one for one in fields] or list(self)
        hidden = [one(id=False) for one in wanted if kind_of(one) == "hidden"]
        return Markup("\n").join([*hidden, once_field()])

    @property
    def problems(self) -> list[tuple[str, str]]:
        """What is wrong, in the order of the page: (id of the control or "", the sentence)."""
        return problems(self)


def _received(form: Any, texts: MultiDict[str, Any], files: MultiDict[str, Any]) -> MultiDict[str, Any]:
    """What came in, cleaned; files only where the form asks for files, text only where it does not."""
    wanted = {field.name for field in form if kind_of(field) in ("file", "files")}
    secret = {field.name for field in form if kind_of(field) == "password"}
    ticked = {field.name for field in form if kind_of(field) == "checkboxes"}
    pairs: list[tuple[str, Any]] = []
    for name, value in texts.items(multi=True):
        if name not in wanted and isinstance(value, str):
            text = clean(value)
            if name in ticked and not text.strip():
                continue  # before others it would stand for "nothing chosen", and those would not be looked at
            # Nothing but blanks counts as nothing, also for a field that must be filled in.
            pairs.append((name, text if text.strip() or name in secret else ""))
    pairs.extend((name, file) for name, file in files.items(multi=True) if name in wanted)
    return MultiDict(pairs)


def problems(form: Any) -> list[tuple[str, str]]:
    """What is wrong with the form, in the order of the page: (id of the control or "", the sentence)."""
    found = [("", str(sentence)) for sentence in form.form_errors]
    for field in form:
        for sentence in _sentences(field.errors):
            # The token is no question on the page, so there is nothing to link to.
            found.append(("" if kind_of(field) == "hidden" else target_of(field), sentence))
    return found


def _sentences(errors: Any) -> list[str]:
    """The sentences in a field's errors, however deep fields within fields have nested them."""
    if isinstance(errors, dict):
        return [sentence for inner in errors.values() for sentence in _sentences(inner)]
    if isinstance(errors, list | tuple):
        return [sentence for inner in errors for sentence in _sentences(inner)]
    return [str(errors)]


def described_by(*ids: str) -> Markup:
    """aria-describedby for a control: the ids of its hint, error and count, those that there are."""
    named = " ".join(one for one in ids if one)
    return Markup(' aria-describedby="{}"').format(named) if named else Markup("")


def once_field() -> Markup:
    """The hidden key by which two presses of one button are known to be one."""
    return Markup('<input type="hidden" name="once" value="{}">').format(new_key())


def init_app(app: Flask) -> None:
    app.config["WTF_CSRF_TIME_LIMIT"] = None  # as long as the session: a half-written request survives lunch
    app.jinja_env.globals.update(once_field=once_field)
    app.jinja_env.globals.update(kind_of=kind_of, problems_of=problems, described_by=described_by)
