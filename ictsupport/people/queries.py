"""The lists that the pages of people show."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Select, func, or_, select, tuple_
from sqlalchemy.orm import joinedload, raiseload, selectinload

from ..database import contains, db
from ..pages.fields import Found
from ..pages.numbers import whole
from .access import belongs_to, reach, visible_people
from .joining import today
from .models import Council, Grant, Person, Role, Site, Term

PAGE = 50
SUGGESTIONS = 10


@dataclass(frozen=True)
class Wanted:
    """Which people the list is to show."""

    q: str = ""
    council: str = ""
    kind: str = ""
    role: str = ""
    left: bool = False


@dataclass(frozen=True)
class PeoplePage:
    """Some people, with where the pages before and after begin."""

    rows: Sequence[Person]
    previous: str | None
    next: str | None


SHOWN = (selectinload(Person.terms).joinedload(Term.council), joinedload(Person.employer))
"""What who() and as_found() need of a person."""

KINDS = {"member": "Members", "staff": "Staff", "contact": "Contacts"}


def found_in(people: Select[Person], typed: str) -> Select[Person]:
    """Narrow to those whose name, address, number or job holds every word that was typed."""
    for word in typed.split()[:6]:
        people = people.where(
            or_(
                contains(Person.name, word),
                contains(Person.email, word),
                contains(Person.job_title, word),
                contains(func.replace(Person.phone, " ", ""), word),
            )
        )
    return people


def narrowed(people: Select[Person], wanted: Wanted) -> Select[Person]:
    people = found_in(people, wanted.q)
    if wanted.council:
        council = select(Council.id).where(Council.slug == wanted.council)
        people = people.where(belongs_to(set(db.session.scalars(council))))
    now = today()
    in_office = select(Term.person_id).where(
        Term.starts_on <= now, or_(Term.ends_on.is_(None), Term.ends_on >= now)
    )
    if wanted.kind == "member":
        people = people.where(Person.id.in_(in_office))
    elif wanted.kind == "staff":
        people = people.where(Person.employer_id.is_not(None), Person.id.not_in(in_office))
    elif wanted.kind == "contact":
        people = people.where(Person.employer_id.is_(None), Person.id.not_in(in_office))
    if wanted.role in [role.value for role in Role]:
        holders = select(Grant.person_id).where(Grant.role == Role(wanted.role), Grant.ended_at.is_(None))
        people = people.where(Person.id.in_(holders))
    gone = or_(Person.gone_at.is_not(None), Person.left_on < now)
    return people.where(gone if wanted.left else ~func.coalesce(gone, False))


def people_page(
    person: Person, wanted: Wanted, *, after: str | None = None, before: str | None = None
) -> PeoplePage:
    """A page of the people that somebody may see, by name."""
    people = narrowed(visible_people(person), wanted).options(
        *SHOWN, selectinload(Person.grants), raiseload("*")
    )
    key = tuple_(Person.sort_name, Person.id)
    back = _place(before) if before else None
    start = _place(after) if after else None
    if back:
        people = people.where(key < back).order_by(Person.sort_name.desc(), Person.id.desc())
    else:
        people = people.order_by(Person.sort_name, Person.id)
        people = people.where(key > start) if start else people
    rows = db.session.scalars(people.limit(PAGE + 1)).all()
    more, rows = len(rows) > PAGE, rows[:PAGE]
    if back:
        rows = rows[::-1]
    first, last = (_mark(rows[0]), _mark(rows[-1])) if rows else (None, None)
    return PeoplePage(
        rows, previous=first if (more if back else start) else None, next=last if (back or more) else None
    )


def how_many(person: Person, wanted: Wanted) -> int:
    return (
        db.session.scalar(
            select(func.count()).select_from(narrowed(visible_people(person), wanted).subquery())
        )
        or 0
    )


def suggestions(person: Person, typed: str) -> list[Found]:
    """Whom somebody may mean by what they typed, among those they may see: for pickers."""
    if not typed.strip():
        return []
    people = found_in(visible_people(person), typed.strip()[:200]).where(Person.gone_at.is_(None))
    rows = db.session.scalars(
        people.options(*SHOWN, raiseload("*")).order_by(Person.sort_name, Person.id).limit(SUGGESTIONS)
    )
    return [as_found(row) for row in rows]


def suggestion(person: Person, value: str) -> Found | None:
    """The one with that id, if the person may see them: for a picker that already holds somebody."""
    if (key := whole(value)) is None:
        return None
    # A page may have read the same person for showing only, and then nothing loads by itself any more.
    row = db.session.scalar(visible_people(person).where(Person.id == key).options(*SHOWN))
    return as_found(row) if row else None


def as_found(person: Person) -> Found:
    return Found(str(person.id), person.name, ", ".join(part for part in (who(person), person.email) if part))


def who(person: Person) -> str:
    """Who somebody is, in a few words: Member for Mill Hill, Northbrook; Planning officer, Eastmere."""
    if person.seat:
        return f"Member for {person.seat.ward}, {person.seat.council.short_name}"
    if person.employer:
        return ", ".join(part for part in (person.job_title, person.employer.short_name) if part)
    return person.job_title


def councils_for(person: Person) -> Sequence[Council]:
    """The councils somebody administers, with their buildings."""
    councils = select(Council).order_by(Council.name).options(selectinload(Council.sites))
    reached = reach(person, Role.ADMINISTRATOR)
    if reached is not None:
        councils = councils.where(Council.id.in_(reached))
    return db.session.scalars(councils).all()


def sites_of(council_ids: set[int]) -> Sequence[Site]:
    return db.session.scalars(
        select(Site)
        .where(Site.council_id.in_(council_ids))
        .join(Site.council)
        .order_by(Council.name, Site.name)
        .options(joinedload(Site.council))
    ).all()


def _mark(person: Person) -> str:
    return f"{person.id}~{person.sort_name}"


def _place(mark: str) -> tuple[str, int] | None:
    """The name and id a page begins at; a mark that was tampered with begins at the beginning."""
    number, tilde, name = mark.partition("~")
    key = whole(number)
    return (name, key) if tilde and key is not None else None
