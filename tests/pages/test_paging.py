"""Pages of a list follow on from the last row seen, and a broken link shows the first."""

import base64

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from ictsupport.database import db
from ictsupport.pages.paging import count_up_to, keyset
from ictsupport.people.models import Person


@pytest.fixture
def people(context, make_person):
    return [make_person(f"Person {number:02} {'AB'[number % 2]}x") for number in range(12)]


def walk(order, size, **first):
    """Every page forward, then every page back again."""
    pages = [keyset(select(Person), order, size=size, **first)]
    while pages[-1].next:
        pages.append(keyset(select(Person), order, size=size, after=pages[-1].next))
    back = [pages[-1]]
    while back[-1].previous:
        back.append(keyset(select(Person), order, size=size, before=back[-1].previous))
    return pages, back


@pytest.mark.parametrize("size", [1, 3, 5, 12, 25])
@pytest.mark.parametrize("mixed", [False, True])
def test_walking_forward_and_back_meets_every_row_once(people, size, mixed):
    order = [Person.sort_name.desc(), Person.id] if mixed else [Person.sort_name, Person.id]
    forward, back = walk(order, size)
    everyone = list(db.session.scalars(select(Person).order_by(*order)))
    assert [row for page in forward for row in page] == everyone
    assert [row for page in reversed(back) for row in page] == everyone
    assert forward[0].previous is None
    assert forward[-1].next is None
    assert back[-1].previous is None


def test_moments_can_be_ordered_by(people):
    forward, _back = walk([Person.created_at.desc(), Person.id.desc()], 5)
    assert len({person.id for page in forward for person in page}) == 12


def test_a_row_that_goes_between_two_pages_costs_no_other(people):
    first = keyset(select(Person), [Person.id], size=4)
    for person in first.rows[1:]:
        db.session.delete(person)
    db.session.flush()
    second = keyset(select(Person), [Person.id], size=4, after=first.next)
    assert [person.id for person in second] == [person.id for person in people[4:8]]


@pytest.mark.parametrize("columns", [1, 2])
def test_a_statement_of_columns_gives_rows(people, columns):
    page = keyset(select(*[Person.name, Person.id][:columns]), [Person.id], size=2)
    assert (page.rows[0] if columns == 1 else page.rows[0].name) == people[0].name


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=40, deadline=None)
@given(
    st.one_of(
        st.text(max_size=40), st.binary(max_size=40).map(lambda raw: base64.urlsafe_b64encode(raw).decode())
    )
)
def test_a_cursor_that_cannot_be_read_shows_the_first_page(people, cursor):
    page = keyset(select(Person), [Person.created_at, Person.id], size=3, after=cursor)
    assert [person.id for person in page] == [person.id for person in people[:3]]


@pytest.mark.parametrize(
    "text",
    [
        "[1]",
        "[1,2,3]",
        '["x",1]',
        "[null,null]",
        '{"a":1}',
        '["2026-01-01",1e999]',
        '["2026-01-01T00:00:00",99999999999999999999]',
    ],
)
def test_a_cursor_of_another_list_shows_the_first_page(people, text):
    cursor = base64.urlsafe_b64encode(text.encode()).decode()
    assert len(keyset(select(Person), [Person.created_at, Person.id], size=3, after=cursor)) == 3


def test_an_empty_list_has_no_other_page(context):
    page = keyset(select(Person).where(Person.id < 0), [Person.id])
    assert (len(page), page.previous, page.next) == (0, None, None)


def test_counts_are_exact_up_to_the_limit_and_say_so_beyond(people):
    assert str(count_up_to(select(Person), 12)) == "12"
    assert str(count_up_to(select(Person), 11)) == "11+"
    assert not count_up_to(select(Person).where(Person.id < 0))
