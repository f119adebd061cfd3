"""Who may see what contracts cost, and who may change them."""

import pytest

from ictsupport.database import db
from ictsupport.people.models import Grant, Person, Role
from ictsupport.people.scopes import scoped_to
from ictsupport.systems import access
from ictsupport.systems.models import Use
from ictsupport.systems.registering import add_system, record_leg


@pytest.fixture
def contact(make_person) -> Person:
    """Somebody of a supplier: of no council."""
    return make_person("Kim Ray")


@pytest.fixture
def local_lead(make_person, council) -> Person:
    """A systems lead of one council only."""
    person = make_person("Lee Local", council)
    person.grants.append(Grant(role=Role.SYSTEMS_LEAD, **scoped_to(council)))
    db.session.flush()
    return person


def seen(person: Person) -> list[str]:
    return sorted(one.name for one in db.session.scalars(access.visible_contracts(person)))


@pytest.fixture
def two(make_contract, make_system):
    """One contract in force, and a draft."""
    make_contract(make_system("Planning"), name="In force")
    return make_contract(make_system("Payroll"), name="Under negotiation", signed=False)


def test_everybody_of_the_councils_reads_what_is_in_force(two, staff, member, agent):
    for person in (staff, member, agent):
        assert seen(person) == ["In force"]


def test_drafts_are_for_those_who_see_costs(two, lead, manager, administrator):
    for person in (lead, manager, administrator):
        assert seen(person) == ["In force", "Under negotiation"]


def test_a_draft_of_another_council_is_not_for_a_lead_of_this_one(
    make_contract, printing, other_council, local_lead
):
    make_contract(printing, councils=(other_council,), signed=False)
    assert seen(local_lead) == []


def test_somebody_outside_the_councils_reads_nothing(two, contact):
    assert seen(contact) == []
    assert db.session.scalars(access.visible_systems(contact)).all() == []


@pytest.mark.parametrize(
    "role",
    [
        Role.SYSTEMS_LEAD,
        Role.MANAGER,
        Role.REPORT_AUTHOR,
        Role.CLERK,
        Role.FIGURES_READER,
        Role.ADMINISTRATOR,
    ],
)
def test_costs_are_for_those_whose_work_it_is(role, make_person, council):
    assert access.may_see_cost(make_person("Somebody", council, roles=(role,)), council.id)


def test_costs_are_not_for_everybody(staff, member, agent, council):
    assert not any(access.may_see_cost(person, council.id) for person in (staff, member, agent))


def test_a_role_for_one_council_shows_only_its_costs(local_lead, council, other_council):
    assert access.may_see_cost(local_lead, council.id)
    assert not access.may_see_cost(local_lead, other_council.id)
    assert not access.may_see_savings(local_lead)


def test_a_lead_of_one_council_does_not_change_what_is_shared(local_lead, printing, contract, lead):
    assert not access.may_change_system(local_lead, printing)
    assert not access.may_change_contract(local_lead, contract)
    assert access.may_change_system(lead, printing)


def test_a_lead_of_one_council_changes_what_is_its_own(local_lead, lead, council):
    own = add_system(name="Cemetery records", by=lead)
    record_leg(own, council, use=Use.SAME, by=lead)
    assert access.may_change_system(local_lead, own)


def test_agents_and_managers_change_nothing(agent, manager, printing):
    assert not any(access.may_change_system(person, printing) for person in (agent, manager))
