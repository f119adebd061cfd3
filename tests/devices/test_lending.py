"""Registering devices, lending them and taking them back."""

from datetime import date, timedelta

import pytest
from sqlalchemy import insert
from sqlalchemy.exc import IntegrityError

from ictsupport import clock
from ictsupport.database import db
from ictsupport.devices.lending import (
    AlreadyLent,
    HasLeft,
    NotLent,
    Retired,
    StillLent,
    TagMissing,
    TagTaken,
    lend,
    register_device,
    retire_device,
    take_back,
)
from ictsupport.devices.models import Custody, Device
from ictsupport.devices.queries import device_list, devices_of
from ictsupport.journal.queries import entries_about
from ictsupport.people.models import Grant, Role
from ictsupport.people.scopes import scoped_to


@pytest.fixture
def tablet(agent, council) -> Device:
    return register_device(asset_tag="NB-0417", kind="Tablet", model="iPad 10", council=council, by=agent)


def tags(person, **asked) -> list[str]:
    return sorted(device.asset_tag for device in db.session.scalars(device_list(person, **asked)))


def test_a_device_is_known_by_its_tag_in_any_case(tablet, agent):
    with pytest.raises(TagTaken, match="NB-0417"):
        register_device(asset_tag=" nb-0417 ", kind="Tablet", by=agent)


def test_a_device_needs_a_tag(agent):
    with pytest.raises(TagMissing):
        register_device(asset_tag="  ", kind="Tablet", by=agent)


def test_what_is_lent_is_had_until_it_is_returned(tablet, member, agent):
    lend(tablet, member, by=agent)
    assert devices_of(member) == [tablet]
    take_back(tablet, by=agent)
    assert devices_of(member) == []
    assert [(one.person, one.lent_by, one.returned_to) for one in tablet.custodies] == [
        (member, agent, agent)
    ]
    assert [entry.kind for entry in entries_about(tablet)] == [
        "devices.DeviceRegistered",
        "devices.DeviceLent",
        "devices.DeviceReturned",
    ]


def test_a_device_is_lent_to_one_person_at_a_time(tablet, member, rival, agent):
    lend(tablet, member, by=agent)
    with pytest.raises(AlreadyLent, match="Cllr Pat Ashcroft has this device"):
        lend(tablet, rival, by=agent)


def test_the_database_refuses_a_second_loan_that_comes_past_the_verb(tablet, member, rival, agent):
    lend(tablet, member, by=agent)
    db.session.flush()
    with pytest.raises(IntegrityError), db.session.begin_nested():
        db.session.execute(
            insert(Custody).values(device_id=tablet.id, person_id=rival.id, lent_at=clock.now(), note="")
        )


def test_a_device_nobody_has_is_not_returned(tablet, agent):
    with pytest.raises(NotLent):
        take_back(tablet, by=agent)


def test_nothing_is_lent_to_somebody_who_left(tablet, staff, agent):
    staff.left_on = clock.now().date() - timedelta(days=1)
    with pytest.raises(HasLeft):
        lend(tablet, staff, by=agent)


def test_a_retired_device_is_not_lent_and_a_lent_one_not_retired(tablet, member, agent):
    lend(tablet, member, by=agent)
    with pytest.raises(StillLent):
        retire_device(tablet, by=agent)
    take_back(tablet, by=agent)
    retire_device(tablet, by=agent)
    assert tablet.retired_on == date(2026, 11, 18)
    with pytest.raises(Retired):
        lend(tablet, member, by=agent)


def test_the_list_is_searched_by_tag_model_and_who_has_it(tablet, member, agent):
    register_device(asset_tag="NB-0500", kind="Laptop", serial="SN9", by=agent)
    lend(tablet, member, by=agent)
    assert tags(agent, words="ashcroft") == ["NB-0417"]
    assert tags(agent, words="sn9") == ["NB-0500"]
    assert tags(agent, lent=False) == ["NB-0500"]
    assert tags(agent) == ["NB-0417", "NB-0500"]


def test_people_see_what_they_have_and_the_desk_what_it_reaches(
    tablet, member, rival, agent, make_person, other_council
):
    lend(tablet, member, by=agent)
    elsewhere = make_person("Erin Elsewhere", other_council)
    elsewhere.grants.append(Grant(role=Role.AGENT, **scoped_to(other_council)))
    db.session.flush()
    assert tags(member) == ["NB-0417"]
    assert tags(rival) == tags(elsewhere) == []


@pytest.mark.parametrize("devices", [1, 25])
def test_the_list_costs_the_same_however_long(devices, agent, member, council, count_queries):
    for number in range(devices):
        device = register_device(asset_tag=f"T{number}", kind="Tablet", council=council, by=agent)
        lend(device, member, by=agent)
    db.session.flush()
    query = device_list(agent)
    db.session.expire_all()
    with count_queries() as queries:
        for device in db.session.scalars(query):
            assert device.custody.person.name
    assert len(queries) == 2
