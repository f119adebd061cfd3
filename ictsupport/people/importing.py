"""People from a list: one line for each person. See docs/handbook/importing-people.md."""

from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import selectinload

from ..database import db
from ..importing import Column, Importer, Outcome, Report, Row, Taken
from .access import councils_of
from .joining import add_person, change_person, leave_seat, mark_left, take_seat
from .models import Council, Person, Site, Way
from .queries import who

WAYS = {"mail": Way.MAIL, "e-mail": Way.MAIL, "link": Way.MAIL, "password": Way.PASSWORD}


class People(Importer):
    """A person is known by their e-mail address, or else by name and council; a seat by council, ward and first day."""

    name = "people"
    help = "Bring in members, staff and contacts, with one line for each person."
    columns = (
        Column("name", "First and last name", also=("full name", "display name", "person")),
        Column("first name", "If there is no name", also=("forename", "given name"), longest=100),
        Column("last name", "If there is no name", also=("surname", "family name"), longest=100),
        Column("email", "E-mail address", also=("e-mail", "email address", "mail"), longest=254),
        Column(
            "council",
            "Who employs them, or whose member they are",
            also=("employer", "organisation", "authority"),
        ),
        Column("ward", "The ward a member holds", also=("division", "seat"), longest=120),
        Column("in office from", "First day of the term", also=("term start", "elected on")),
        Column("in office to", "Last day of the term", also=("term end",)),
        Column("elected", "Year of the election", also=("cohort", "year elected")),
        Column("committees", "Set apart by semicolons", also=("committee",), longest=1000),
        Column("job title", "What they do", also=("job", "position", "post title"), longest=120),
        Column("phone", "Telephone number", also=("telephone", "mobile", "phone number"), longest=40),
        Column("building", "A building of the council", also=("site", "location", "office"), longest=120),
        Column("also serves", "Other councils, set apart by semicolons", also=("serves",)),
        Column("access needs", "What helps them to use the service", longest=500),
        Column("signs in with", "mail or password", also=("sign in",)),
        Column("joined", "First day", also=("start date", "joined on")),
        Column("left", "Last day", also=("leaving date", "last day", "left on")),
    )

    def prepare(self) -> None:
        people = db.session.scalars(
            select(Person).options(
                selectinload(Person.serves), selectinload(Person.terms), selectinload(Person.grants)
            )
        ).all()
        self.by_email = {person.email.lower(): person for person in people if person.email}
        self.by_name: dict[str, list[Person]] = {}
        for person in people:
            self.by_name.setdefault(person.name.casefold(), []).append(person)
        self.councils: dict[str, Council] = {}
        for council in db.session.scalars(select(Council)):
            for word in (council.name, council.short_name, council.slug):
                self.councils[word.casefold()] = council
        self.sites = {
            (site.council_id, site.name.casefold()): site for site in db.session.scalars(select(Site))
        }
        self.lines: dict[int, int] = {}
        self.namesakes: list[str] = []
        self.gone: list[str] = []

    def take(self, row: Row) -> Taken:
        name, email, council = self.name_in(row), email_in(row), self.council_in(row, "council")
        person = self.find(name, email, council)
        facts = self.facts_in(row, name, email, council, person)
        if person is None:
            self.note_namesake(row, name, council)
            person = add_person(by=None, **facts)
            self.seat(row, person, council)
            self.leave(row, person)
            self.remember(person, row.line)
            return Taken(Outcome.NEW, f"{person.name}, {who(person) or 'a contact'}")
        if person.id in self.lines:
            raise row.wrong("", f"is {person.name} again, who is in line {self.lines[person.id]}")
        self.lines[person.id] = row.line
        changed = list(change_person(person, None, **facts))
        changed += self.seat(row, person, council) + self.leave(row, person)
        if person.gone_at and not row.text("left"):
            self.gone.append(f"line {row.line}: {person.name}")
        if changed:
            return Taken(Outcome.CHANGED, f"{person.name}: {', '.join(changed)}")
        return Taken(Outcome.SAME)

    def finish(self, report: Report) -> None:
        if self.namesakes:
            report.notes.append(
                "Taken as somebody else, although the name is known: " + "; ".join(self.namesakes)
            )
        if self.gone:
            report.notes.append("In the file, but here they have left: " + "; ".join(self.gone))

    def find(self, name: str, email: str | None, council: Council | None) -> Person | None:
        """By address; without one on either side by name and council, if only one fits."""
        if email and email.lower() in self.by_email:
            return self.by_email[email.lower()]
        same = [
            person
            for person in self.by_name.get(name.casefold(), [])
            if (not email or not person.email) and (council is None or council.id in councils_of(person))
        ]
        return same[0] if len(same) == 1 else None

    def facts_in(
        self, row: Row, name: str, email: str | None, council: Council | None, person: Person | None
    ) -> dict[str, Any]:
        """What the line says. An empty cell says nothing: what is known stays."""
        ward, employer = row.text("ward"), council
        if ward or (person is not None and person.is_member and council is not None):
            employer = person.employer if person else None
        serves = [self.known_council(row, "also serves", word) for word in row.several("also serves")]
        facts: dict[str, Any] = {
            "name": name,
            "email": email,
            "employer": employer,
            "phone": row.text("phone"),
            "job_title": row.text("job title"),
            "access_needs": row.text("access needs"),
            "way": row.choice("signs in with", WAYS),
            "joined_on": row.date("joined"),
            "site": self.site_in(row, council or (person.employer if person else None)),
        }
        facts = {fact: value for fact, value in facts.items() if value not in (None, "")}
        known = list(person.serves) if person else []
        near = [council] if council else []
        everywhere = list(dict.fromkeys([*known, *near, *serves]))
        if everywhere != known:
            facts["serves"] = everywhere
        return facts

    def seat(self, row: Row, person: Person, council: Council | None) -> list[str]:
        """Enter the seat the line names, or its end; says what was new."""
        ward = row.text("ward")
        if not ward:
            return []
        if council is None:
            raise row.wrong("council", "is empty, but a ward is named")
        starts_on, ends_on = row.date("in office from"), row.date("in office to")
        if starts_on and ends_on and ends_on < starts_on:
            raise row.wrong("in office to", "is before the first day in office")
        terms = [term for term in person.terms if term.council_id == council.id and term.ward == ward]
        if starts_on:
            terms = [term for term in terms if term.starts_on == starts_on]
        if not terms:
            if starts_on is None:
                raise row.wrong("in office from", "is empty; a new seat needs its first day")
            take_seat(
                person,
                council,
                ward,
                starts_on=starts_on,
                ends_on=ends_on,
                cohort=row.whole("elected", least=1900, most=2200),
                committees=row.several("committees"),
                by=None,
            )
            return ["seat"]
        term = terms[-1]
        changed = []
        if ends_on and term.ends_on != ends_on:
            leave_seat(term, ends_on, by=None)
            changed.append("end of seat")
        if row.text("committees") and row.several("committees") != term.committees:
            term.committees = row.several("committees")
            changed.append("committees")
        return changed

    def leave(self, row: Row, person: Person) -> list[str]:
        last_day = row.date("left")
        if last_day is None or person.gone_at or person.left_on == last_day:
            return []
        mark_left(person, last_day, by=None)
        return ["left"]

    def name_in(self, row: Row) -> str:
        name = row.text("name") or f"{row.text('first name')} {row.text('last name')}".strip()
        if not name:
            raise row.wrong("name", "is empty")
        return " ".join(name.split())

    def council_in(self, row: Row, column: str) -> Council | None:
        word = row.text(column)
        return self.known_council(row, column, word) if word else None

    def known_council(self, row: Row, column: str, word: str) -> Council:
        council = self.councils.get(word.casefold())
        if council is None:
            raise row.wrong(
                column, f"“{word}” is no council here; add it first, or write it as it is called here"
            )
        return council

    def site_in(self, row: Row, council: Council | None) -> Site | None:
        word = row.text("building")
        if not word:
            return None
        site = self.sites.get((council.id, word.casefold())) if council else None
        if site is None:
            raise row.wrong("building", f"“{word}” is no building of that council; add it first")
        return site

    def remember(self, person: Person, line: int) -> None:
        self.lines[person.id] = line
        if person.email:
            self.by_email[person.email.lower()] = person
        self.by_name.setdefault(person.name.casefold(), []).append(person)

    def note_namesake(self, row: Row, name: str, council: Council | None) -> None:
        for other in self.by_name.get(name.casefold(), []):
            if council is None or council.id in councils_of(other):
                self.namesakes.append(
                    f"line {row.line}: {name} ({other.email or 'no address'} is there already)"
                )
                return


def email_in(row: Row) -> str | None:
    email = row.text("email")
    name, at, domain = email.partition("@")
    if email and (not name or not at or "." not in domain or "@" in domain or any(map(str.isspace, email))):
        raise row.wrong("email", f"“{email}” is not an e-mail address")
    return email or None
