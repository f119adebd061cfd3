"""Statements are put together once for each shape of what they are about, and never mean yesterday or somebody else."""

from datetime import date, timedelta
from typing import Any

import sqlalchemy as sa

from ictsupport import clock
from ictsupport.database import db
from ictsupport.pages.paging import keyset
from ictsupport.people.models import Person, Role
from ictsupport.statements import put_together, turned

MADE: list[Any] = []


@put_together
def names_after(person: Person | None, start: date) -> Any:
    MADE.append((person, start))
    return sa.select(Person.name).where(Person.name > sa.bindparam("name"))


def test_it_is_put_together_once_and_asked_with_other_values(context, agent, member):
    first = names_after(None, date(2026, 1, 1))
    made = len(MADE)
    assert names_after(None, date(2026, 1, 1)) is first
    assert len(MADE) == made
    assert set(db.session.scalars(first, {"name": ""})) >= {agent.name, member.name}
    assert list(db.session.scalars(first, {"name": "zzz"})) == []


def test_another_value_another_day_and_other_roles_are_another_statement(context, agent):
    first = names_after(agent, date(2026, 1, 1))
    assert names_after(agent, date(2026, 1, 2)) is not first
    with clock.at(clock.now() + timedelta(days=1)):
        assert names_after(agent, date(2026, 1, 1)) is not first
    assert names_after(agent, date(2026, 1, 1)) is first
    agent.grants[0].role = Role.MANAGER
    assert names_after(agent, date(2026, 1, 1)) is not first


def test_pages_of_a_kept_list_follow_their_own_cursors(context, agent, member):
    kept = sa.select(Person.id, Person.name)
    whole = [row.id for row in db.session.execute(kept.order_by(Person.name, Person.id))]
    for _ in range(2):
        found, after = [], None
        while True:
            page = keyset(kept, [Person.name, Person.id], after=after, size=1)
            found += [row.id for row in page.rows]
            if (after := page.next) is None:
                break
        assert found == whole


def test_what_is_made_of_a_statement_goes_with_it():
    made: list[None] = []

    def turn() -> Any:
        made.append(None)
        return sa.select(Person.id)

    statement = sa.select(Person.name)
    assert turned(statement, "so", turn) is turned(statement, "so", turn)
    turned(statement, "otherwise", turn)
    assert len(made) == 2
