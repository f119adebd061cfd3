"""What requesters are told is chosen in pages, for a council or for all."""

from sqlalchemy import select

from ictsupport.database import db
from ictsupport.mail import Outgoing
from ictsupport.tickets.asking.telling import told, what_next
from ictsupport.tickets.holding import hold
from ictsupport.tickets.models import HoldReason, Resolution
from ictsupport.tickets.resolving import resolve
from ictsupport.tickets.setting_up.wordings import SECTIONS, TEXTS, wording

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


def test_how_it_ended_is_told_in_plain_words_on_the_page_and_in_the_mail(
    sheet, manager, agent, staff, desk, browser, make_ticket
):
    ticket = make_ticket()
    assert told(ticket).ended == ""
    resolve(ticket, Resolution.WORKAROUND, "Use the web page.", by=agent)
    shipped = "There is a way around it that works for now."
    assert shipped in browser(staff).get(f"/tickets/{ticket.reference}").text
    mail = db.session.scalars(select(Outgoing).where(Outgoing.to_id == staff.id).order_by(Outgoing.id.desc()))
    assert shipped in mail.first().text
    form = sheet(manager, "/settings/words/northbrook")
    said = form.look(text_done_workaround="For now, there is another way.")
    assert "Pages of requests that ended so" in said
    assert "on hold now" not in said
    form.save(text_done_workaround="For now, there is another way.")
    assert told(ticket).ended == "For now, there is another way."


def test_there_are_words_for_every_way_to_wait_and_to_end():
    assert {f"done.{each.value}" for each in Resolution} <= TEXTS.keys()
    assert {f"hold.{each.value}" for each in HoldReason} <= TEXTS.keys()
    assert [key for keys in SECTIONS.values() for key in keys] == list(TEXTS)
