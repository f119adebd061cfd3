"""The search page."""

import pytest

from ictsupport.tickets.replying import note


def test_what_was_found_stands_there_marked(make_ticket, agent, browser):
    ticket = make_ticket(subject="Projector <b>bulb</b>")
    page = browser(agent).get("/search?q=projector").text
    assert "<mark>Projector</mark> &lt;b&gt;bulb" in page
    assert ticket.reference in page
    assert '<span class="count">1</span>' in page


def test_a_reference_leads_straight_to_its_ticket(ticket, staff, other_staff, agent, browser):
    for person in (agent, staff):
        answer = browser(person).get(f"/search?q={ticket.reference.lower()}")
        assert answer.headers["Location"].endswith(ticket.reference)
    assert browser(other_staff).get(f"/search?q={ticket.reference}").status_code == 200


def test_a_bare_number_offers_the_ticket_of_that_number(ticket, agent, browser):
    number = ticket.reference.partition("-")[2]
    page = browser(agent).get(f"/search?q={number}").text
    assert "The ticket with that number" in page


def test_whoever_asked_searches_their_own_and_never_the_notes(ticket, agent, staff, browser):
    note(ticket, "Caller suspected of magenta", by=agent)
    assert ticket.reference in browser(staff).get("/search?q=telephone").text
    assert "Nothing found" in browser(staff).get("/search?q=magenta").text
    assert "Internal note" in browser(agent).get("/search?q=magenta").text


@pytest.mark.parametrize(
    "typed",
    ["the", "-only", "x" * 300, "\x00", '"', "a&page=99999", "a&page=-1", "%F0%9F%98%80", "ICT-999999999999"],
)
def test_whatever_is_typed_there_is_a_page(typed, ticket, agent, browser):
    assert browser(agent).get(f"/search?q={typed}").status_code == 200


def test_words_that_cannot_be_looked_for_are_refused_on_the_page(agent, desk, browser):
    assert "in nearly every ticket" in browser(agent).get("/search?q=the").text


def test_the_page_costs_the_same_however_much_is_found(make_ticket, agent, telephony, browser, count_queries):
    spent = []
    for many in (1, 25):
        for _ in range(many):
            make_ticket(systems=[telephony])
        client = browser(agent)
        with count_queries() as queries:
            client.get("/search?q=telephone")
        spent.append(len(queries))
    assert spent[0] == spent[1] <= 8, queries
