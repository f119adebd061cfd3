"""Keeping the register."""

import pytest

from ictsupport.journal.queries import entries_about
from ictsupport.people.models import Council, Person
from ictsupport.systems.changing import Stale
from ictsupport.systems.models import Supplier, System, SystemKind, Use
from ictsupport.systems.registering import (
    NameMissing,
    NotAnAddress,
    NoWayToReach,
    SupplierExists,
    SystemExists,
    add_contact,
    add_supplier,
    add_system,
    bring_back,
    change_system,
    end_contact,
    record_leg,
    retire,
)


def change(system: System, by: Person, version: int | None = None, **values: object) -> dict:
    asked = {"name": system.name, "purpose": system.purpose, "kind": system.kind, "owner": system.owner}
    return change_system(system, **{**asked, **values}, by=by, version=version)


def test_a_system_gets_an_address_from_its_name(lead):
    system = add_system(name="Revenues & benefits", by=lead)
    assert system.slug == "revenues-benefits"


def test_two_systems_cannot_share_a_name_whatever_its_case(lead, printing):
    with pytest.raises(SystemExists):
        add_system(name="PRINTING", by=lead)
    assert add_system(name="Planning", by=lead).id, "the refusal left the transaction whole"


def test_a_name_of_signs_alone_is_refused(lead):
    with pytest.raises(NameMissing):
        add_system(name="&&&", by=lead)


def test_a_change_keeps_the_address_and_tells_the_journal_what_differed(lead, printing):
    changes = change(printing, lead, name="Print and scan", kind=SystemKind.INFRASTRUCTURE)
    assert printing.slug == "printing"
    assert changes == {"name": ["Printing", "Print and scan"], "kind": ["business", "infrastructure"]}
    assert entries_about(printing)[-1].data["changes"] == changes


def test_a_change_that_changes_nothing_is_not_told(lead, printing):
    before = len(entries_about(printing))
    change(printing, lead)
    assert len(entries_about(printing)) == before


def test_a_change_from_an_old_page_is_refused(lead, printing):
    seen = printing.version
    change(printing, lead, seen, purpose="Paper")
    with pytest.raises(Stale):
        change(printing, lead, seen, purpose="Toner")
    assert printing.purpose == "Paper"


def test_a_council_has_one_leg_which_is_changed(lead, printing, council: Council):
    record_leg(printing, council, use=Use.DIFFERENT, local_name="PaperCut", by=lead)
    record_leg(printing, council, use=Use.SAME, local_name="Follow-me", by=lead)
    mine = [leg for leg in printing.legs if leg.council_id == council.id]
    assert [(leg.use, leg.local_name) for leg in mine] == [(Use.SAME, "Follow-me")]


def test_a_council_without_the_system_has_no_name_for_it(lead, printing, council):
    assert record_leg(printing, council, use=Use.NONE, local_name="Old one", by=lead).local_name == ""


def test_a_retired_system_can_be_brought_back(lead, printing):
    retire(printing, by=lead)
    assert printing.retired_on is not None
    bring_back(printing, by=lead)
    assert printing.retired_on is None


def test_a_supplier_is_known_by_its_name_in_any_case(lead, supplier: Supplier):
    with pytest.raises(SupplierExists):
        add_supplier(name="NORTHERN VOICE LTD", by=lead)


@pytest.mark.parametrize("website", ["javascript:alert(1)", "northern.example", "https://", "file:///etc"])
def test_a_website_must_be_one(lead, website):
    with pytest.raises(NotAnAddress):
        add_supplier(name="Elsewhere", website=website, by=lead)


def test_a_contact_must_be_reachable(lead, supplier):
    with pytest.raises(NoWayToReach):
        add_contact(supplier, name="Kim Ray", by=lead)


def test_a_contact_who_left_stays_in_the_history(lead, supplier):
    contact = add_contact(supplier, name="Kim Ray", phone="01632 960001", by=lead)
    end_contact(contact, by=lead)
    assert contact.ended_on is not None
    assert [entry.kind for entry in entries_about(supplier)][-2:] == [
        "systems.ContactAdded",
        "systems.ContactEnded",
    ]
