"""Priority from impact and urgency: the matrix, as each council has it."""

import pytest

from ictsupport.people.scopes import scoped_to
from ictsupport.tickets.models import Matrix
from ictsupport.tickets.prioritising import STANDARD, BadMatrix, NotInMatrix, priority_for, set_matrix

from ..cast import LONG_AGO, keep


@pytest.mark.parametrize(
    ("impact", "urgency", "priority"),
    [(1, 1, 1), (1, 2, 2), (1, 3, 3), (2, 1, 2), (2, 2, 3), (2, 3, 4), (3, 1, 3), (3, 2, 4), (3, 3, 5)],
)
def test_the_standard_matrix(impact, urgency, priority, desk, council):
    assert priority_for(impact, urgency, council.id) == priority


def test_the_councils_own_matrix_beats_the_shared_one(desk, council, other_council):
    keep(Matrix(cells={**STANDARD, "3,3": 4}, effective_from=LONG_AGO, **scoped_to(council)))
    assert priority_for(3, 3, council.id) == 4
    assert priority_for(3, 3, other_council.id) == 5
    assert priority_for(3, 3, None) == 5


def test_a_new_version_leaves_old_tickets_alone(make_ticket, administrator, later):
    old = make_ticket(impact=3, urgency=3)
    with later(minutes=1):
        set_matrix({**STANDARD, "3,3": 4}, None, by=administrator)
        assert make_ticket(impact=3, urgency=3).priority == 4
    assert old.priority == 5
    assert priority_for(3, 3, None, old.opened_at) == 5


def test_what_is_no_matrix_is_refused(desk, administrator):
    with pytest.raises(NotInMatrix):
        priority_for(0, 2, None)
    with pytest.raises(BadMatrix):
        set_matrix({"1,1": 1}, None, by=administrator)
    with pytest.raises(BadMatrix):
        set_matrix({**STANDARD, "1,1": 9}, None, by=administrator)
