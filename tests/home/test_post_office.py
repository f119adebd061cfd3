"""The post office shows what was written, and what became of it."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from ictsupport import clock, jobs
from ictsupport.database import db
from ictsupport.mail import Outgoing, send
from ictsupport.mail.queries import oldest_waiting, outbox_page
from ictsupport.people.models import Grant, Role
from ictsupport.people.scopes import scoped_to
from tests.conftest import NOW


def write(person, code="123456") -> Outgoing:
    send(to=person, template="people/sign_in", token="t", code=code)
    return db.session.scalars(sa.select(Outgoing).order_by(Outgoing.id.desc()).limit(1)).one()


def test_the_administrator_reads_what_was_written(staff, administrator, browser):
    message = write(staff)
    page = browser(administrator).get("/post-office").text
    assert staff.email in page
    assert message.subject in page
    assert "Nothing leaves the house" in page
    assert "123456" in browser(administrator).get(f"/post-office/{message.id}").text


def test_an_administrator_of_one_council_does_not(staff, make_person, council, browser):
    some = make_person("Sam Low", council)
    some.grants.append(Grant(role=Role.ADMINISTRATOR, **scoped_to(council)))
    message = write(staff)
    for address in ("/post-office", f"/post-office/{message.id}"):
        assert browser(some).get(address).status_code == 403


def test_a_failed_message_shows_the_servers_words_and_goes_again(staff, administrator, browser):
    message = write(staff)
    message.failed_at, message.error = NOW, "550 no such <mailbox>"
    db.session.commit()
    desk = browser(administrator)
    assert "550 no such &lt;mailbox&gt;" in desk.get(f"/post-office/{message.id}").text
    assert message.subject in desk.get("/post-office?state=failed").text
    assert desk.post(f"/post-office/{message.id}/resending").status_code == 303
    assert message.state == "queued"
    jobs.run_all()
    db.session.refresh(message)
    assert message.state == "sent"


def test_what_has_not_failed_is_not_sent_again(staff, administrator, browser):
    message = write(staff)
    answer = browser(administrator).post(f"/post-office/{message.id}/resending")
    assert answer.status_code == 409
    assert "has not failed" in answer.text
    assert db.session.scalar(db.select(db.func.count()).select_from(jobs.Job)) == 1


def test_pages_go_on_and_back_without_a_gap(staff, context):
    for number in range(120):
        write(staff, f"{number:06}")
    first = outbox_page()
    second = outbox_page(after=first.next)
    third = outbox_page(after=second.next)
    seen = [row.id for page in (first, second, third) for row in page.rows]
    assert seen == sorted(seen, reverse=True)
    assert len(seen) == 120
    assert (first.previous, third.next) == (None, None)
    back = outbox_page(before=third.previous)
    assert [row.id for row in back.rows] == [row.id for row in second.rows]


@pytest.mark.parametrize("asked", ["?after=x", "?state=lost&q=%00", "?before=999999999999", "?q=%25"])
def test_a_strange_address_shows_a_page(administrator, browser, asked):
    assert browser(administrator).get("/post-office" + asked).status_code == 200


def test_how_long_mail_has_been_waiting(staff, context):
    assert oldest_waiting() == timedelta()
    write(staff)
    with clock.at(NOW + timedelta(minutes=7)):
        assert oldest_waiting() == timedelta(minutes=7)
        jobs.run_all()
        assert oldest_waiting() == timedelta()


def test_the_list_costs_the_same_however_long(staff, administrator, browser, count_queries):
    desk = browser(administrator)
    costs = []
    for _ in range(2):
        for _ in range(12):
            write(staff)
        with count_queries() as queries:
            desk.get("/post-office")
        costs.append(len(queries))
    assert costs[0] == costs[1] <= 8
