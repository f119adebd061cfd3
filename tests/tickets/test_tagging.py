"""Tags: put on and taken off, told in the journal, never a way to learn of a confidential ticket."""

import pytest
from sqlalchemy import func, select

from ictsupport.database import db
from ictsupport.journal.queries import entries_about
from ictsupport.tickets.desk.models import Tag
from ictsupport.tickets.tagging import LONGEST, MOST, TooManyTags, names_in, tag, tags_in_use, untag
from ictsupport.tickets.texts import TooLong


def names(ticket):
    return [each.name for each in ticket.tags]


def test_what_is_typed_becomes_small_letters_once():
    assert names_in(" Committee  Papers, #iPad,ipad, ,") == ["committee papers", "ipad"]


def test_a_tag_is_put_on_and_taken_off_and_the_journal_tells(ticket, agent):
    tag(ticket, ["iPad", "ipad", "urgent"], by=agent)
    assert names(ticket) == ["ipad", "urgent"]
    untag(ticket, [ticket.tags[0]], by=agent)
    assert names(ticket) == ["urgent"]
    told = [entry.data["changes"]["tags"] for entry in entries_about(ticket)[-2:]]
    assert [len(ids) for change in told for ids in change] == [0, 2, 2, 1]


def test_two_tickets_share_a_tag(make_ticket, agent):
    for each in (make_ticket(), make_ticket()):
        tag(each, ["ipad"], by=agent)
    assert db.session.scalar(select(func.count()).select_from(Tag)) == 1


def test_what_is_there_already_changes_nothing(ticket, agent):
    tag(ticket, ["ipad"], by=agent)
    before = ticket.version, len(entries_about(ticket))
    tag(ticket, ["IPAD"], by=agent)
    assert (ticket.version, len(entries_about(ticket))) == before


def test_too_many_or_too_long_is_refused(ticket, agent):
    with pytest.raises(TooManyTags):
        tag(ticket, [f"tag {number}" for number in range(MOST + 1)], by=agent)
    with pytest.raises(TooLong):
        tag(ticket, ["x" * (LONGEST + 1)], by=agent)


def test_a_tag_of_a_confidential_ticket_is_offered_only_to_those_cleared(make_ticket, desk, agent, manager):
    tag(make_ticket(confidential=True), ["grievance"], by=manager)
    tag(make_ticket(), ["ipad"], by=manager)
    desk["helpdesk"].cleared.append(manager)
    db.session.flush()
    assert [each.name for each in tags_in_use(agent)] == ["ipad"]
    assert [each.name for each in tags_in_use(manager)] == ["grievance", "ipad"]


def test_tags_are_added_and_taken_off_on_the_page(make_ticket, ticket, agent, browser):
    tag(make_ticket(), ["vip"], by=agent)
    client, here = browser(agent), f"/tickets/{ticket.reference}"
    assert 'value="vip"' in client.get(f"{here}/tags").text
    client.post(f"{here}/tags", data={"chosen": "vip", "names": "Committee Papers"})
    page = client.get(here).text
    assert "committee papers" in page
    assert names(ticket) == ["committee papers", "vip"]
    client.post(f"{here}/tags/{ticket.tags[0].id}/removal")
    assert names(ticket) == ["vip"]
    assert 'the tags: <span class="quiet">vip, committee papers</span> → vip' in client.get(here).text
    answer = client.post(f"{here}/tags", data={"names": "x" * 41})
    assert answer.status_code == 422
    assert "A tag is too long" in answer.text


def test_the_requester_sees_no_tags(ticket, agent, staff, browser):
    tag(ticket, ["difficult"], by=agent)
    assert "difficult" not in browser(staff).get(f"/tickets/{ticket.reference}").text
