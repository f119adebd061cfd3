"""Those concerned by a ticket beside its requester: who watches it is written to, and who has the same trouble reads it."""

import pytest
from sqlalchemy import select

from ictsupport.database import db
from ictsupport.mail import Outgoing
from ictsupport.tickets.amending import amend
from ictsupport.tickets.models import Resolution
from ictsupport.tickets.related.merging import merge
from ictsupport.tickets.replying import note, reply
from ictsupport.tickets.resolving import resolve
from ictsupport.tickets.watching.watching import (
    AskedForIt,
    Concern,
    ThereAlready,
    WhileConfidential,
    put_on,
    take_off,
)


@pytest.fixture
def letters(app):
    """letters() lists who has been written to of which ticket, with the first line of what."""

    def read():
        rows = db.session.scalars(
            select(Outgoing).where(Outgoing.template == "tickets/watched").order_by(Outgoing.id)
        )
        return [(row.to_address, row.subject) for row in rows]

    return read


def test_who_watches_is_written_to_when_the_requester_is(ticket, member, agent, letters):
    put_on(ticket, member, Concern.WATCHES, by=agent)
    note(ticket, "Only for us", by=agent)
    reply(ticket, "A new cable is on its way", by=agent)
    resolve(ticket, Resolution.FIXED, "The new cable", by=agent)
    named = f"{ticket.reference}: {ticket.subject}"
    assert letters() == [
        (member.email, f"{named} has been answered"),
        (member.email, f"{named} is done, we think"),
    ]


def test_who_has_the_same_trouble_reads_it_and_is_not_written_to(ticket, member, agent, letters, browser):
    put_on(ticket, member, Concern.AFFECTED, by=agent)
    reply(ticket, "A new cable is on its way", by=agent)
    assert letters() == []
    assert "A new cable is on its way" in browser(member).get(f"/tickets/{ticket.reference}").text
    take_off(ticket, member.id, Concern.AFFECTED, by=agent)
    assert browser(member).get(f"/tickets/{ticket.reference}").status_code == 404


def test_nobody_is_written_to_twice_nor_of_what_they_did(ticket, staff, member, agent, manager, letters):
    for person in (agent, manager, member):
        put_on(ticket, person, Concern.WATCHES, by=agent)
    with pytest.raises(ThereAlready):
        put_on(ticket, member, Concern.WATCHES, by=agent)
    with pytest.raises(AskedForIt):
        put_on(ticket, staff, Concern.WATCHES, by=agent)
    reply(ticket, "On its way", by=agent)
    assert [address for address, _subject in letters()] == [manager.email, member.email]


def test_of_a_confidential_ticket_nobody_else_hears(ticket, member, desk, agent, letters):
    put_on(ticket, member, Concern.WATCHES, by=agent)
    amend(ticket, by=agent, confidential=True)
    reply(ticket, "Between us", by=agent)
    assert letters() == []
    with pytest.raises(WhileConfidential):
        put_on(ticket, agent, Concern.WATCHES, by=agent)


def test_who_watches_a_merged_ticket_hears_of_the_one_it_goes_on_in(
    ticket, make_ticket, member, agent, letters
):
    other = make_ticket(subject="The same")
    put_on(other, member, Concern.WATCHES, by=agent)
    merge(ticket, [other], by=agent)
    reply(ticket, "On its way", by=agent)
    assert [address for address, _subject in letters()] == [member.email]


def test_people_are_added_and_taken_off_on_a_page(ticket, member, staff, agent, browser):
    client, here = browser(agent), f"/tickets/{ticket.reference}"
    assert f"{here}/people" in client.get(here).text
    data = {"person": member.email, "concern": "watchers"}
    assert client.post(f"{here}/people", data=data).status_code == 303
    for page in ("people", "beside"):
        assert member.name in client.get(f"{here}/{page}").text, page
    again = client.post(f"{here}/people", data=data)
    assert again.status_code == 422
    assert "is on the list already" in again.text
    client.post(f"{here}/people/watchers/{member.id}/removal")
    assert "Nobody yet" in client.get(f"{here}/people").text
