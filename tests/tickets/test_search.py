"""Finding tickets by words: what is understood, who finds what, and that the index follows every change."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text, update

from ictsupport import jobs
from ictsupport.database import db
from ictsupport.people.joining import change_person
from ictsupport.people.models import Grant, Role
from ictsupport.people.scopes import scoped_to
from ictsupport.tickets.models import CallResult, Resolution
from ictsupport.tickets.replying import log_call, note, reply
from ictsupport.tickets.resolving import resolve
from ictsupport.tickets.search import finding as search
from ictsupport.tickets.search.indexing import rebuild_search
from ictsupport.tickets.search.models import SearchDoc
from ictsupport.tickets.search.words import (
    LONGEST,
    NothingToFind,
    OnlyExclusions,
    TooManyWords,
    Wanted,
    indexable,
    parse,
    readable,
)


@pytest.fixture
def sized(monkeypatch):
    """sized(RANKED=3) lets searches count in smaller numbers, past the statement that is kept for larger ones."""
    monkeypatch.setattr(search, "_best", search._best.__wrapped__)

    def size(**numbers):
        for name, number in numbers.items():
            monkeypatch.setattr(search, name, number)

    return size


def found(typed, person):
    return {hit.ticket_id for hit in search.find(parse(typed), person).hits}


def test_what_is_kept_of_one_search_is_asked_with_the_words_of_the_next(make_ticket, agent):
    kettle, urn = make_ticket(subject="Kettle cold"), make_ticket(subject="Urn, not a kettle, warm")
    for typed, there in (
        ("kettle", {kettle.id, urn.id}),
        ("urn", {urn.id}),
        ("kettle -warm", {kettle.id}),
        ("urn -cold", {urn.id}),
        ("kett*", {kettle.id, urn.id}),
        ("ur*", {urn.id}),
    ):
        assert found(typed, agent) == there


def first_hit(typed, person):
    return search.find(parse(typed), person).hits[0]


def test_a_ticket_is_found_by_its_subject_its_description_and_its_requester(make_ticket, agent):
    ticket = make_ticket(subject="Projector has no picture", description="The bulb flickers in chamber two")
    for typed in ("projector", "flickering bulb", "worsley", ticket.reference, ticket.reference.lower()):
        assert found(typed, agent) == {ticket.id}, typed


def test_words_may_stand_in_any_form_and_any_case(make_ticket, agent):
    ticket = make_ticket(subject="Printers were jamming")
    assert found("PRINTER jam", agent) == {ticket.id}


def test_every_word_must_be_there(make_ticket, agent):
    both = make_ticket(subject="Printer and scanner")
    make_ticket(subject="Printer alone")
    assert found("printer scanner", agent) == {both.id}


def test_words_in_quotes_must_stand_next_to_each_other(make_ticket, agent):
    together = make_ticket(subject="Council tax batch failed")
    make_ticket(subject="Tax on the council")
    assert found('"council tax"', agent) == {together.id}


def test_a_word_can_be_left_out(make_ticket, agent):
    make_ticket(subject="Printer jammed")
    kept = make_ticket(subject="Printer offline")
    assert found("printer -jammed", agent) == {kept.id}


def test_a_star_finds_what_begins_so(make_ticket, agent):
    ticket = make_ticket(subject="Telephony licences")
    assert found("teleph*", agent) == {ticket.id}
    assert found("teleph", agent) == set()


def test_common_words_are_passed_over(make_ticket, agent):
    ticket = make_ticket(subject="The end of the line")
    assert found("the line", agent) == {ticket.id}


@pytest.mark.parametrize("typed", ["", "   ", "the", "and the", '""', "-", "***", "\x00"])
def test_nothing_to_look_for_is_refused_in_words(typed):
    with pytest.raises(NothingToFind):
        parse(typed)


def test_only_words_to_leave_out_are_refused(app):
    with pytest.raises(OnlyExclusions):
        parse("-printer -scanner")


@pytest.mark.parametrize("typed", ["x" * (LONGEST + 1), " ".join(f"word{n}" for n in range(13))])
def test_a_search_without_end_is_refused(typed):
    with pytest.raises(TooManyWords):
        parse(typed)


def test_file_names_mail_addresses_and_accents_are_found_by_their_parts(make_ticket, agent):
    ticket = make_ticket(subject="Café menu", description="See budget_2026.xlsx from tina.worsley@x.example")
    for typed in ("cafe", "café", "budget", "budget_2026.xlsx", "2026", "tina.worsley@x.example"):
        assert found(typed, agent) == {ticket.id}, typed


def test_what_is_indexed_reads_as_it_was_written():
    assert readable(indexable("See budget_2026.xlsx, (today)")) == "See budget_2026.xlsx, (today)"


def test_replies_notes_calls_and_solutions_are_found_as_soon_as_they_are_written(ticket, agent):
    reply(ticket, "Try the turquoise cable", by=agent)
    note(ticket, "Looks like a magenta fault", by=agent)
    log_call(ticket, "Said it was vermilion", CallResult.SPOKE, by=agent)
    resolve(ticket, Resolution.FIXED, "Replaced the ochre socket", by=agent)
    for typed in ("turquoise", "magenta", "vermilion", "ochre"):
        assert found(typed, agent) == {ticket.id}, typed


def test_who_asked_never_finds_by_what_the_desk_wrote_to_itself(ticket, agent, staff):
    reply(ticket, "Try the turquoise cable", by=agent)
    note(ticket, "Caller suspected of magenta", by=agent)
    assert found("turquoise", staff) == {ticket.id}
    assert found("magenta", staff) == set()
    assert found("turquoise -magenta", staff) == {ticket.id}, "leaving out must not tell either"
    assert "magenta" not in first_hit("turquoise", staff).snippet


def test_staff_find_only_what_is_theirs(make_ticket, staff, other_staff, member):
    mine = make_ticket(subject="Silent telephone")
    make_ticket(subject="Silent telephone", requester=member)
    assert found("telephone", staff) == {mine.id}
    assert found("telephone", other_staff) == set()


def test_an_agent_of_one_council_finds_that_council_alone(make_ticket, make_person, council, other_staff):
    here = make_ticket(subject="Silent telephone")
    there = make_ticket(subject="Silent telephone", requester=other_staff)
    local = make_person("Lee Local", council)
    local.grants.append(Grant(role=Role.AGENT, **scoped_to(council)))
    db.session.flush()
    assert found("telephone", local) == {here.id}
    assert there.id not in found("telephone", local)


def test_a_confidential_ticket_is_found_by_those_cleared_and_by_who_asked(
    make_ticket, desk, agent, manager, staff
):
    ticket = make_ticket(subject="Grievance papers", confidential=True)
    desk["helpdesk"].cleared.append(manager)
    db.session.flush()
    assert found("grievance", agent) == set()
    assert found("grievance", manager) == {ticket.id}
    assert found("grievance", staff) == {ticket.id}


def test_an_agent_finds_their_own_confidential_ticket_but_not_by_its_notes(make_ticket, desk, agent, manager):
    ticket = make_ticket(subject="Grievance papers", requester=agent, confidential=True)
    note(ticket, "Possible suspension", by=manager)
    assert found("grievance", agent) == {ticket.id}
    assert found("suspension", agent) == set()
    assert found("grievance -suspension", agent) == {ticket.id}


def test_a_word_in_the_subject_counts_more_than_one_in_the_text(make_ticket, agent):
    text_only = make_ticket(subject="Something else", description="It says scanner somewhere in a long text")
    subject = make_ticket(subject="Scanner", description="No power")
    ids = [hit.ticket_id for hit in search.find(parse("scanner"), agent).hits]
    assert ids == [subject.id, text_only.id]


def test_what_was_found_is_marked_and_everything_else_escaped(make_ticket, agent):
    make_ticket(subject="Printer <script>alert(1)</script>", description="a & b <b>printer</b>")
    hit = first_hit("printer", agent)
    assert "<mark>Printer</mark>" in hit.title
    assert "<script>" not in hit.title
    assert "<b>" not in hit.snippet
    assert "<mark>printer</mark>" in hit.snippet


def test_a_find_in_the_notes_says_so(ticket, agent):
    note(ticket, "Looks like a magenta fault", by=agent)
    assert first_hit("magenta", agent).from_notes
    assert not first_hit("telephone", agent).from_notes


def test_very_common_words_rank_the_newest_and_say_so(make_ticket, agent, sized):
    sized(RANKED=3, COUNTED=2)
    tickets = [make_ticket(subject=f"Printer {number}") for number in range(5)]
    result = search.find(parse("printer"), agent)
    assert {hit.ticket_id for hit in result.hits} == {ticket.id for ticket in tickets[-3:]}
    assert result.ranks_newest_only
    assert result.counted == "2+"


def test_pages_follow_each_other(make_ticket, agent, sized):
    sized(PER_PAGE=2)
    tickets = {make_ticket(subject="Printer").id for _ in range(5)}
    pages = [search.find(parse("printer"), agent, page=page) for page in (1, 2, 3)]
    assert [len(page.hits) for page in pages] == [2, 2, 1]
    assert {hit.ticket_id for page in pages for hit in page.hits} == tickets
    assert {page.count for page in pages} == {5}


def test_a_list_of_its_own_order_can_be_narrowed_by_words(make_ticket, agent, staff):
    wanted = make_ticket(subject="Printer")
    make_ticket(subject="Scanner")
    assert search.newest(parse("printer"), agent) == [wanted.id]
    assert search.newest(parse("printer"), staff) == []


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(max_size=60))
def test_whatever_is_typed_is_a_search_or_a_refusal(ticket, agent, typed):
    try:
        wanted = parse(typed)
    except (NothingToFind, OnlyExclusions, TooManyWords):
        return
    assert isinstance(wanted, Wanted)
    search.find(wanted, agent)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(alphabet=st.sampled_from("abc \"'*-():^{}&|!<>\\\n%_"), max_size=30))
def test_signs_that_mean_something_to_a_database_mean_nothing_here(ticket, agent, typed):
    test_whatever_is_typed_is_a_search_or_a_refusal.hypothesis.inner_test(ticket, agent, typed)


def test_rebuilding_finds_nothing_to_mend_after_verbs(ticket, agent):
    reply(ticket, "Try the turquoise cable", by=agent)
    assert [found for _count, found in rebuild_search(False) if found] == []


def test_rebuilding_mends_what_was_spoiled(ticket, make_ticket, agent):
    other = make_ticket(subject="Scanner")
    db.session.commit()
    db.session.execute(update(SearchDoc).where(SearchDoc.ticket_id == ticket.id).values(title="spoiled"))
    db.session.execute(text("DELETE FROM search_doc WHERE ticket_id = :id"), {"id": other.id})
    assert sum(len(found) for _count, found in rebuild_search(False)) == 4
    list(rebuild_search(True))
    assert [found for _count, found in rebuild_search(False) if found] == []
    assert found("telephone", agent) == {ticket.id}
    assert found("scanner", agent) == {other.id}


def test_a_book_of_a_reply_can_still_be_indexed(ticket, agent):
    for part in range(8):
        reply(ticket, " ".join(f"w{part}x{number:05}" for number in range(2_200)), by=agent)
    assert found("w7x00001", agent) == {ticket.id}


def test_a_search_costs_two_statements_however_much_it_finds(make_ticket, agent, count_queries):
    counts = []
    for _ in range(2):
        make_ticket(subject="Printer")
        db.session.commit()
        agent.grants  # read before counting
        with count_queries() as queries:
            search.find(parse("printer"), agent)
        counts.append(len(queries))
    assert counts == [2, 2]


@pytest.mark.parametrize("recent", [0, 2, 4, 100])
def test_the_newest_are_looked_at_first_and_no_older_one_is_missed(make_ticket, agent, sized, recent):
    sized(RANKED=3, RECENT=recent)
    tickets = [make_ticket(subject=subject).id for subject in ("Printer", "Printer", "Scanner", "Printer")]
    assert found("printer", agent) == {tickets[0], tickets[1], tickets[3]}
    assert search.newest(parse("printer"), agent) == [tickets[3], tickets[1], tickets[0]]
    make_ticket(subject="Printer")
    assert tickets[0] not in found("printer", agent)


def test_ones_own_tickets_come_with_the_word_in_the_subject_first(make_ticket, staff):
    subject = make_ticket(subject="Scanner", description="No power")
    text_only = make_ticket(subject="Something else", description="It says scanner somewhere")
    assert [hit.ticket_id for hit in search.find(parse("scanner"), staff).hits] == [subject.id, text_only.id]


def test_a_renamed_requester_is_found_by_the_new_name_alone(ticket, staff, agent):
    change_person(staff, by=agent, name="Tina Harcourt")
    db.session.commit()
    jobs.run_all()
    assert found("harcourt", agent) == {ticket.id}
    assert found("worsley", agent) == set(), "the mail address is not part of the ticket"
