"""What leavers bring back: listed by itself, asked for, ticked off."""

from datetime import date, timedelta

import pytest

from ictsupport import clock
from ictsupport.database import db
from ictsupport.devices.lending import (
    ChangedMeanwhile,
    DueBeforeItWasLent,
    accept,
    agree_return,
    change_device,
    lend,
    register_device,
    take_back,
)
from ictsupport.devices.models import Custody
from ictsupport.devices.returning import ask_back, outstanding, overdue_count, owed_by, tick_off
from ictsupport.journal.queries import entries_about
from ictsupport.people.joining import leave_seat, mark_left, take_seat, welcome_back
from ictsupport.people.models import Grant, Role
from ictsupport.people.scopes import scoped_to

from ..conftest import NOW

TODAY = date(2026, 11, 18)


@pytest.fixture
def lent(agent, council):
    """lent(person, "NB-1") has been lent to the person and accepted, for some weeks."""

    def make(person, tag, **more):
        device = register_device(asset_tag=tag, kind="Tablet", council=council, by=agent)
        with clock.at(NOW - timedelta(weeks=30)):
            lend(device, person, by=agent, **more)
            accept(device, by=person)
        return device

    return make


def listed(person, **asked):
    return [(each.device.asset_tag, each.due_on) for each in outstanding(person, **asked).rows]


def test_what_a_member_has_is_owed_a_fortnight_after_their_last_seat(lent, member, rival, agent):
    lent(member, "NB-1")
    lent(rival, "NB-2")
    assert listed(agent) == []
    leave_seat(member.terms[0], TODAY - timedelta(days=1), by=agent)
    assert listed(agent) == [("NB-1", TODAY + timedelta(days=13))]
    assert owed_by(member)[0].why == "Left on 17 November 2026"


def test_who_is_elected_again_owes_nothing(lent, member, council, agent):
    lent(member, "NB-1")
    leave_seat(member.terms[0], TODAY - timedelta(days=1), by=agent)
    take_seat(member, council, "Castle", starts_on=TODAY, by=agent)
    assert listed(agent) == []


def test_staff_owe_after_their_last_day_and_not_when_they_come_back(lent, staff, agent):
    lent(staff, "NB-1")
    mark_left(staff, TODAY - timedelta(days=20), by=agent)
    assert listed(agent, only_overdue=True) == [("NB-1", TODAY - timedelta(days=6))]
    assert (outstanding(agent).overdue, overdue_count(agent)) == (1, 1)
    welcome_back(staff, by=agent)
    assert listed(agent) == []


def test_another_day_may_be_agreed(lent, staff, agent):
    device = lent(staff, "NB-1")
    agree_return(device, TODAY + timedelta(days=3), by=agent)
    assert listed(agent) == [("NB-1", TODAY + timedelta(days=3))]
    agree_return(device, TODAY + timedelta(days=300), by=agent)
    assert listed(agent) == []  # not soon
    with pytest.raises(DueBeforeItWasLent):
        agree_return(device, date(2025, 1, 1), by=agent)


def test_they_are_asked_once_and_reminded_once(lent, member, agent, outbox):
    first, second = lent(member, "NB-1"), lent(member, "NB-2")
    leave_seat(member.terms[0], TODAY - timedelta(days=1), by=agent)
    for day in range(25):  # every day, and twice
        with clock.at(NOW + timedelta(days=day)):
            ask_back({})
            ask_back({})
            if day == 14:
                take_back(first, by=agent)
    db.session.flush()
    assert outbox() == [
        (member.email, "What to bring back to us"),
        (member.email, "Overdue: what you still have from us"),
    ]
    kinds = [entry.kind for entry in entries_about(second)]
    assert kinds.count("devices.AskedBack") == 2


def test_nobody_is_asked_on_the_day_after_an_election(lent, member, agent, outbox):
    lent(member, "NB-1")
    leave_seat(member.terms[0], TODAY - timedelta(days=1), by=agent)
    ask_back({})
    assert outbox() == []


def test_ticking_off_takes_back_what_is_there_and_passes_over_the_rest(lent, member, agent):
    custody, other = (lent(member, tag).custody for tag in ("NB-1", "NB-2"))
    take_back(other.device, by=agent)
    assert tick_off([custody, other], by=agent) == 1
    assert custody.returned_to is agent


def test_somebody_elsewhere_neither_sees_nor_ticks_off(
    lent, member, agent, make_person, other_council, browser
):
    device = lent(member, "NB-1")
    leave_seat(member.terms[0], TODAY - timedelta(days=1), by=agent)
    elsewhere = make_person("Erin Elsewhere", other_council)
    elsewhere.grants.append(Grant(role=Role.AGENT, **scoped_to(other_council)))
    db.session.flush()
    assert listed(elsewhere) == []
    browser(elsewhere).post("/devices/returned", data={"custody": device.custody.id})
    assert device.custody.returned_at is None


def test_the_page_ticks_off_and_costs_the_same_for_many(
    lent, member, make_person, council, agent, browser, count_queries
):
    visitor, counts = browser(agent), []
    for number in range(12):
        leaver = make_person(f"Cllr Leaver {number}", council, ward=f"Ward {number}")
        leave_seat(leaver.terms[0], TODAY - timedelta(days=30), by=agent)
        lent(leaver, f"NB-{number:02}")
        if number in (0, 11):
            with count_queries() as queries:
                page = visitor.get("/devices/returns").text
            counts.append(len(queries))
    assert counts[0] == counts[1] <= 8
    assert "12 devices are overdue" in page
    assert "12 devices are overdue to be returned" in visitor.get("/today").text
    ids = [each.id for each in db.session.query(Custody).all()]
    done = visitor.post("/devices/returned", data={"custody": ids}, follow_redirects=True)
    assert "12 devices back." in done.text
    assert "Nothing is to be returned" in done.text
    nonsense = {"custody": ["9" * 30, "soon"]}
    said = visitor.post("/devices/returned", data=nonsense, follow_redirects=True).text
    assert "Tick what is back" in said


def test_whoever_has_a_device_confirms_it_on_their_first_page(member, agent, council, browser):
    device = register_device(asset_tag="NB-1", kind="Tablet", model="iPad", council=council, by=agent)
    lend(device, member, by=agent)
    visitor = browser(member)
    assert "Say that you have received iPad, NB-1" in visitor.get("/").text
    assert visitor.post(f"/devices/{device.id}/acceptance").status_code == 303
    assert visitor.post(f"/devices/{device.id}/acceptance").status_code == 303
    assert device.custody.accepted_at == NOW
    assert "Say that you have received" not in visitor.get("/").text


def test_a_device_is_put_right_by_one_at_a_time(agent, council, browser):
    device = register_device(asset_tag="NB-1", kind="Tablet", council=council, by=agent)
    db.session.commit()
    typed = {"kind": "iPad", "model": "iPad Air", "serial": "", "os_version": "", "council": "northbrook"}
    answer = browser(agent).post(f"/devices/{device.id}/edit", data={**typed, "version": "1"})
    assert (answer.status_code, device.model, device.version) == (303, "iPad Air", 2)
    again = browser(agent).post(
        f"/devices/{device.id}/edit", data={**typed, "model": "Other", "version": "1"}
    )
    assert ChangedMeanwhile.reason in again.text
    assert 'value="Other"' in again.text
    assert change_device(device, by=agent, model="iPad Air") == {}
