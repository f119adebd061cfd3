"""The pages of systems, suppliers, contracts and alignments, as people walk through them."""

from datetime import date
from decimal import Decimal

import pytest
from sqlalchemy import select

from ictsupport.database import db
from ictsupport.systems.aligning import list_for_alignment, move, state_saving
from ictsupport.systems.changing import Stale
from ictsupport.systems.contracting import EndBeforeStart, Terms, add_leg, change_leg
from ictsupport.systems.models import Contract, Stage, State, Supplier, System, Use
from ictsupport.systems.registering import SystemExists, add_contact

from .conftest import TERM

DAY = {"starts_on": "2025-04-01", "ends_on": "2028-03-31"}


@pytest.fixture
def page(browser, lead):
    """page(address) is what the lead sees there, or another person: page(address, staff)."""

    def look(address: str, person=None) -> str:
        response = browser(person or lead).get(address)
        assert response.status_code == 200, (address, response.status_code)
        return response.text

    return look


@pytest.fixture
def post(browser, lead):
    def send(address: str, data: dict, person=None):
        return browser(person or lead).post(address, data=data)

    return send


def test_a_system_is_added_and_found_on_the_register(post, page):
    answer = post(
        "/systems/new", {"name": "Revenues & benefits", "kind": "business", "purpose": "Council tax"}
    )
    assert answer.status_code == 303
    assert answer.location == "/systems/revenues-benefits"
    assert "Revenues &amp; benefits" in page("/systems?q=tax")
    assert "Nothing on the register matches" in page("/systems?q=planets")


def test_a_name_that_is_taken_is_refused_and_what_was_typed_stays(post, printing):
    answer = post("/systems/new", {"name": "Printing", "kind": "business", "purpose": "Long words about it"})
    assert answer.status_code == 422
    assert SystemExists.reason in answer.text
    assert "Long words about it" in answer.text


@pytest.mark.parametrize("name", ["", "\x00", "x" * 121])
def test_a_name_that_cannot_be_one_is_refused(post, name):
    assert post("/systems/new", {"name": name, "kind": "business"}).status_code == 422


def test_a_change_from_an_old_page_keeps_what_was_typed_and_may_be_sent_again(post, printing):
    typed = {"name": "Printing", "kind": "business", "purpose": "Second thoughts", "version": "1"}
    answer = post("/systems/printing/edit", typed)
    assert answer.status_code == 409
    assert Stale.reason in answer.text
    assert "Second thoughts" in answer.text
    assert f'name="version" type="hidden" value="{printing.version}"' in answer.text
    assert post("/systems/printing/edit", {**typed, "version": str(printing.version)}).status_code == 303


def test_a_leg_is_recorded_for_a_council(post, page, printing, council):
    post("/systems/printing/legs/northbrook", {"use": "different", "local_name": "PaperCut"})
    assert printing.leg_of(council.id).use is Use.DIFFERENT
    assert "Different: PaperCut" in page("/systems/printing")


def test_a_contract_goes_from_draft_to_active_by_its_forms(post, page, printing, supplier):
    answer = post("/contracts/new", {"name": "Printers", "supplier": supplier.id, "systems": ["printing"]})
    contract = db.session.scalars(select(Contract)).one()
    assert answer.location == f"/contracts/{contract.id}"
    for slug in ("northbrook", "eastmere"):
        leg = {**DAY, "council": slug, "notice_days": "90", "renewal": "express", "annual_cost": "£12,500"}
        assert post(f"{answer.location}/legs/new", leg).status_code == 303
    assert post(f"{answer.location}/signature", {"on": "2025-03-01"}).status_code == 303
    assert contract.state is State.ACTIVE
    shown = page(answer.location)
    assert "£12,500" in shown
    assert "1 Apr 2025 to 31 Mar 2028" in shown
    assert "1 Jan 2028" in shown, "the last day of notice"


def test_terms_that_cannot_be_are_refused_with_what_was_typed(post, contract):
    typed = {
        "council": "northbrook",
        "starts_on-day": "1",
        "starts_on-month": "4",
        "starts_on-year": "2029",
        "ends_on-day": "31",
        "ends_on-month": "3",
        "ends_on-year": "2029",
        "renewal": "express",
        "support_hours": "Round the clock",
    }
    answer = post(f"/contracts/{contract.id}/legs/new", typed)
    assert answer.status_code == 422
    assert EndBeforeStart.reason in answer.text
    assert "Round the clock" in answer.text


def test_costs_are_shown_only_to_those_whose_work_it_is(page, contract, staff, manager, lead):
    change_leg(contract.legs[0], Terms(**{**vars(TERM), "annual_cost": Decimal(41250)}), by=lead)
    address = f"/contracts/{contract.id}"
    assert "£41,250" in page(address)
    assert "£41,250" in page(address, manager)
    assert "£" not in page(address, staff)
    assert "Change" not in page(address, staff)


def test_what_happened_is_told_to_those_who_see_costs(page, contract, staff, lead):
    amended = Terms(**{**vars(TERM), "annual_cost": Decimal(41250), "ends_on": date(2029, 3, 31)})
    change_leg(contract.legs[0], amended, by=lead)
    shown = page(f"/contracts/{contract.id}")
    assert "Leg changed for Northbrook" in shown
    assert "last day from 31 Mar 2028 to 31 Mar 2029; cost in a year from nothing to £41,250" in shown
    assert "Sally Leader" in shown
    assert "What happened" not in page(f"/contracts/{contract.id}", staff)


def test_a_draft_is_not_there_for_others(browser, make_contract, printing, staff, lead):
    draft = make_contract(printing, signed=False)
    assert browser(staff).get(f"/contracts/{draft.id}").status_code == 404
    assert browser(lead).get(f"/contracts/{draft.id}").status_code == 200


def test_somebody_outside_the_councils_reads_nothing(browser, make_person, contract, printing):
    contact = make_person("Kim Ray")
    for address in ("/systems", "/contracts", "/contracts/all", "/contracts/notices", "/suppliers"):
        assert browser(contact).get(address).status_code == 403
    for address in ("/systems/printing", f"/contracts/{contract.id}", f"/suppliers/{contract.supplier_id}"):
        assert browser(contact).get(address).status_code == 404


def test_moving_a_stage_changes_the_sentence(post, page, alignment, contract):
    assert "0 of 1 shared contracts are aligned on 18 November 2026." in page("/contracts")
    answer = post("/systems/printing/alignment", {"stage": "aligned", "since": "2026-11-01"})
    assert answer.location == "/contracts"
    shown = page("/contracts")
    assert "1 of 1 shared contracts is aligned on 18 November 2026." in shown
    assert "0 of 1 shared contracts were aligned on 31 October 2026." in page("/contracts?on=2026-10-31")


def test_the_stage_can_be_moved_from_the_contract_too(post, alignment, contract):
    post(f"/contracts/{contract.id}/alignment", {"stage": "procuring", "since": "2026-11-01"})
    assert alignment.present.stage is Stage.PROCURING


def test_a_stage_the_legs_do_not_bear_out_is_refused_in_words(post, alignment):
    answer = post(
        "/systems/printing/alignment", {"stage": "aligned", "since": "2026-11-18", "reason": "Hoped for"}
    )
    assert answer.status_code == 422
    assert "There is no signed contract with a leg for" in answer.text
    assert "Hoped for" in answer.text


def test_a_date_that_is_none_is_told_and_today_is_shown(page, alignment):
    shown = page("/contracts?on-day=31&on-month=2&on-year=2026")
    assert "The date must be a real date" in shown
    assert "on 18 November 2026" in shown


def test_savings_are_for_those_who_see_costs(page, alignment, lead, staff):
    state_saving(alignment, promised=Decimal(12000), realised=Decimal(8000), by=lead)
    assert "£12,000 promised, £8,000 realised" in page("/contracts")
    assert "£" not in page("/contracts", staff)


def test_late_ones_come_first_with_why_and_what_holds_them_up(page, make_system, lead):
    for name in ("Aardvark", "Zebra"):
        listed = list_for_alignment(make_system(name), since=date(2026, 1, 5), by=lead)
    move(
        listed,
        Stage.PROCURING,
        target_on=date(2026, 9, 30),
        reason="The tender was repeated",
        blocker="Legal advice",
        by=lead,
    )
    shown = page("/contracts")
    assert shown.index("Zebra") < shown.index("Aardvark")
    assert "The tender was repeated" in shown
    assert "Legal advice" in shown


def test_notice_that_is_due_stands_on_its_page(page, make_contract, printing, council):
    make_contract(
        printing,
        councils=(council,),
        terms=Terms(starts_on=date(2025, 1, 1), ends_on=date(2027, 1, 31), notice_days=60),
    )
    assert "2 Dec 2026, in 14 days" in page("/contracts/notices")


def test_a_supplier_has_contacts(post, page, supplier):
    answer = post(f"/suppliers/{supplier.id}/contacts", {"name": "Kim Ray", "phone": "01632 960001"})
    assert answer.status_code == 303
    assert "01632 960001" in page("/suppliers")
    contact = supplier.contacts[0]
    post(f"/suppliers/{supplier.id}/contacts/{contact.id}/ending", {})
    assert "Nobody is named yet" in page(f"/suppliers/{supplier.id}")


def test_a_contact_of_another_supplier_is_not_there(post, supplier, lead):
    other = Supplier(name="Elsewhere", contacts=[])
    db.session.add(other)
    contact = add_contact(other, name="Lou", phone="1", by=lead)
    assert post(f"/suppliers/{supplier.id}/contacts/{contact.id}/ending", {}).status_code == 404


def test_what_was_typed_is_text_and_not_markup(post, page, printing):
    name = "<script>alert(1)</script> prints"
    post("/systems/new", {"name": name, "kind": "business", "purpose": "<b>bold</b>"})
    for address in ("/systems", "/systems/script-alert-1-script-prints"):
        assert "<script>alert" not in page(address)
        assert "<b>bold" not in page(address)


def test_pressing_twice_adds_one(browser, lead):
    client = browser(lead)
    for _ in range(2):
        answer = client.post("/suppliers/new", data={"name": "Twice Ltd", "once": "the-same-key"})
        assert answer.status_code == 303
    assert len(db.session.scalars(select(Supplier).where(Supplier.name == "Twice Ltd")).all()) == 1


def test_a_page_costs_the_same_however_long_its_list(
    browser, make_system, make_contract, lead, count_queries
):
    pages = [
        "/systems",
        "/systems/system-0",
        "/contracts",
        "/contracts/all",
        "/contracts/notices",
        "/suppliers",
    ]

    def add(numbers: range) -> None:
        for number in numbers:
            system = make_system(f"System {number}")
            make_contract(
                system, terms=Terms(starts_on=date(2025, 1, 1), ends_on=date(2027, 1, 31), notice_days=60)
            )
            list_for_alignment(system, by=lead)
        db.session.commit()

    def cost(address: str) -> int:
        with count_queries() as queries:
            assert client.get(address).status_code == 200
        return len(queries)

    add(range(1))
    client = browser(lead)
    few = {address: cost(address) for address in pages}
    add(range(1, 25))
    assert {address: cost(address) for address in pages} == few
    assert max(few.values()) <= 8


def test_a_contract_costs_the_same_however_many_legs_and_changes_it_has(
    browser, contract, council, lead, count_queries
):
    def cost() -> int:
        db.session.commit()
        with count_queries() as queries:
            assert client.get(f"/contracts/{contract.id}").status_code == 200
        return len(queries)

    client = browser(lead)
    few = cost()
    for year in range(2029, 2049):
        add_leg(contract, council, Terms(starts_on=date(year, 1, 1), ends_on=date(year, 12, 31)), by=lead)
    assert cost() == few
    assert few <= 8


@pytest.mark.parametrize(
    "address",
    [
        "/systems?kind=nothing&use=nothing&council=atlantis&after=rubbish&q=%00",
        "/contracts?group=nothing&from=99999999999999999999&on=2026-02-31",
        "/contracts?on-day=x&on-month=&on-year=1",
        "/contracts/all?state=nothing&supplier=abc&before=x",
        "/contracts/notices?within=-1",
        "/suppliers?q=%25&after=%F0%9F%98%80",
    ],
)
def test_filters_that_make_no_sense_are_left_out(page, alignment, address):
    assert "<h1>" in page(address)


def test_an_address_cannot_write_other_arguments_into_links(page, make_system):
    for number in range(30):
        make_system(f"System {number:02}")
    shown = page("/systems?endpoint=x&_scheme=javascript&_external=1&_anchor=y&kind=business")
    assert "javascript" not in shown
    assert 'href="/systems?kind=business&amp;after=' in shown


def test_every_page_of_a_list_is_reached_once(page, make_system):
    for number in range(30):
        make_system(f"System {number:02}")
    first = page("/systems")
    following = (
        first.partition('rel="next"')[0].rpartition('href="')[2].partition('"')[0].replace("&amp;", "&")
    )
    second = page(following)
    shown = [f"System {number:02}" for number in range(30)]
    assert all((name in first) != (name in second) for name in shown)
    assert db.session.query(System).count() == 30
