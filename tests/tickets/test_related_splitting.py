"""Something else that was said on a ticket becomes a request of its own; the words stay and say where they went."""

import pytest
from sqlalchemy import select

from ictsupport.database import db
from ictsupport.tickets.file_store import content_of
from ictsupport.tickets.models import CallResult, Ticket, TicketType
from ictsupport.tickets.related.linking import links_of
from ictsupport.tickets.related.merging import merge
from ictsupport.tickets.related.models import LinkKind
from ictsupport.tickets.related.splitting import SplitMeanwhile, made_of, split
from ictsupport.tickets.replying import log_call, note, reply
from ictsupport.tickets.versions import MergedAway

WORDS = "And the printer on floor 2 prints blank pages."


@pytest.fixture
def said(ticket, staff, upload):
    reply(ticket, WORDS, by=staff, files=[upload("page.txt", b"nothing on it")])
    return ticket.messages[0]


def asked(source, message, agent, **more):
    given = {"subject": "Blank pages", "description": WORDS, "ticket_type": TicketType.INCIDENT}
    return split(source, message, by=agent, requester=source.requester, **given | more)


def newest() -> Ticket:
    return db.session.scalars(select(Ticket).order_by(Ticket.id.desc())).first()


def test_the_page_holds_it_all_already_and_both_tickets_say_so(
    ticket, said, telephony, staff, agent, browser, outbox
):
    ticket.systems = [telephony]
    client, here = browser(agent), f"/tickets/{ticket.reference}"
    assert f"{here}/split?message={said.id}" in client.get(here).text
    page = client.get(f"{here}/split?message={said.id}").text
    assert all(words in page for words in (WORDS, ticket.subject, staff.name, "page.txt", "Telephony"))
    before = len(outbox())
    data = {
        "subject": "Blank pages",
        "description": WORDS,
        "requester": staff.name,
        "ticket_type": "incident",
        "systems": str(telephony.id),
        "files": str(said.attachments[0].id),
        "made": "0",
        "once": "a-key",
    }
    first = client.post(f"{here}/split?message={said.id}", data=data)
    assert client.post(f"{here}/split?message={said.id}", data=data).location == first.location
    new = newest()
    assert first.location.endswith(new.reference)
    assert (new.description, new.requester, new.systems) == (WORDS, staff, [telephony])
    assert [(row.kind, row.message_id) for row in links_of(new)] == [(LinkKind.SPLIT_FROM, said.id)]
    assert outbox()[before:] == [(staff.email, f"We have your request {new.reference}: Blank pages")]
    page = client.get(here).text
    assert WORDS in page
    assert f'Made into <a class="govuk-link" href="/tickets/{new.reference}"' in page
    assert ticket.reference in client.get(f"/tickets/{new.reference}").text
    assert f"request of its own of this: {new.reference}" in browser(staff).get(here).text


def test_files_lie_under_keys_of_their_own_and_internal_ones_stay_internal(ticket, said, agent, upload):
    note(ticket, "Log of the printer", by=agent, files=[upload("log.txt", b"secret")])
    files = [said.attachments[0], ticket.messages[1].attachments[0]]
    new = asked(ticket, said, agent, files=files)
    assert [(each.name, each.internal) for each in new.attachments] == [
        ("page.txt", False),
        ("log.txt", True),
    ]
    assert not {each.key for each in new.attachments} & {each.key for each in files}
    assert [content_of(each.key) for each in new.attachments] == [b"nothing on it", b"secret"]
    assert len(ticket.attachments) == 2


def test_what_is_split_from_a_confidential_ticket_is_for_the_same_people(
    make_ticket, desk, agent, manager, browser
):
    desk["business"].cleared.append(manager)
    source = make_ticket(confidential=True, queue=desk["business"])
    new = asked(source, None, manager, description="Another grievance")
    assert (new.confidential, new.queue) == (True, desk["business"])
    assert browser(agent).get(f"/tickets/{new.reference}").status_code == 404
    client = browser(manager)
    assert 'name="confidential"' not in client.get(f"/tickets/{source.reference}/split").text
    open_one = make_ticket()
    hidden = asked(open_one, None, manager, description="Hidden", confidential=True)
    hidden.queue = desk["business"]
    db.session.flush()
    assert hidden.reference not in browser(agent).get(f"/tickets/{open_one.reference}").text
    assert hidden.reference not in browser(agent).get(f"/tickets/{open_one.reference}/split").text


def test_whoever_is_slower_is_told_of_the_other_and_may_make_a_second_one(ticket, said, agent, browser):
    first = asked(ticket, said, agent)
    with pytest.raises(SplitMeanwhile):
        asked(ticket, said, agent, seen=0)
    answer = browser(agent).post(
        f"/tickets/{ticket.reference}/split?message={said.id}",
        data={
            "subject": "Second",
            "requester": ticket.requester.name,
            "ticket_type": "incident",
            "made": "0",
        },
    )
    assert answer.status_code == 422
    assert f"{first.reference} has been made of this meanwhile" in answer.text
    second = asked(ticket, said, agent, seen=1)
    assert made_of(ticket, said, agent) == [first, second]
    assert made_of(ticket, None, agent) == []


def test_nothing_is_split_from_a_merged_ticket(ticket, said, make_ticket, agent, browser):
    merge(make_ticket(), [ticket], by=agent)
    with pytest.raises(MergedAway):
        asked(ticket, said, agent)
    answer = browser(agent).get(f"/tickets/{ticket.reference}/split?message={said.id}")
    assert (answer.status_code, "is merged into another" in answer.text) == (409, True)
    assert "Make a new request of this" not in browser(agent).get(f"/tickets/{ticket.reference}").text


def test_only_who_was_spoken_to_counts_as_answered(ticket, agent):
    missed = log_call(ticket, "Left word about the printer", CallResult.LEFT_MESSAGE, by=agent)
    spoke = log_call(ticket, "They also want a headset", CallResult.SPOKE, by=agent)
    assert asked(ticket, missed, agent).first_responded_at is None
    assert asked(ticket, spoke, agent).first_responded_at is not None
