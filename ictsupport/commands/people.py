"""ictsupport people: who may come in, from the command line."""

import click
from flask.cli import AppGroup
from sqlalchemy import func, select
from sqlalchemy.orm import joinedload, selectinload

from ..database import db
from ..people import granting, joining, passwords
from ..people.models import Council, Grant, Person, Role, Term
from ..people.queries import who

group = AppGroup(
    "people", help="Add people, give roles, set a password: for the first administrator and emergencies."
)

ROLES = click.Choice([role.value for role in Role])


@group.command("add")
@click.argument("name")
@click.argument("email")
@click.option("--council", "slug", help="The council that employs them: its short name.")
@click.option("--job-title", default="")
@click.option("--role", type=ROLES, help="A role for all councils, such as administrator.")
def add(name: str, email: str, slug: str | None, job_title: str, role: str | None) -> None:
    """Add somebody: ictsupport people add "Ann Lee" ann@example.com --role administrator."""
    person = joining.add_person(
        name=name,
        email=email,
        employer=council_named(slug) if slug else None,
        job_title=job_title,
        by=None,
    )
    if role:
        granting.grant_role(person, Role(role), None, by=None)
    db.session.commit()
    click.echo(f"{person.name} is added. They sign in with a link sent to {person.email}.")


@group.command("grant")
@click.argument("email")
@click.argument("role", type=ROLES)
@click.option("--council", "slug", help="For one council only: its short name. Without it, for all.")
def grant(email: str, role: str, slug: str | None) -> None:
    """Give somebody a role."""
    person = person_at(email)
    granting.grant_role(person, Role(role), council_named(slug) if slug else None, by=None)
    db.session.commit()
    click.echo(f"{person.name} is now {role}.")


@group.command("password")
@click.argument("email")
@click.password_option(help="Asked for if it is not given.")
def password(email: str, password: str) -> None:
    """Set somebody's password, and sign them out everywhere."""
    person = person_at(email)
    passwords.set_password(person, password, by=None)
    db.session.commit()
    click.echo(f"{person.name} can sign in with it.")


@group.command("list")
@click.option("--role", type=ROLES, help="Only those who hold it.")
@click.option("--all", "everybody", is_flag=True, help="Those without a role too.")
def show(role: str | None, everybody: bool) -> None:
    """List the people who hold a role."""
    people = (
        select(Person)
        .where(Person.gone_at.is_(None))
        .order_by(Person.sort_name, Person.id)
        .options(
            selectinload(Person.grants).joinedload(Grant.council),
            selectinload(Person.terms).joinedload(Term.council),
            joinedload(Person.employer),
        )
    )
    for person in db.session.scalars(people):
        held = [
            grant for grant in person.grants if grant.is_live and (role is None or grant.role.value == role)
        ]
        if held or (everybody and role is None):
            roles = ", ".join(f"{grant.role.value} for {granting.whose(grant)}" for grant in held)
            click.echo(" · ".join(part for part in (person.name, person.email, who(person), roles) if part))


def person_at(email: str) -> Person:
    person = db.session.scalar(select(Person).where(func.lower(Person.email) == email.strip().lower()))
    if person is None:
        raise click.ClickException(f"Nobody here has the address {email}.")
    return person


def council_named(word: str) -> Council:
    known = db.session.scalars(select(Council).order_by(Council.short_name)).all()
    for council in known:
        if word.casefold() in (council.slug, council.short_name.casefold(), council.name.casefold()):
            return council
    names = ", ".join(council.slug for council in known) or "none yet"
    raise click.ClickException(f"There is no council “{word}”. Those there are: {names}.")
