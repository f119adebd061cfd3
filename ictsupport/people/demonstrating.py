"""Being anybody, at this machine, among invented people."""

from collections.abc import Sequence
from ipaddress import ip_address
from urllib.parse import urlsplit

from flask import Request
from sqlalchemy import exists, select
from sqlalchemy.orm import joinedload, raiseload, selectinload

from ..config import settings
from ..database import db
from .models import Demonstration, Grant, Person, Term

LOCAL_NAMES = ("localhost", "127.0.0.1", "::1")
FORWARDED = ("Forwarded", "X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto", "X-Real-Ip", "Via")
OF_EACH_KIND = 12


def is_open(request: Request) -> bool:
    """Whether whoever asks sits at this very machine, and the people here are invented.

    The peer must be this machine, the address asked for must be a local one
    (a strange name that resolves here will not do), and nothing may have passed
    the request on.
    """
    return (
        settings().trusted_proxies == 0
        and not any(name in request.headers for name in FORWARDED)
        and _is_loopback(request.remote_addr)
        and urlsplit(f"//{request.host}").hostname in LOCAL_NAMES
        and bool(db.session.scalar(select(exists().select_from(Demonstration))))
    )


def cast() -> dict[str, Sequence[Person]]:
    """Some people of each kind: those with roles, members, and others; first those that `demo run` names."""
    people = (
        select(Person)
        .where(Person.gone_at.is_(None), Person.left_on.is_(None))
        .options(
            selectinload(Person.grants).joinedload(Grant.council),
            selectinload(Person.terms).joinedload(Term.council),
            joinedload(Person.employer),
            raiseload("*"),
        )
    )
    with_role = select(Grant.person_id).where(Grant.ended_at.is_(None))
    seated = select(Term.person_id).where(Term.ends_on.is_(None))
    return {
        "People with a role": db.session.scalars(
            people.where(Person.id.in_(with_role)).order_by(Person.sort_name, Person.id).limit(40)
        ).all(),
        "Members": db.session.scalars(
            people.where(Person.id.in_(seated), Person.id.not_in(with_role))
            .order_by(Person.id)
            .limit(OF_EACH_KIND)
        ).all(),
        "Staff": db.session.scalars(
            people.where(
                Person.employer_id.is_not(None), Person.id.not_in(with_role), Person.id.not_in(seated)
            )
            .order_by(Person.id.desc())
            .limit(OF_EACH_KIND)
        ).all(),
    }


def _is_loopback(address: str | None) -> bool:
    try:
        return ip_address(address or "").is_loopback
    except ValueError:
        return False
