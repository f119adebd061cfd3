"""Asking how it went: by signed links, not too often, with somebody to ring back where it went badly."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from ictsupport import clock
from ictsupport.database import db
from ictsupport.journal.queries import entries_about
from ictsupport.mail import Outgoing
from ictsupport.tickets.models import Resolution, Status
from ictsupport.tickets.rating.asking import (
    NoScore,
    NotAsked,
    NotResolved,
    forget_words,
    links_for,
    rate,
    rating_of,
)
from ictsupport.tickets.rating.links import ANSWER, RATING, LinkEnded, read, signed
from ictsupport.tickets.rating.models import Rating
from ictsupport.tickets.related.merging import merge, unmerge
from ictsupport.tickets.resolving import close, reopen, resolve
from ictsupport.tickets.tasks.doing import remove_task, tick, untick

from ..conftest import NOW


@pytest.fixture
def done(make_ticket, agent):
    """done(...) is a ticket that has just been resolved."""

    def make(resolution=Resolution.FIXED, **more):
        ticket = make_ticket(**more)
        resolve(ticket, resolution, "New cable.", by=agent)
        return ticket

    return make


def mail_to(person) -> str:
    return (
        db.session.scalars(select(Outgoing).where(Outgoing.to_id == person.id).order_by(Outgoing.id.desc()))
        .first()
        .text
    )  # type: ignore[union-attr]


def asked() -> list[Rating]:
    return list(db.session.scalars(select(Rating).order_by(Rating.id)))


def test_the_mail_carries_both_answers_and_the_question(done, staff):
    done()
    text = mail_to(staff)
    assert "/works-now" in text
    assert "/still-wrong" in text
    assert "/rating" in text
    assert len(asked()) == 1


def test_nobody_is_asked_again_within_two_weeks_but_may_always_answer(done, staff):
    done()
    with clock.at(NOW + timedelta(days=13)):
        second = done()
        assert "/rating" not in mail_to(staff)
        assert "/works-now" in mail_to(staff)
        rate(second, 5, by=staff)
        assert [one.score for one in asked()] == [None, 5]
    with clock.at(NOW + timedelta(days=28)):
        done()
        assert "/rating" in mail_to(staff)


@pytest.mark.parametrize("resolution", [Resolution.DUPLICATE, Resolution.CANCELLED])
def test_nobody_is_asked_where_nothing_was_done(done, resolution):
    done(resolution)
    assert asked() == []


def test_a_confidential_request_is_neither_asked_about_nor_answered_by_link(
    make_ticket, desk, staff, manager
):
    desk["helpdesk"].cleared.append(manager)
    ticket = make_ticket(confidential=True)
    resolve(ticket, Resolution.FIXED, "Done.", by=manager)
    assert links_for(ticket, staff) == {}
    assert "/answers/" not in mail_to(staff)
    with pytest.raises(NotAsked):
        rate(ticket, 5, by=staff)


def test_a_link_ends_with_time_with_the_next_resolution_and_with_the_right_to_answer(done, staff, agent):
    ticket = done()
    token = signed(ANSWER, ticket, staff)
    assert read(ANSWER, token).person == staff
    with clock.at(NOW + timedelta(days=31)), pytest.raises(LinkEnded):
        read(ANSWER, token)
    ticket.confidential = True
    with pytest.raises(LinkEnded):
        read(ANSWER, token)
    ticket.confidential = False
    with clock.at(NOW + timedelta(hours=1)):
        reopen(ticket, by=agent)
        resolve(ticket, Resolution.FIXED, "Another cable.", by=agent)
    with pytest.raises(LinkEnded):
        read(ANSWER, token)
    other = signed(ANSWER, ticket, staff)
    staff.left_on = (NOW - timedelta(days=1)).date()
    with pytest.raises(LinkEnded):
        read(ANSWER, other)


@pytest.mark.parametrize(
    "spoil", [lambda t: t[:-2] + "xx", lambda t: "", lambda t: "x" * 5000, lambda t: "ä.b.c"]
)
def test_a_link_that_was_changed_is_no_link(done, staff, spoil):
    token = signed(ANSWER, done(), staff)
    with pytest.raises(LinkEnded):
        read(ANSWER, spoil(token))


def test_a_link_of_one_kind_is_nothing_to_another(done, staff):
    ticket = done()
    with pytest.raises(LinkEnded):
        read(ANSWER, signed(RATING, ticket, staff))


def test_opening_a_link_changes_nothing_and_the_button_closes(done, staff, browser):
    ticket = done()
    address = f"/answers/{signed(ANSWER, ticket, staff)}/works-now"
    anybody = browser()
    assert "It works now" in anybody.get(address).text
    assert ticket.status is Status.RESOLVED
    assert anybody.post(address).status_code == 303
    assert ticket.status is Status.CLOSED
    assert "Your request is closed" in anybody.get(address).text
    assert entries_about(ticket)[-1].by_id == staff.id
    assert anybody.post(address).status_code == 200


def test_still_not_working_takes_it_up_again_in_the_requesters_words(done, staff, browser):
    ticket = done()
    address = f"/answers/{signed(ANSWER, ticket, staff)}/still-wrong"
    anybody = browser()
    anybody.get(address)
    assert ticket.status is Status.RESOLVED
    assert anybody.post(address, data={"wrong": ""}).status_code == 422
    answer = anybody.post(address, data={"wrong": "Silent again"})
    assert ticket.reference in anybody.get(answer.location).text
    assert ticket.status is Status.IN_PROGRESS
    assert (ticket.messages[-1].body, ticket.messages[-1].author_id) == ("Silent again", staff.id)
    assert anybody.get(address).status_code == 410


def test_a_rating_is_given_without_a_sign_in_and_may_be_changed(done, staff, browser):
    ticket = done()
    address = f"/answers/{signed(RATING, ticket, staff)}/rating"
    anybody = browser()
    anybody.get(address)
    assert rating_of(ticket).score is None
    assert anybody.post(address, data={"score": "9"}).status_code == 422
    anybody.post(address, data={"score": "4", "reasons": ["quick", "kind"], "words": "Thanks"})
    anybody.post(address, data={"score": "5", "reasons": ["quick"], "words": ""})
    rating = rating_of(ticket)
    assert (rating.score, rating.reasons, rating.words_) == (5, ["quick"], "")
    assert len(asked()) == 1
    assert "You can change it" in anybody.get(address).text


def test_only_what_is_resolved_and_only_by_a_score_that_there_is(make_ticket, done, staff):
    with pytest.raises(NotResolved):
        rate(make_ticket(), 5, by=staff)
    with pytest.raises(NoScore):
        rate(done(), 6, by=staff)


def test_a_low_score_is_told_to_the_managers_once_and_rung_back(done, staff, agent, manager, browser, outbox):
    ticket = done()
    rate(ticket, 2, by=staff, reasons=["slow"], words="Three days!")
    rating = rate(ticket, 1, by=staff)
    assert [address for address, subject in outbox() if subject.startswith("To ring back")] == [manager.email]
    assert "Three days!" not in mail_to(manager)
    desk = browser(manager)
    assert ticket.reference in desk.get("/tickets/ratings").text
    assert browser(agent).get("/tickets/ratings").status_code == 403
    assert desk.post(f"/tickets/ratings/{rating.id}/ring-back").status_code == 303
    assert ticket.reference not in desk.get("/tickets/ratings").text
    assert "Rung back" in browser(agent).get(f"/tickets/{ticket.reference}").text


def test_a_low_score_makes_one_task_for_the_managers_that_outlives_the_ticket(
    done, staff, agent, manager, browser
):
    ticket = done()
    rate(ticket, 4, by=staff)
    assert ticket.tasks == []
    rate(ticket, 2, by=staff)
    rate(ticket, 1, by=staff)
    assert [task.what for task in ticket.tasks] == ["Ring back: scored 2 of 5"]
    close(ticket, by=staff)
    what = "Ring back: scored 2 of 5"
    for page in ("/today", "/tickets/tasks", f"/tickets/{ticket.reference}"):
        assert what in browser(manager).get(page).text, page
    assert what not in browser(agent).get("/today").text
    assert what in browser(agent).get(f"/tickets/{ticket.reference}").text
    assert what not in browser(staff).get(f"/tickets/{ticket.reference}").text


def test_the_task_is_withdrawn_with_its_reason_when_the_score_is_put_right(
    done, staff, agent, manager, browser, outbox
):
    ticket = done()
    rate(ticket, 1, by=staff)
    rating = rate(ticket, 4, by=staff)
    assert (ticket.tasks, rating.task_id, rating.is_to_ring) == ([], None, False)
    page = browser(agent).get(f"/tickets/{ticket.reference}").text
    assert "Ring back: scored 1 of 5: not wanted any more, since the score is 4 now" in page
    assert "Ring back" not in browser(manager).get("/today").text
    rate(ticket, 2, by=staff)
    assert [task.what for task in ticket.tasks] == ["Ring back: scored 2 of 5"]
    assert len([subject for _, subject in outbox() if subject.startswith("To ring back")]) == 1
    tick(ticket.tasks[0], by=manager)
    rate(ticket, 5, by=staff)
    assert ticket.tasks[0].is_done, "they were rung: that stays on the ticket"
    rate(ticket, 1, by=staff)
    assert len(ticket.tasks) == 1


def test_the_task_and_the_list_of_whom_to_ring_say_the_same(done, staff, agent, manager, browser):
    ticket = done()
    rating = rate(ticket, 1, by=staff)
    desk, (task,) = browser(manager), ticket.tasks
    tick(task, by=manager)
    assert (rating.rung_by_id, rating.is_to_ring) == (manager.id, False)
    untick(task, by=manager)
    assert ticket.reference in desk.get("/tickets/ratings").text
    desk.post(f"/tickets/ratings/{rating.id}/ring-back")
    assert task.is_done
    assert "Ring back" not in desk.get("/tickets/tasks").text
    untick(task, by=manager)
    remove_task(task, by=manager)
    db.session.expire_all()
    assert rating.task_id is None
    desk.post(f"/tickets/ratings/{rating.id}/ring-back")
    assert not rating.is_to_ring


def test_somebody_is_rung_back_though_the_ticket_was_reopened(done, staff, agent, manager, browser):
    ticket = done()
    rating = rate(ticket, 1, by=staff)
    reopen(ticket, by=agent)
    desk = browser(manager)
    assert ticket.reference in desk.get("/tickets/ratings").text
    desk.post(f"/tickets/ratings/{rating.id}/ring-back")
    assert ticket.reference not in desk.get("/tickets/ratings").text


@pytest.mark.parametrize("content", [False, True])
def test_what_was_settled_while_it_was_merged_is_settled_on_the_ticket_when_it_is_unmerged(
    done, make_ticket, staff, agent, manager, browser, content
):
    ticket = done()
    rating = rate(ticket, 1, by=staff)
    (task,) = ticket.tasks
    reopen(ticket, by=agent)
    merge(make_ticket(), [ticket], by=agent)
    if content:
        rating.score = 4  # no way leads there today: what is merged is open, and what is open is not rated
    else:
        browser(manager).post(f"/tickets/ratings/{rating.id}/ring-back")
    assert not task.is_done, "nothing happens to a ticket that is merged"
    unmerge(ticket, by=agent)
    if content:
        assert (ticket.tasks, rating.task_id) == ([], None)
    else:
        assert (task.is_done, task.done_by_id) == (True, manager.id)


def test_the_requester_may_answer_from_their_own_page(done, staff, browser):
    ticket = done()
    own = browser(staff)
    assert "Tell us how it went" in own.get(f"/tickets/{ticket.reference}").text
    own.post(f"/tickets/{ticket.reference}/rating", data={"score": "3"})
    assert "neither good nor bad" in own.get(f"/tickets/{ticket.reference}").text


def test_the_words_are_forgotten_and_the_score_stays(done, staff):
    ticket = done()
    rate(ticket, 2, by=staff, words="Three days!")
    with clock.at(NOW + timedelta(days=366)):
        forget_words({})
    db.session.expire_all()
    assert (rating_of(ticket).words_, rating_of(ticket).score) == ("", 2)
