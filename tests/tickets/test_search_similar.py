"""Tickets that read alike, beside a ticket."""

from ictsupport.database import db
from ictsupport.tickets.models import Resolution
from ictsupport.tickets.related.merging import merge
from ictsupport.tickets.resolving import resolve
from ictsupport.tickets.search import similar
from ictsupport.tickets.search.indexing import count_words


def like(ticket, person):
    db.session.commit()
    return [row.reference for row in similar.alike(ticket, person)]


def test_a_ticket_shows_those_that_read_alike_and_how_they_ended(make_ticket, agent, browser):
    before = make_ticket(subject="Projector bulb flickers")
    make_ticket(subject="Mailbox full")
    resolve(before, Resolution.FIXED, "Changed the bulb", by=agent)
    ticket = make_ticket(subject="Projector bulb dead")
    assert like(ticket, agent) == [before.reference]
    page = browser(agent).get(f"/tickets/{ticket.reference}/beside").text
    assert "Similar tickets" in page
    assert "Fixed: Changed the bulb" in page


def test_what_is_merged_into_it_is_not_another_one(make_ticket, agent):
    ticket, twin = (
        make_ticket(subject="Projector bulb dead"),
        make_ticket(subject="Projector bulb dead again"),
    )
    assert like(ticket, agent) == [twin.reference]
    merge(ticket, [twin], by=agent)
    assert like(ticket, agent) == []


def test_rare_words_tell_more_than_common_ones(make_ticket, agent, monkeypatch):
    monkeypatch.setattr(similar, "USUAL", 3)
    rare = make_ticket(subject="Turquoise screen")
    for _ in range(5):
        make_ticket(subject="Black screen")
    db.session.commit()
    count_words({})
    assert like(make_ticket(subject="Turquoise screen again"), agent) == [rare.reference]


def test_where_all_words_are_common_a_ticket_must_hold_them_all(make_ticket, agent, monkeypatch):
    monkeypatch.setattr(similar, "USUAL", 0)
    both = make_ticket(subject="Black screen")
    make_ticket(subject="Black cable")
    make_ticket(subject="Screen broken")
    db.session.commit()
    count_words({})
    assert like(make_ticket(subject="Black screen"), agent) == [both.reference]


def test_only_what_the_agent_works_is_similar(make_ticket, agent, manager, desk):
    secret = make_ticket(subject="Projector bulb flickers", confidential=True)
    ticket = make_ticket(subject="Projector bulb dead")
    assert like(ticket, agent) == []
    desk["helpdesk"].cleared.append(manager)
    assert like(ticket, manager) == [secret.reference]


def test_a_subject_without_words_is_like_nothing(make_ticket, agent):
    make_ticket(subject="12345")
    assert like(make_ticket(subject="12345 !"), agent) == []


def test_looking_for_similar_ones_costs_one_statement(make_ticket, agent, count_queries):
    for _ in range(3):
        ticket = make_ticket(subject="Projector bulb dead")
    db.session.commit()
    agent.grants  # read before counting
    with count_queries() as queries:
        similar.alike(ticket, agent)
    assert len(queries) == 1
