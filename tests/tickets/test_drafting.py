"""Drafts stay until sent, private to who wrote them; and who else is at a ticket."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from ictsupport import clock
from ictsupport.database import db
from ictsupport.pages.presses import Press
from ictsupport.tickets.desk.drafting import LONGEST, TooMuch, _forget, drafts_of, keep_draft
from ictsupport.tickets.desk.looking import STILL_LOOKING, STILL_WRITING, company_at
from ictsupport.tickets.desk.models import Draft, Presence
from ictsupport.tickets.replying import note, reply
from ictsupport.tickets.triage import assign, prioritise

JSON = {"Accept": "application/json"}


def drafts():
    return db.session.scalars(select(Draft)).all()


def test_what_is_typed_is_kept_and_stands_in_the_box_again(ticket, agent, manager, browser):
    client, here = browser(agent), f"/tickets/{ticket.reference}"
    typed = {"kind": "note", "body": "Half a sen", "then": "hold", "reason": "booked", "until-day": "3"}
    answer = client.post(f"{here}/draft", data=typed, headers=JSON)
    assert answer.json["said"].startswith("Draft saved at")
    assign(ticket, manager, by=manager)
    prioritise(ticket, by=manager, impact=1)
    reply(ticket, "From a colleague", by=manager)
    page = client.get(here).text
    assert "Half a sen</textarea>" in page
    assert 'value="note" checked' in page
    assert 'value="hold" checked' in page
    assert '<option value="booked" selected>' in page
    assert 'name="until-day" type="text" inputmode="numeric" value="3"' in page
    assert "This is your draft" in page


def test_a_draft_is_its_authors_alone(ticket, agent, manager, browser):
    browser(agent).post(f"/tickets/{ticket.reference}/draft", data={"body": "Secret words"}, headers=JSON)
    assert "Secret words" not in browser(manager).get(f"/tickets/{ticket.reference}").text
    assert "Secret words" not in browser(manager).get("/tickets/drafts").text
    assert "Secret words" in browser(agent).get("/tickets/drafts").text


def test_each_has_their_own_and_one_only(ticket, agent, manager):
    for body in ("One", "Two"):
        keep_draft(ticket, {"body": body}, by=agent)
    keep_draft(ticket, {"body": "Mine"}, by=manager)
    assert sorted(draft.typed["body"] for draft in drafts()) == ["Mine", "Two"]


def test_sending_drops_it_and_a_late_save_does_not_bring_it_back(ticket, agent, browser):
    client, here = browser(agent), f"/tickets/{ticket.reference}"
    sent = {"kind": "note", "body": "All of it", "once": "k" * 20}
    client.post(f"{here}/draft", data=sent, headers=JSON)
    client.post(f"{here}/messages", data=sent)
    assert drafts() == []
    client.post(f"{here}/draft", data=sent, headers=JSON)
    assert drafts() == []
    assert db.session.scalar(select(func.count()).select_from(Press)) == 1


def test_what_is_refused_keeps_the_draft(ticket, agent, browser):
    keep_draft(ticket, {"body": "Kept"}, by=agent)
    browser(agent).post(f"/tickets/{ticket.reference}/messages", data={"kind": "reply", "body": ""})
    assert len(drafts()) == 1


def test_the_button_works_without_a_script(ticket, agent, browser):
    client, here = browser(agent), f"/tickets/{ticket.reference}"
    page = client.post(f"{here}/draft", data={"body": "By button"}, follow_redirects=True).text
    assert "Your draft is saved" in page
    assert "By button</textarea>" in page
    client.post(f"{here}/draft/removal")
    assert drafts() == []
    answer = client.post(f"{here}/draft", data={"body": "x" * (LONGEST + 1)})
    assert answer.status_code == 422
    assert TooMuch.reason in answer.text


def test_an_emptied_box_is_no_draft(ticket, agent):
    keep_draft(ticket, {"kind": "note", "body": "Something"}, by=agent)
    keep_draft(ticket, {"kind": "note", "body": "  ", "result": "spoke", "reason": "booked"}, by=agent)
    assert drafts() == []


def test_control_characters_are_not_kept(ticket, agent):
    keep_draft(ticket, {"body": "a\x00b\r\nc"}, by=agent)
    assert drafts()[0].typed["body"] == "ab\nc"


def test_who_may_no_longer_open_a_ticket_no_longer_sees_the_draft(make_ticket, desk, manager):
    ticket = make_ticket(confidential=True)
    desk["helpdesk"].cleared.append(manager)
    keep_draft(ticket, {"body": "Delicate"}, by=manager)
    assert len(drafts_of(manager)) == 1
    desk["helpdesk"].cleared.remove(manager)
    db.session.flush()
    assert drafts_of(manager) == []


def test_drafts_are_forgotten_in_the_end(ticket, agent, later):
    keep_draft(ticket, {"body": "Old"}, by=agent)
    with later(days=91):
        _forget({})
    assert drafts() == []


def test_an_open_page_tells_others_and_writes_once_a_minute(ticket, agent, manager, browser, later):
    here = f"/tickets/{ticket.reference}"
    client = browser(agent)
    assert client.get(f"{here}/presence").json == {"company": "", "news": ""}
    first = db.session.scalars(select(Presence)).one().seen_at
    with later(seconds=30):
        client.get(f"{here}/presence")
        assert db.session.scalars(select(Presence)).one().seen_at == first
        told = browser(manager).get(f"{here}/presence").json["company"]
        assert told == "Asha Iqbal is looking at this ticket."
        assert told in browser(manager).get(here).text
    with later(seconds=70):
        client.get(f"{here}/presence")
        assert (
            db.session.scalars(select(Presence).where(Presence.person_id == agent.id)).one().seen_at > first
        )
    with later(seconds=70 + STILL_LOOKING.seconds + 60):
        assert browser(manager).get(f"{here}/presence").json["company"] == ""


def test_writing_is_told_and_nothing_of_what_is_written(ticket, agent, manager, browser):
    browser(agent).post(f"/tickets/{ticket.reference}/draft", data={"body": "Hidden"}, headers=JSON)
    answer = browser(manager).get(f"/tickets/{ticket.reference}/presence")
    assert answer.json["company"] == "Asha Iqbal is writing."
    assert "Hidden" not in answer.text
    with clock.at(clock.now() + STILL_WRITING + timedelta(seconds=1)):
        assert company_at(ticket.id, manager).sentence == ""


def test_what_others_did_since_is_told_and_an_unchanged_answer_is_short(ticket, agent, manager, browser):
    here = f"/tickets/{ticket.reference}"
    client = browser(agent)
    page = client.get(here).text
    poll = page.partition('data-poll="')[2].partition('"')[0]
    quiet = client.get(poll)
    assert quiet.json["news"] == ""
    assert client.get(poll, headers={"If-None-Match": quiet.headers["ETag"]}).status_code == 304
    note(ticket, "Own words", by=agent)
    assert client.get(poll).json["news"] == ""
    reply(ticket, "To them", by=manager)
    assign(ticket, agent, by=manager)
    answer = client.get(poll, headers={"If-None-Match": quiet.headers["ETag"]})
    assert answer.json["news"] == (
        "Since you opened this page: Morgan Okafor began work on it; Morgan Okafor replied; "
        "Morgan Okafor assigned it."
    )


def test_asking_costs_little(ticket, agent, browser, count_queries):
    client = browser(agent)
    client.get(f"/tickets/{ticket.reference}/presence?newest=1")
    with count_queries() as queries:
        client.get(f"/tickets/{ticket.reference}/presence?newest=1")
    assert len(queries) <= 5, queries


@pytest.mark.parametrize("newest", ["", "-1", "x", "9" * 30])
def test_a_strange_address_does_no_harm(newest, ticket, agent, browser):
    assert browser(agent).get(f"/tickets/{ticket.reference}/presence?newest={newest}").status_code == 200


def test_keys_can_be_switched_off_and_on(ticket, agent, browser):
    client = browser(agent)
    assert "data-keys" in client.get(f"/tickets/{ticket.reference}").text
    client.post("/tickets/keys", data={"on": ""})
    assert "data-keys" not in client.get(f"/tickets/{ticket.reference}").text
    client.post("/tickets/keys", data={"on": "y"})
    assert "data-keys" in client.get(f"/tickets/{ticket.reference}").text
