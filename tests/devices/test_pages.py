"""The pages of devices, as the desk walks through them."""

import pytest

from ictsupport.devices.lending import AlreadyLent, TagTaken, lend, register_device
from ictsupport.devices.models import Device


@pytest.fixture
def tablet(agent, council) -> Device:
    return register_device(asset_tag="NB-0417", kind="Tablet", model="iPad 10", council=council, by=agent)


def test_a_device_is_added_lent_and_taken_back(browser, agent, member):
    desk = browser(agent)
    address = desk.post("/devices/new", data={"asset_tag": "nb-1", "kind": "Laptop"}).location
    answer = desk.post(f"{address}/loan", data={"person": member.name, "note": "with case"})
    assert answer.status_code == 303
    assert "Cllr Pat Ashcroft has it since 18 November 2026: with case" in desk.get(address).text
    assert desk.post(f"{address}/return").status_code == 303
    assert "Not lent" in desk.get(address).text


def test_a_tag_that_is_taken_is_refused_and_what_was_typed_stays(browser, agent, tablet):
    answer = browser(agent).post(
        "/devices/new", data={"asset_tag": "nb-0417", "kind": "Tablet", "model": "Pro"}
    )
    assert answer.status_code == 422
    assert TagTaken(tag="NB-0417").args[0] in answer.text
    assert 'value="Pro"' in answer.text


def test_the_slower_agent_is_told_who_has_it(browser, agent, member, rival, tablet):
    lend(tablet, member, by=agent)
    answer = browser(agent).post(f"/devices/{tablet.id}/loan", data={"person": rival.name})
    assert answer.status_code == 422
    assert str(AlreadyLent(name=member.name)) in answer.text


def test_whoever_has_it_sees_it_without_who_had_it_before(browser, agent, member, rival, tablet):
    lend(tablet, rival, by=agent)
    browser(agent).post(f"/devices/{tablet.id}/return")
    lend(tablet, member, by=agent)
    shown = browser(member).get(f"/devices/{tablet.id}").text
    assert "NB-0417" in shown
    assert rival.name not in shown
    assert browser(rival).get(f"/devices/{tablet.id}").status_code == 404


def test_nobody_of_that_name_is_said(browser, agent, tablet):
    answer = browser(agent).post(f"/devices/{tablet.id}/loan", data={"person": "Nobody Known"})
    assert answer.status_code == 422
    assert "Nobody we know matches" in answer.text
