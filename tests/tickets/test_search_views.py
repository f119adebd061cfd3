"""The search page."""

import re

import pytest

from ictsupport.database import db
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


def test_whoever_asked_finds_the_search_and_reads_their_own_words_in_it(ticket, staff, browser):
    client = browser(staff)
    assert 'href="/search">Search your requests<' in client.get("/tickets").text
    found = client.get("/search?q=telephone").text
    assert "1 request found" in found
    assert "· We have it" in found
    pages = found + client.get("/search?q=magenta").text + client.get("/search?q=the").text
    pages += client.get(f"/search?q={ticket.reference.partition('-')[2]}").text
    main = " ".join(re.findall(r"<main.*?</main>", pages, re.DOTALL))
    assert "ticket" not in re.sub(r"<[^>]*>", "", main).lower()


@pytest.mark.parametrize(
    "typed",
    ["the", "-only", "x" * 300, "\x00", '"', "a&page=99999", "a&page=-1", "%F0%9F%98%80", "ICT-999999999999"],
)
def test_whatever_is_typed_there_is_a_page(typed, ticket, agent, browser):
    assert browser(agent).get(f"/search?q={typed}").status_code == 200


def test_words_that_cannot_be_looked_for_are_refused_on_the_page(agent, desk, browser):
    assert "stand nearly everywhere" in browser(agent).get("/search?q=the").text


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


def test_a_mistyped_word_shows_what_was_meant_and_can_be_searched_for_exactly(ticket, agent, browser):
    page = browser(agent).get("/search?q=telefone").text
    assert "Nothing holds “telefone”. Showing results for <b>telephone</b>" in page
    assert ticket.reference in page
    exactly = browser(agent).get("/search?q=telefone&exact=1").text
    assert "Nothing found" in exactly
    assert ticket.reference not in exactly


def test_nothing_is_meant_that_stands_only_in_what_one_may_not_see(
    make_ticket, agent, staff, other_staff, browser
):
    ticket = make_ticket(subject="Zephyrine papers", confidential=True)
    note(make_ticket(), "Suspected of magenta", by=agent)
    assert "Nothing found" in browser(agent).get("/search?q=zephirine").text
    assert "Nothing found" in browser(other_staff).get("/search?q=zephirine").text
    assert ticket.reference in browser(staff).get("/search?q=zephirine").text
    page = browser(staff).get("/search?q=mogenta").text
    assert "Nothing found" in page
    assert "magenta" not in page


def test_what_is_found_can_be_narrowed_as_the_queue_can(make_ticket, agent, telephony, browser):
    about = make_ticket(systems=[telephony])
    other = make_ticket()
    page = browser(agent).get("/search?q=telephone&system=telephony").text
    assert about.reference in page
    assert other.reference not in page
    assert "Remove </span>Telephony" in page


def test_filters_are_for_the_desk(make_ticket, staff, telephony, browser):
    ticket = make_ticket()
    page = browser(staff).get("/search?q=telephone&system=telephony").text
    assert ticket.reference in page
    assert "Apply filters" not in page


def test_the_reference_a_ticket_was_imported_with_leads_to_it(ticket, agent, browser):
    ticket.source_reference = "INC0012345"
    db.session.commit()
    for typed in ("INC0012345", "inc0012345"):
        assert browser(agent).get(f"/search?q={typed}").headers["Location"].endswith(ticket.reference)


def suggested(client, typed):
    return [
        one["label"] for one in client.get("/search/suggestions", query_string={"q": typed}).json["found"]
    ]


def test_tickets_are_suggested_while_one_types(make_ticket, agent, staff, other_staff, browser):
    ticket = make_ticket(subject="Projector has no picture")
    label = f"{ticket.reference} Projector has no picture"
    for typed in ("proj", "no pict", "worsl", ticket.reference, ticket.reference[:7].lower()):
        assert suggested(browser(agent), typed) == [label], typed
    assert suggested(browser(staff), "proj") == [label]
    assert suggested(browser(other_staff), "proj") == []


@pytest.mark.parametrize("typed", ["", "p", "the", "-x", '"', "\x00", "x" * 300])
def test_nothing_is_suggested_for_what_says_nothing(typed, ticket, agent, browser):
    assert suggested(browser(agent), typed) == []


def test_notes_suggest_nothing_to_who_asked(ticket, agent, staff, browser):
    note(ticket, "Caller suspected of magenta", by=agent)
    assert suggested(browser(staff), "magen") == []
    assert len(suggested(browser(agent), "magen")) == 1


def test_suggesting_costs_the_same_however_much_there_is(make_ticket, agent, browser, count_queries):
    spent = []
    for many in (1, 12):
        for _ in range(many):
            make_ticket(subject="Projector")
        client = browser(agent)
        with count_queries() as queries:
            client.get("/search/suggestions?q=proj")
        spent.append(len(queries))
    assert spent[0] == spent[1] <= 4, queries
