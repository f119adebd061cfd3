"""What is asked when systems, suppliers, contracts and alignments are kept."""

from wtforms import (
    BooleanField,
    HiddenField,
    RadioField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
)
from wtforms.validators import Email, InputRequired, Length

from ..database import db
from ..pages.forms import (
    AmountField,
    DateField,
    Form,
    NotRequired,
    PersonField,
    WholeNumberField,
)
from ..pages.numbers import whole
from ..people.models import Person
from ..people.picking import SomebodyField
from .models import Renewal, Stage, SystemKind, Use

DAY = "For example, 31 3 2028"


def chosen_person(field: PersonField) -> Person | None:
    """The person a field holds."""
    return db.session.get(Person, int(field.data)) if field.data else None


class VersionedForm(Form):
    """A form that knows which version of the entry it was opened with."""

    version = HiddenField()

    @property
    def seen(self) -> int | None:
        """The version on the page; one that cannot be read is none that ever was."""
        if not self.version.data:
            return None
        seen = whole(self.version.data)
        return -1 if seen is None else seen


def owner_field(label: str) -> PersonField:
    return SomebodyField(
        label,
        [NotRequired()],
        description="Part of a name or e-mail address",
    )


class SystemForm(VersionedForm):
    name = StringField("Name", [InputRequired("Give the system a name"), Length(max=120)])
    purpose = TextAreaField(
        "What it is for",
        [NotRequired(), Length(max=4000)],
        description="In words that somebody raising a request will understand",
    )
    kind = RadioField(
        "Kind",
        [InputRequired("Choose what kind of system it is")],
        choices={
            SystemKind.BUSINESS.value: "Business: a service of the councils works in it",
            SystemKind.INFRASTRUCTURE.value: "Infrastructure: other systems run on it",
            SystemKind.END_USER.value: "End-user: people have it on their desk",
        },
        default=SystemKind.BUSINESS.value,
    )
    owner = owner_field("Who leads for it")


class LegForm(VersionedForm):
    use = RadioField(
        "How does the council stand with it?",
        [InputRequired("Choose how the council stands with this system")],
        choices={
            Use.SAME.value: "It has this system, the same as the others",
            Use.DIFFERENT.value: "It has a different system for this",
            Use.NONE.value: "It has none",
        },
    )
    local_name = StringField(
        "What it is called there",
        [NotRequired(), Length(max=120)],
        description="Shown to people of this council when they raise a request",
    )
    local_owner = owner_field("Who looks after it there")


class SupplierForm(VersionedForm):
    name = StringField("Name", [InputRequired("Give the supplier's name"), Length(max=160)])
    website = StringField("Website", [NotRequired(), Length(max=300)], description="Begins with https://")
    notes = TextAreaField("Notes", [NotRequired(), Length(max=4000)])


class ContactForm(Form):
    name = StringField("Name", [InputRequired("Give the contact's name"), Length(max=200)])
    job = StringField(
        "What they do", [NotRequired(), Length(max=120)], description="For example, account manager"
    )
    email = StringField(
        "E-mail address",
        [NotRequired(), Length(max=254), Email("Enter an e-mail address, like name@example.com")],
    )
    phone = StringField("Phone number", [NotRequired(), Length(max=40)])


class ContractForm(VersionedForm):
    name = StringField("Name", [InputRequired("Give the contract a name"), Length(max=160)])
    reference = StringField(
        "Reference", [NotRequired(), Length(max=60)], description="Its number in the contract register"
    )
    supplier = SelectField("Supplier", [InputRequired("Choose the supplier")])
    systems = SelectMultipleField(
        "What is it about?", [InputRequired("Choose at least one system that the contract is about")]
    )
    owner = owner_field("Who looks after it")
    notes = TextAreaField("Notes", [NotRequired(), Length(max=4000)])


class TermsForm(VersionedForm):
    """One council's leg of a contract."""

    council = SelectField("Council", [InputRequired("Choose whose leg it is")])
    starts_on = DateField(
        "First day", [InputRequired("Enter the first day")], what="The first day", description=DAY
    )
    ends_on = DateField(
        "Last day", [InputRequired("Enter the last day")], what="The last day", description=DAY
    )
    notice_days = WholeNumberField(
        "Days of notice",
        [NotRequired()],
        what="Days of notice",
        most=3650,
        description="How many days before the last day notice must be given",
    )
    renewal = RadioField(
        "What happens at the end if nobody does anything?",
        [InputRequired("Choose what happens at the end")],
        choices={
            Renewal.EXPRESS.value: "It ends (express renewal)",
            Renewal.TACIT.value: "It runs on (tacit renewal)",
        },
        default=Renewal.EXPRESS.value,
    )
    renewal_months = WholeNumberField(
        "Runs on by how many months", [NotRequired()], what="The number of months", most=120
    )
    extension_options = StringField(
        "Extension options",
        [NotRequired(), Length(max=300)],
        description="For example, two of 12 months each",
    )
    annual_cost = AmountField("Cost in a year, in pounds", [NotRequired()], what="The cost", most=10**9)
    support_included = BooleanField("Ongoing customer support is included")
    support_hours = StringField(
        "Support hours",
        [NotRequired(), Length(max=200)],
        description="For example, Monday to Friday, 8am to 6pm",
    )
    support_phone = StringField("Support phone", [NotRequired(), Length(max=40)])
    support_portal = StringField(
        "Support portal", [NotRequired(), Length(max=300)], description="Begins with https://"
    )


class SignatureForm(VersionedForm):
    on = DateField(
        "When was it signed?", [InputRequired("Enter the day it was signed")], what="The day", description=DAY
    )


class NoticeForm(Form):
    on = DateField(
        "When was notice given?", [InputRequired("Enter the day of notice")], what="The day", description=DAY
    )


class CancellationForm(VersionedForm):
    reason = TextAreaField(
        "Why is it cancelled?", [InputRequired("Say why, in a few words"), Length(max=500)]
    )


class ListingForm(Form):
    since = DateField(
        "Listed since",
        [InputRequired("Enter the day")],
        what="The day",
        description="Today, or an earlier day",
    )
    target_on = DateField("To be aligned by", [NotRequired()], what="The target", description=DAY)
    reason = TextAreaField(
        "Why is it listed?",
        [NotRequired(), Length(max=500)],
        description="For example, both contracts end in the same year",
    )


class StageForm(VersionedForm):
    stage = RadioField(
        "Stage",
        [InputRequired("Choose a stage")],
        choices={stage.value: stage.value.capitalize() for stage in Stage},
    )
    since = DateField(
        "Since when", [InputRequired("Enter the day")], what="The day", description="Today, or an earlier day"
    )
    reason = TextAreaField(
        "Reason",
        [NotRequired(), Length(max=500)],
        description="The committee reads it. Needed when it goes back or is not pursued",
    )
    blocker = StringField(
        "What holds it up", [NotRequired(), Length(max=300)], description="Leave empty when nothing does"
    )
    target_on = DateField("To be aligned by", [NotRequired()], what="The target", description=DAY)


class SavingForm(VersionedForm):
    promised = AmountField(
        "Saving promised in a year, in pounds", [NotRequired()], what="The saving", least=-(10**9), most=10**9
    )
    realised = AmountField(
        "Saving realised in a year, in pounds",
        [NotRequired()],
        what="The saving",
        least=-(10**9),
        most=10**9,
        description="Below 0 if it cost more than before",
    )
