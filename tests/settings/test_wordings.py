"""What requesters are told is chosen in pages, for a council or for all."""

from ictsupport.database import db
from ictsupport.tickets.asking.telling import what_next
from ictsupport.tickets.holding import hold
from ictsupport.tickets.models import HoldReason
from ictsupport.tickets.setting_up.wordings import wording

OWN = {"text_hold_awaiting_supplier": "We are waiting for our partner company."}
ALL = {"text_hold_awaiting_supplier": "The supplier has it in hand."}


def test_a_council_says_it_in_its_own_words_and_others_as_for_all(
    sheet, manager, agent, desk, council, other_council, make_ticket
):
    ticket = make_ticket()
    hold(ticket, HoldReason.SUPPLIER, by=agent)
    assert what_next(ticket).startswith("We are waiting for the supplier to do their part.")
    form = sheet(manager, "/settings/words/northbrook")
    said = form.look(**OWN)
    assert "1 open request is on hold now" in said
    assert "We are waiting for the supplier to do their part. We are waiting for our partner company." in said
    db.session.expire_all()
    assert what_next(ticket).startswith("We are waiting for the supplier")
    assert form.save(**OWN).status_code == 303
    assert sheet(manager, "/settings/words/all").save(**ALL).status_code == 303
    assert what_next(ticket).startswith("We are waiting for our partner company.")
    assert wording("hold.awaiting supplier", other_council.id) == "The supplier has it in hand."


def test_an_empty_box_goes_back_to_what_holds_for_all(sheet, manager, desk, council):
    sheet(manager, "/settings/words/northbrook").save(**OWN)
    assert (
        sheet(manager, "/settings/words/northbrook").save(text_hold_awaiting_supplier="").status_code == 303
    )
    assert (
        wording("hold.awaiting supplier", council.id) == "We are waiting for the supplier to do their part."
    )


def test_words_that_are_too_long_are_refused_and_kept(sheet, manager, desk, council):
    form = sheet(manager, "/settings/words/all")
    assert "300 characters" in form.look(text_closed="x" * 301)
    assert "x" * 301 in form.page


def test_words_for_all_are_left_to_whoever_manages_all(browser, local_manager, desk):
    visitor = browser(local_manager)
    assert visitor.get("/settings/words").status_code == 200
    assert visitor.get("/settings/words/all").status_code == 404
    assert visitor.get("/settings/words/northbrook").status_code == 200


def test_the_page_costs_few_statements(browser, manager, desk, count_queries):
    visitor = browser(manager)
    with count_queries() as queries:
        assert visitor.get("/settings/words").status_code == 200
    assert len(queries) <= 5, queries
