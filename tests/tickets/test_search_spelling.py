"""Words that were mistyped: which are offered instead, and that the vocabulary follows the tickets."""

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from ictsupport.database import db
from ictsupport.tickets.replying import reply
from ictsupport.tickets.search.indexing import count_words, rebuild_search
from ictsupport.tickets.search.models import Spelling
from ictsupport.tickets.search.spelling import distance, keys_of, learn, respelled, settle
from ictsupport.tickets.search.words import parse

WORD = st.text(alphabet="abcdefghij", min_size=4, max_size=12)


def instead_of(typed):
    wanted = respelled(parse(typed))
    return [term.instead for term in wanted.terms] if wanted else []


def known():
    db.session.commit()
    return set(db.session.scalars(select(Spelling.word).where(Spelling.key == Spelling.word)))


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("prnter", "printer"),
        ("pritner", "printer"),
        ("printter", "printer"),
        ("prunter", "printer"),
        ("comitee", "committee"),
        ("acommodation", "accommodation"),
        ("recieved", "received"),
        ("phne", "phone"),
    ],
)
def test_a_word_is_known_by_what_is_left_when_it_is_mistyped(context, typed, meant):
    learn({"printer", "committee", "accommodation", "received", "phone", "unrelated"})
    assert instead_of(typed) == [(meant,)]


@pytest.mark.parametrize("typed", ["unheardof", '"prnter jam"', "prnt*", "pin", "ict-10001", "20261118"])
def test_phrases_beginnings_numbers_and_short_words_are_taken_as_typed(context, typed):
    learn({"printer", "pine"})
    assert instead_of(typed) == []


def test_what_is_left_out_stays_as_typed(context):
    learn({"printer", "scanner"})
    wanted = respelled(parse("prnter -scaner"))
    assert wanted.without == parse("prnter -scaner").without


def test_the_words_of_tickets_are_learned_as_they_are_written(ticket, agent):
    reply(ticket, "Try the turquoise cable", by=agent)
    assert {"telephone", "turquoise", "worsley"} <= known()
    before = db.session.scalars(select(Spelling.id)).all()
    reply(ticket, "The turquoise cable, magenta", by=agent)
    db.session.commit()
    assert len(db.session.scalars(select(Spelling.id)).all()) - len(before) == len(keys_of("magenta"))


def test_words_that_are_known_are_not_asked_for_again(real_app, count_queries):
    with real_app.app_context():
        for times in (2, 1, 0):  # asked for and added; found; remembered
            with count_queries() as queries:
                learn({"turquoise", "magenta"})
            assert len([query for query in queries if "spelling" in query]) == times
            db.session.commit()
        settle(Counter())
        db.session.commit()
        learn({"turquoise"})
        assert known() == {"turquoise"}


def test_a_word_that_was_taken_back_is_learned_again(real_app):
    with real_app.app_context():
        taken_back = db.session.begin_nested()
        learn({"turquoise"})
        learn({"turquoise"})
        taken_back.rollback()
        learn({"turquoise"})
        db.session.rollback()
        learn({"turquoise"})
        assert known() == {"turquoise"}


def test_counting_forgets_what_stands_nowhere_and_knows_how_usual_words_are(make_ticket):
    learn({"forgotten"})
    for _ in range(9):
        make_ticket(subject="Turquoise cable")
    db.session.commit()
    count_words({})
    assert "forgotten" not in known()
    itself = select(Spelling.tickets).where(Spelling.key == "turquoise", Spelling.word == "turquoise")
    assert db.session.scalars(itself).all() == [9]


def test_counting_again_changes_nothing(context):
    counted = Counter({"turquoise": 9, "cable": 1})
    settle(counted)
    rows = db.session.execute(select(Spelling.id, Spelling.tickets)).all()
    settle(counted)
    assert db.session.execute(select(Spelling.id, Spelling.tickets)).all() == rows


def test_a_word_that_is_missing_is_reported_and_mended(ticket):
    db.session.commit()
    db.session.execute(Spelling.__table__.delete().where(Spelling.word == "telephone"))
    assert [one.rebuilt for _, found in rebuild_search(False) for one in found] == ["telephone"]
    list(rebuild_search(True))
    assert "telephone" in known()


@given(WORD, WORD)
def test_the_distance_is_the_same_both_ways_and_nothing_only_for_the_same_word(one, other):
    assert distance(one, other) == distance(other, one)
    assert (distance(one, other) == 0) == (one == other)


@given(WORD, st.data())
def test_one_wrong_letter_shares_a_key(word, data):
    at = data.draw(st.integers(0, len(word) - 1))
    wrong = data.draw(
        st.sampled_from(
            [word[:at] + word[at + 1 :], word[:at] + "x" + word[at:], word[:at] + "x" + word[at + 1 :]]
        )
    )
    assert keys_of(word) & keys_of(wrong)
    assert distance(word, wrong) <= 1
