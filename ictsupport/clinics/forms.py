"""The forms of the clinic pages."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import joinedload
from wtforms import (
    BooleanField,
    HiddenField,
    RadioField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
)
from wtforms.validators import InputRequired, Length, Optional

from ..database import db
from ..devices.models import Device
from ..pages.forms import DateField, Form, NotRequired, PersonField, TimeField, WholeNumberField
from ..pages.numbers import whole
from ..people.access import me, visible_people
from ..people.models import Council, Grant, Person, Site
from ..tickets.models import Ticket
from . import access
from .booking import LONGEST_DETAILS, in_words
from .clashes import may_override
from .models import Clinic, ClinicTopic
from .planning import MOST_PLACES, CutOffs, Plan, days_before, offered_topics
from .queries import devices_of, found_at_the_door

SLOT_LENGTHS = (10, 15, 20, 30, 45, 60)
REPEATS = {
    "": "Once",
    "1": "Every week",
    "2": "Every 2 weeks",
    "4": "Every 4 weeks",
    "0": "Every month, on the same weekday of the month (the second Tuesday)",
}
BUFFERS = (0, 5, 10, 15, 20, 30)
OPENS_BEFORE = (7, 14, 21, 28, 42, 56, 84)
WHICH = {
    "THIS": "Only this date",
    "FOLLOWING": "This date and those that follow",
    "ALL": "All dates to come",
}
CUT_OFFS = (0, 15, 30, 60, 120, 240, 1440, 2880)


class BookingForm(Form):
    """A topic, and whatever else there is to say; what we know already is filled in."""

    topic = RadioField(
        "What would you like help with?", [InputRequired("Choose what you would like help with")]
    )
    details = TextAreaField("Anything we should know before?", [Optional(), Length(max=LONGEST_DETAILS)])
    device = SelectField("Which device will you bring?", [Optional()])
    access_needs = StringField("Access needs", [Optional(), Length(max=500)])
    ticket = SelectField("Is it about a request you have made?", [Optional()])

    @classmethod
    def open(
        cls, person: Person, topics: Sequence[ClinicTopic], tickets: Sequence[Ticket] = (), bring: str = ""
    ) -> "BookingForm":
        """With topics, devices and open requests to choose from, and their profile filled in; `bring` is one request."""
        devices = {str(device.id): device for device in devices_of(person)}
        known = {
            "device": next(iter(devices), ""),
            "access_needs": person.access_needs,
            "ticket": bring,
        }
        form = cls(data=known)
        form.tickets = {ticket.reference: ticket for ticket in tickets}
        form.ticket.choices = {
            "": "No",
            **{key: f"{key}: {ticket.subject}" for key, ticket in form.tickets.items()},
        }
        if not tickets:
            del form.ticket
        form.topics, form.devices = {str(topic.id): topic for topic in topics}, devices
        form.device.choices = {
            **{key: device_name(device) for key, device in devices.items()},
            "": "Another one, or none",
        }
        if topics:
            form.topic.choices = {key: topic.name for key, topic in form.topics.items()}
        else:
            del form.topic
        return form

    @property
    def chosen_topic(self) -> ClinicTopic | None:
        return self.topics.get(self.topic.data or "") if self.topics else None

    @property
    def chosen_ticket(self) -> Ticket | None:
        return self.tickets.get(self.ticket.data or "") if self.tickets else None

    @property
    def device_chosen(self) -> str:
        """The device as it is called on the page; empty for none we know."""
        device = self.devices.get(self.device.data or "")
        return device_name(device) if device else ""

    @property
    def chosen_device(self) -> Device | None:
        device: Device | None = self.devices.get(self.device.data or "")
        return device


class WalkInForm(Form):
    """Who is here without a booking, and what for: somebody we know, or the name of somebody we do not."""

    person = PersonField(
        "Who is here?",
        [NotRequired()],
        search=lambda typed: found_at_the_door(me(), typed),
        suggest="/clinics/people/here",
    )
    visitor = StringField("Their name", [NotRequired(), Length(max=200)])
    phone = StringField("Telephone number", [NotRequired(), Length(max=40)])
    topic = SelectField("What do they need help with?", [NotRequired()])
    details = TextAreaField("Anything to note?", [NotRequired(), Length(max=LONGEST_DETAILS)])

    @classmethod
    def open(cls, clinic: Clinic) -> "WalkInForm":
        form = cls()
        form.topics = {str(topic.id): topic for topic in clinic.topics}
        form.topic.choices = {"": "Not said", **{key: topic.name for key, topic in form.topics.items()}}
        form.person.flags.optional = form.visitor.flags.optional = False  # one of the two is needed
        return form

    def validate(self, extra_validators: Any = None) -> bool:
        good = super().validate(extra_validators)
        named = bool((self.visitor.data or "").strip())
        if self.person.data and named:
            self.visitor.errors = ["Choose somebody above, or enter a name here, not both"]
        elif not self.person.data and not named and not self.person.errors:
            self.person.errors = ["Enter who is here"]
        else:
            return good
        return False


class WhoTheyAreForm(Form):
    """Who a visitor turned out to be."""

    person = PersonField(
        "Who are they?",
        [InputRequired("Enter who they are")],
        search=lambda typed: found_at_the_door(me(), typed),
        suggest="/clinics/people/here",
    )


class SkipForm(Form):
    """A date of a series on which no clinic is held."""

    day = DateField("Which date?", [InputRequired("Enter the date")], what="The date")
    reason = StringField("Why?", [InputRequired("Say why, in a few words"), Length(max=300)])


class HoldForm(Form):
    """Why a date is held although something stood in its way."""

    reason = StringField(
        "Why is it held all the same?", [InputRequired("Say why, in a few words"), Length(max=300)]
    )


class ReasonForm(Form):
    reason = StringField(
        "Why is it called off?",
        [InputRequired("Say why, in a few words: those who booked are told"), Length(max=300)],
    )


class PlanForm(Form):
    """When and where a clinic is held, and by whom."""

    site = SelectField("Where?", [InputRequired("Choose a site")])
    room = StringField("Room", [Optional(), Length(max=120)])
    day = DateField("Which day?", [InputRequired("Enter the day")], what="The day")
    opens = TimeField("From", [InputRequired("Enter when it begins")], what="The beginning")
    closes = TimeField("To", [InputRequired("Enter when it ends")], what="The end")
    slot_minutes = SelectField("Length of a slot", choices={str(n): f"{n} minutes" for n in SLOT_LENGTHS})
    places = WholeNumberField(
        "Places in each slot",
        [InputRequired("Enter how many people a slot has room for")],
        least=1,
        most=MOST_PLACES,
        what="The number of places",
    )
    drop_in = WholeNumberField(
        "Of these, places kept for drop-in",
        [NotRequired()],
        least=0,
        most=MOST_PLACES,
        what="The number of places kept for drop-in",
    )
    buffer_minutes = SelectField(
        "Pause between slots", choices={str(n): f"{n} minutes" if n else "None" for n in BUFFERS}
    )
    hosts = SelectMultipleField("Who hosts it?", [InputRequired("Choose at least one host")])
    topics = SelectMultipleField("Topics", [Optional()])
    book_from = SelectField("Booking opens")
    book_until = SelectField("Booking closes")
    move_until = SelectField("Moving closes")
    cancel_until = SelectField("Cancelling closes")
    shared = BooleanField("Open to the members of all councils")
    for_staff_too = BooleanField("Staff may book too")
    repeat = SelectField("How often?", [Optional()], choices=REPEATS)
    until = DateField("Until which day?", [Optional()], what="The last day")
    which = RadioField("Which dates?", [InputRequired("Choose which dates are changed")], choices=WHICH)
    despite = StringField("Why is it held all the same?", [NotRequired(), Length(max=300)])
    version = HiddenField()

    def validate(self, extra_validators: Any = None) -> bool:
        good = super().validate(extra_validators)
        if self.repeats and self.day.data and self.until.data and self.until.data < self.day.data:
            self.until.errors = ["The last day must not be before the first"]
            return False
        return good

    @property
    def repeats(self) -> bool:
        return bool(self.repeat.data)

    @property
    def every_weeks(self) -> int:
        """Every how many weeks the clinic is held; 0 for every month."""
        return int(self.repeat.data)

    @classmethod
    def open(cls, by: Person, clinic: Clinic | None = None, *, series: bool = False) -> "PlanForm":
        """With what the person may choose from; of a clinic that stands, filled in as it is now.

        `series` asks which of its dates are changed.
        """
        people, topics = list(_hosts_for(by)), list(offered_topics())
        if clinic is not None:
            people += [host for host in clinic.hosts if host not in people]
            topics += [topic for topic in clinic.topics if topic not in topics]
        form = cls(data=_as_it_is(clinic) if clinic else _as_usual(by, people, topics))
        form.sites = {str(site.id): site for site in _sites_for(by)}
        if clinic is not None:
            form.sites.setdefault(str(clinic.site_id), clinic.site)
        form.people = {str(host.id): host for host in people}
        form.offered = {str(topic.id): topic for topic in topics}
        form.site.choices = {
            "": "Choose a site",
            **{key: f"{site.name}, {site.council.short_name}" for key, site in form.sites.items()},
        }
        form.hosts.choices = {key: host.name for key, host in form.people.items()}
        form.topics.choices = {key: topic.name for key, topic in form.offered.items()}
        for field in (form.book_until, form.move_until, form.cancel_until):
            field.choices = {str(n): _cut_off(n) for n in CUT_OFFS}
        form.book_from.choices = _opens_before(form.book_from.data)
        if not series:
            del form.which
        if not may_override(by):
            del form.despite
        return form

    def plan(self) -> Plan:
        """What was typed, as the verbs take it."""
        return Plan(
            site=self.sites[self.site.data],
            room=self.room.data or "",
            day=self.day.data,
            opens=self.opens.data,
            closes=self.closes.data,
            slot_minutes=int(self.slot_minutes.data),
            places=self.places.data,
            drop_in=self.drop_in.data or 0,
            buffer_minutes=int(self.buffer_minutes.data or 0),
            hosts=[self.people[key] for key in self.hosts.data or []],
            topics=[self.offered[key] for key in self.topics.data or []],
            cut_offs=CutOffs(
                book=int(self.book_until.data),
                move=int(self.move_until.data),
                cancel=int(self.cancel_until.data),
            ),
            shared=self.shared.data,
            for_staff_too=self.for_staff_too.data,
            book_from_days=int(self.book_from.data) if self.book_from.data else None,
            despite=(self.despite.data or "") if "despite" in self else "",
        )

    @property
    def seen_version(self) -> int | None:
        """The version that was looked at when the form was opened."""
        return whole(self.version.data)


def device_name(device: Device) -> str:
    """iPad Air (T-1001)"""
    return f"{device.model or device.kind} ({device.asset_tag})"


def _as_usual(by: Person, people: Sequence[Person], topics: Sequence[ClinicTopic]) -> dict[str, Any]:
    usual = CutOffs()
    return {
        "hosts": [str(by.id)] if by in people else [],
        "topics": [str(topic.id) for topic in topics],
        "slot_minutes": "20",
        "repeat": "",
        "places": 1,
        "drop_in": 0,
        "buffer_minutes": "0",
        "book_from": "",
        "book_until": str(usual.book),
        "move_until": str(usual.move),
        "cancel_until": str(usual.cancel),
    }


def _as_it_is(clinic: Clinic) -> dict[str, Any]:
    return {
        "site": str(clinic.site_id),
        "room": clinic.room,
        "day": clinic.day,
        "opens": clinic.opens,
        "closes": clinic.closes,
        "slot_minutes": str(clinic.slot_minutes),
        "places": clinic.places,
        "drop_in": clinic.drop_in,
        "buffer_minutes": str(clinic.buffer_minutes),
        "book_from": str(days if (days := days_before(clinic)) is not None else ""),
        "hosts": [str(host.id) for host in clinic.hosts],
        "topics": [str(topic.id) for topic in clinic.topics],
        "book_until": str(clinic.book_until_minutes),
        "move_until": str(clinic.move_until_minutes),
        "cancel_until": str(clinic.cancel_until_minutes),
        "shared": clinic.is_shared,
        "for_staff_too": clinic.for_staff_too,
        "version": str(clinic.version),
    }


def _cut_off(minutes: int) -> str:
    return f"{in_words(minutes)} before" if minutes else "when the time begins"


def _opens_before(chosen: Any) -> dict[str, str]:
    """When booking opens; what was chosen before stays among the choices."""
    days = {*OPENS_BEFORE, *([int(chosen)] if str(chosen or "").isdecimal() else [])}
    opens = {str(n): f"{in_words(n * 1440)} before, at 9am" for n in sorted(days) if n < 1000}
    return {"": "as soon as it is planned", **opens}


def _sites_for(by: Person) -> Sequence[Site]:
    """The sites of the councils that the person plans clinics for."""
    sites = select(Site).join(Site.council).order_by(Council.short_name, Site.name)
    councils = access.plans_for(by)
    if councils is not None:
        sites = sites.where(Site.council_id.in_(councils))
    return db.session.scalars(sites.options(joinedload(Site.council))).all()


def _hosts_for(by: Person) -> Sequence[Person]:
    """Those who can host, of the people this one may see: whoever holds a role that runs clinics."""
    held = select(Grant.person_id).where(Grant.role.in_(access.RUNNERS), Grant.ended_at.is_(None))
    hosts = visible_people(by).where(Person.id.in_(held), Person.left_on.is_(None))
    return db.session.scalars(hosts.order_by(Person.sort_name)).all()
