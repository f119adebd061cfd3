"""One press on a resolved ticket keeps a draft of a guide, without the people of that one case."""

import pytest
from sqlalchemy import select

from ictsupport.database import db
from ictsupport.guides.from_tickets import ConfidentialSource, NotDoneYet, draft_from, without_people
from ictsupport.guides.models import Audience, Guide, State
from ictsupport.guides.writing import publish, retire
from ictsupport.tickets.models import Channel, Resolution, Ticket
from ictsupport.tickets.raising import raise_ticket
from ictsupport.tickets.resolving import resolve

DONE = "Dial 1571 and set a PIN. Error 0x80070005 is known."


@pytest.fixture
def make_done(desk, staff, agent, telephony):
    def make(notes: str = DONE, subject: str = "No voicemail", **more) -> Ticket:
        ticket = raise_ticket(
            requester=staff, subject=subject, description="Help", systems=[telephony], by=staff,
            channel=Channel.SELF_SERVICE, **more,
        )  # fmt: skip
        resolve(ticket, Resolution.FIXED, notes, by=agent)
        return ticket

    return make


def test_one_press_keeps_one_draft_and_leads_to_it(make_done, browser, agent, manager, staff, telephony):
    ticket = make_done()
    address = f"/tickets/{ticket.reference}/guide"
    assert f'action="{address}"' in browser(agent).get(f"/tickets/{ticket.reference}").text
    first = browser(agent).post(address, data={"once": "one"})
    again = browser(agent).post(address, data={"once": "two"})
    theirs = browser(manager).post(address)
    assert first.location == again.location == theirs.location == "/guides/no-voicemail/edit"
    guide = db.session.scalars(select(Guide)).one()
    assert (guide.state, guide.owner, guide.audiences) == (State.DRAFT, agent, [Audience.AGENTS])
    assert (guide.source, guide.systems, guide.title) == (ticket, [telephony], "No voicemail")
    assert DONE in guide.body
    page = browser(agent).get(first.location).text
    assert f'href="/tickets/{ticket.reference}"' in page
    assert browser(staff).get("/guides/no-voicemail").status_code == 404
    publish(guide, by=agent)
    assert browser(agent).post(address).location == "/guides/no-voicemail"
    retire(guide, by=agent)
    assert browser(agent).post(address).location == "/guides/no-voicemail-2/edit"


def test_the_people_of_the_case_are_left_out(make_done, agent, staff):
    first, last = staff.name.split()[0], staff.name.split()[-1]
    notes = (
        f"Rang {staff.name} on 01772 555 010 and +44 7700 900123; {first} wrote from t.w@home.example.org. "
        f"Set {last}’s PIN on PC-00412 (version 120.0.6099) with code 0123."
    )
    body = draft_from(make_done(notes, subject=f"{first} cannot dial"), by=agent).body
    assert "(name) cannot dial" in body
    assert (
        "Rang (name) on (number) and (number); (name) wrote from (address). "
        "Set (name)’s PIN on PC-00412 (version 120.0.6099) with code 0123." in body
    )


@pytest.mark.parametrize("pasted", ["0123" + "1" * 5_000 + "x", "a@" + "a-" * 2_000 + "!", "a" * 5_000])
def test_whatever_was_pasted_is_read_in_one_go(pasted):
    """An expression that tries every way of parting so many digits would not come back."""
    assert without_people(pasted, Ticket()) == pasted


def test_none_is_made_of_what_is_confidential_or_not_done(make_done, browser, agent, staff, desk):
    desk["helpdesk"].cleared.append(agent)
    hidden = make_done("Done in private.", confidential=True)
    still_open = raise_ticket(
        requester=staff, subject="No tone", description="", by=staff, channel=Channel.SELF_SERVICE
    )
    for ticket, refusal in ((hidden, ConfidentialSource), (still_open, NotDoneYet)):
        assert "Make a guide of it" not in browser(agent).get(f"/tickets/{ticket.reference}").text
        answer = browser(agent).post(f"/tickets/{ticket.reference}/guide")
        assert answer.status_code == 409
        assert refusal(reference=ticket.reference).args[0] in answer.text
    assert db.session.scalars(select(Guide)).all() == []


def test_a_subject_without_letters_still_makes_a_title(make_done, agent):
    ticket = make_done(subject="???")
    assert draft_from(ticket, by=agent).title == f"What was done for {ticket.reference}"
