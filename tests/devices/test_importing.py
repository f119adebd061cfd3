"""The register from a list: a preview first, then all of it or nothing; the same file twice changes nothing."""

import io
from datetime import date

import pytest

from ictsupport.database import db
from ictsupport.devices.forms import LARGEST
from ictsupport.devices.importing import Devices
from ictsupport.devices.lending import find_device, lend, register_device
from ictsupport.importing import Outcome, bring_in
from ictsupport.people.models import Grant, Role
from ictsupport.people.scopes import scoped_to

FILE = """Asset tag,Type,Model,Serial number,OS version,Council,Lent to,Lent on,Out of use,Colour
nb-1,iPad,iPad Air,S1,iPadOS 26,Northbrook,cllr.pat@northbrook.example,01/02/2026,,red
NB-2,Laptop,Latitude,,,shared,nobody,,,
NB-3,iPad,,,,Northbrook,,,2026-03-01,
"""


@pytest.fixture
def members(member, rival):
    member.email = "cllr.pat@northbrook.example"
    db.session.flush()
    return member, rival


def outcomes(report):
    return {outcome: count for outcome, count in report.counts.items() if count}


def test_a_list_makes_the_register_once(members, agent):
    preview = bring_in(Devices(), FILE.encode())
    assert outcomes(preview) == {Outcome.NEW: 3}
    assert preview.sheet.unused == ["Colour"]
    assert find_device("NB-1") is None
    assert bring_in(Devices(), FILE.encode(), commit=True).committed
    first, third = find_device("NB-1"), find_device("NB-3")
    assert (first.custody.person, first.custody.lent_at.date()) == (members[0], date(2026, 2, 1))
    assert first.custody.accepted_at is not None
    assert third.retired_on == date(2026, 3, 1)
    assert outcomes(bring_in(Devices(), FILE.encode(), commit=True)) == {Outcome.SAME: 3}


def test_a_line_changes_what_it_says_and_moves_a_device_on(members, agent, council):
    device = register_device(
        asset_tag="NB-1", kind="iPad", model="Old", serial="S1", council=council, by=agent
    )
    lend(device, members[1], by=agent)
    report = bring_in(Devices(), FILE.encode(), commit=True)
    assert outcomes(report) == {Outcome.NEW: 2, Outcome.CHANGED: 1}
    assert (device.model, device.serial, device.custody.person) == ("iPad Air", "S1", members[0])
    assert "Cllr Robin Vale to Cllr Pat Ashcroft" in report.notes[0]


@pytest.mark.parametrize(
    ("line", "trouble"),
    [
        (",iPad,,,,,,,,", "asset tag: is empty"),
        ("NB-1,,,,,,,,,", "kind: is empty, and the device is not on the register yet"),
        ("NB-1,iPad,,,,Atlantis,,,,", "is no council here"),
        ("NB-1,iPad,,,,,who@nowhere.example,,,", "nobody here has the address"),
        ("NB-1,iPad,,,,,cllr.pat@northbrook.example,01/02/2099,,", "is in the future"),
    ],
)
def test_what_cannot_be_taken_is_said_by_line(members, line, trouble):
    report = bring_in(Devices(), (FILE.partition("\n")[0] + "\n" + line).encode(), commit=True)
    assert trouble in str(report.troubles[0])
    assert not report.committed


def test_the_page_shows_first_and_then_brings_all_of_it_in(members, agent, browser):
    visitor, largest = browser(agent), FILE.encode().ljust(LARGEST, b"\n")
    page = visitor.post("/devices/import", data={"file": (io.BytesIO(largest), "register.csv")})
    assert page.status_code == 200
    assert "What this file would do" in page.text
    assert find_device("NB-1") is None
    kept = page.text.partition('name="kept" value="')[2].partition('"')[0]
    done = visitor.post("/devices/import", data={"kept": kept, "do_it": "yes"}, follow_redirects=True)
    assert "All of it is in: 3 new, 0 changed." in done.text
    assert find_device("NB-1").custody.person.id == members[0].id
    again = visitor.post("/devices/import", data={"file": (io.BytesIO(FILE.encode()), "register.csv")}).text
    assert "There is nothing to bring in" in again
    assert "Bring all of it in" not in again


def test_the_page_says_what_is_wrong_with_the_file(members, agent, browser):
    visitor = browser(agent)
    nothing = visitor.post("/devices/import", data={})
    assert (nothing.status_code, "Choose a file with the list of devices" in nothing.text) == (422, True)
    wrong = visitor.post("/devices/import", data={"file": (io.BytesIO(b"Asset tag\n\n,x"), "x.csv")})
    assert wrong.status_code == 422
    broken = visitor.post("/devices/import", data={"kept": "%%%", "do_it": "yes"})
    assert broken.status_code == 422


def test_by_the_page_only_devices_and_people_within_reach_are_touched(
    members, make_person, other_council, council, agent
):
    register_device(asset_tag="NB-1", kind="iPad", council=council, by=agent)
    elsewhere = make_person("Erin Elsewhere", other_council)
    elsewhere.grants.append(Grant(role=Role.AGENT, **scoped_to(other_council)))
    db.session.flush()
    report = bring_in(Devices(by=elsewhere), FILE.encode())
    assert "not yours" in str(report.troubles[0])
    assert len(report.troubles) == 2  # the third is of that council too; the second is shared
