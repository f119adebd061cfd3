"""What is asked on the pages of people."""

from typing import Any

from wtforms import (
    BooleanField,
    EmailField,
    Field,
    HiddenField,
    PasswordField,
    RadioField,
    SelectField,
    SelectMultipleField,
    StringField,
    TelField,
    TextAreaField,
)
from wtforms.validators import Email, InputRequired, Length, Optional

from ..pages.forms import DateField, Form, WholeNumberField
from ..pages.previewing import stamp_of
from .models import Council, DelegateScope, Person, Role, Site, Way

ADDRESS = "Enter an e-mail address, like name@example.com"
KEEP = "Keep me signed in on this device for 90 days"
WAYS = {Way.MAIL.value: "A link and a code sent by e-mail", Way.PASSWORD.value: "A password"}
SCOPES = {
    DelegateScope.RAISE.value: "Ask for help",
    DelegateScope.VIEW.value: "See requests and replies",
    DelegateScope.BOOK.value: "Book clinics",
    DelegateScope.APPROVE.value: "Approve",
    DelegateScope.CONFIDENTIAL.value: "See confidential requests",
}


def said(field: Field) -> str:
    """What was typed; nothing typed is an empty text."""
    return str(field.data or "")


def by_id(choices: dict[int, str]) -> dict[str, Any]:
    """Choices whose values are ids, in the order given."""
    return {str(value): label for value, label in choices.items()}


class AddressForm(Form):
    address = EmailField(
        "What is your e-mail address?",
        [
            InputRequired("Enter your e-mail address"),
            Length(max=254, message=ADDRESS),
            Email(ADDRESS, check_deliverability=False),
        ],
    )


class PasswordForm(Form):
    password = PasswordField("Password", [InputRequired("Enter your password"), Length(max=500)])
    keep = BooleanField(KEEP)


class CodeForm(Form):
    code = StringField("Six-digit code", [InputRequired("Enter the code from the e-mail"), Length(max=20)])
    keep = BooleanField(KEEP)


class KeepForm(Form):
    keep = BooleanField(KEEP)


class CallMeForm(Form):
    name = StringField("Your name", [InputRequired("Enter your name"), Length(max=120)])
    number = TelField(
        "A number where we can call you now",
        [InputRequired("Enter a phone number"), Length(min=5, max=40, message="Enter a whole phone number")],
    )
    meeting = StringField("Are you about to go into a meeting?", [Optional(), Length(max=200)])


class NewPasswordForm(Form):
    present = PasswordField("Your present password", [Length(max=500)])
    password = PasswordField("New password", [InputRequired("Enter a new password"), Length(max=500)])


class DetailsForm(Form):
    """What the desk may put right about somebody."""

    stamp = HiddenField()
    name = StringField("Name", [InputRequired("Enter a name"), Length(max=200)])
    phone = TelField("Phone", [Optional(), Length(max=40)])
    job_title = StringField("Job", [Optional(), Length(max=120)])
    site_id = SelectField("Building", coerce=int)
    access_needs = StringField("What helps them to use the service", [Optional(), Length(max=500)])

    def offer(self, sites: list[Site]) -> None:
        self.site_id.choices = by_id(
            {0: "Not known"} | {site.id: f"{site.council.short_name}: {site.name}" for site in sites}
        )


class PersonForm(DetailsForm):
    """What an administrator says about somebody."""

    email = EmailField(
        "E-mail address",
        [Optional(), Length(max=254, message=ADDRESS), Email(ADDRESS, check_deliverability=False)],
    )
    employer_id = SelectField("Employed by", coerce=int)
    serves_ids = SelectMultipleField("Belongs to", coerce=int)
    way = RadioField("How they sign in", choices=WAYS, default=Way.MAIL.value)

    def offer_councils(self, councils: list[Council]) -> None:
        names = {council.id: council.short_name for council in councils}
        self.employer_id.choices = by_id({0: "No council (a member, or a supplier’s contact)"} | names)
        self.serves_ids.choices = by_id(names)


class SeatForm(Form):
    council_id = SelectField("Council", coerce=int)
    ward = StringField("Ward", [InputRequired("Enter the ward"), Length(max=120)])
    starts_on = DateField("In office from", [InputRequired("Enter the first day in office")])
    cohort = WholeNumberField("Year elected", [Optional()], least=1900, most=2200)


class LeavingForm(Form):
    last_day = DateField("Last day", [InputRequired("Enter the last day")])
    at_once = BooleanField("End their access now, whatever the last day is")


class RoleForm(Form):
    role = SelectField("Role", choices={role.value: role.value.capitalize() for role in Role})
    council_id = SelectField("For", coerce=int)


class DelegationForm(Form):
    address = EmailField(
        "Their e-mail address",
        [
            InputRequired("Enter an e-mail address"),
            Length(max=254),
            Email(ADDRESS, check_deliverability=False),
        ],
    )
    scopes = SelectMultipleField("What they may do", choices=dict(SCOPES))
    ends_on = DateField("Last day", [Optional()])


class CouncilForm(Form):
    stamp = HiddenField()
    name = StringField("Name", [InputRequired("Enter the council’s name"), Length(max=120)])
    short_name = StringField("Short name", [InputRequired("Enter a short name"), Length(max=60)])
    domains = TextAreaField("E-mail domains", [Optional(), Length(max=1000)])
    colour = StringField(
        "Main colour", [InputRequired("Enter a colour, like #143a52"), Length(max=7)], default="#143a52"
    )
    line = StringField(
        "Second colour", [InputRequired("Enter a colour, like #2b7a9b"), Length(max=7)], default="#2b7a9b"
    )


class SiteForm(Form):
    stamp = HiddenField()
    name = StringField("Name of the building", [InputRequired("Enter a name"), Length(max=120)])
    address = StringField("Address", [Optional(), Length(max=300)])
    rooms = TextAreaField("Rooms", [Optional(), Length(max=2000)])


def stamp_of_person(person: Person) -> str:
    return stamp_of(
        person.name,
        person.email,
        person.phone,
        person.job_title,
        person.site_id,
        person.access_needs,
        person.employer_id,
        person.way.value,
        sorted(council.id for council in person.serves),
    )
