"""Approvals on pages: by the signed link without signing in, signed in, and as the desk asks and takes back."""

import re
from datetime import timedelta
from urllib.parse import urlsplit

import pytest
from flask import Flask
from sqlalchemy import select

from ictsupport import clock
from ictsupport.database import db
from ictsupport.mail.models import Outgoing
from ictsupport.people.models import Person
from ictsupport.tickets.approvals.asking import ask, withdraw
from ictsupport.tickets.approvals.deciding import decide
from ictsupport.tickets.approvals.links import signed
from ictsupport.tickets.approvals.models import Approval, ApprovalState, Approver, Decision
from ictsupport.tickets.models import HoldReason, Ticket
from ictsupport.tickets.rating.links import ANSWER
from ictsupport.tickets.rating.links import signed as signed_answer
from ictsupport.tickets.related.merging import merge

from .test_races import at_once
from .test_races import house as house

YES = {"decision": "approve", "reason": ""}


@pytest.fixture
def ann(make_person, council):
    return make_person("Ann Able", council)


@pytest.fixture
def asked(ticket, ann, agent):
    return ask(ticket, "Two licences", by=agent, people=[ann], hold=True)


def links_in_mail(person):
    mail = db.session.scalars(select(Outgoing).where(Outgoing.to_id == person.id).order_by(Outgoing.id)).all()
    return [
        urlsplit(found).path
        for each in mail
        for found in re.findall(r"https?://\S+/approvals/by-link/\S+", each.text)
    ]


def test_a_link_in_the_mail_is_opened_without_harm_and_decides_by_its_button_once(
    asked, ticket, ann, browser
):
    (link,) = links_in_mail(ann)
    client = browser()
    page = client.get(link).text
    for words in ("Two licences", ticket.subject, ticket.description, "Tina Worsley", "Asha Iqbal"):
        assert words in page
    assert asked.is_open
    kept = client.post(link, data={"decision": "refuse", "reason": ""})
    assert (kept.status_code, "Say why you refuse" in kept.text) == (422, True)
    assert client.post(link, data={}).status_code == 422
    pressed = [client.post(link, data={**YES, "once": "k" * 20}) for _ in range(2)]
    assert [one.location for one in pressed] == [link, link]
    assert (asked.state, ticket.hold_reason) == (ApprovalState.APPROVED, None)
    assert "You approved this" in client.get(link).text
    late = client.post(link, data={"decision": "refuse", "reason": "No"})
    assert (late.status_code, "Ann Able has approved this already" in late.text) == (422, True)
    assert asked.state is ApprovalState.APPROVED


def test_what_is_settled_withdrawn_or_handed_on_is_said_in_plain_words(
    ticket, make_person, council, agent, browser
):
    one, two = (make_person(name, council) for name in ("One Ing", "Two Ing"))
    approval = ask(ticket, "A desk", by=agent, people=[one, two], needed=1)
    decide(approval.approvers[0], Decision.APPROVE, by=one)
    assert "settled already: approved" in browser().get(links_in_mail(two)[0]).text
    withdraw(ask(ticket, "A chair", by=agent, people=[two]), by=agent)
    page = browser().get(links_in_mail(two)[1])
    assert (page.status_code, "settled already: withdrawn" in page.text) == (200, True)


def test_foreign_stale_and_broken_links_have_ended(asked, ticket, ann, rival, agent, browser):
    (approver,) = asked.approvers
    good = signed(approver, ann)
    for token in (
        f"{good}x",
        "nonsense",
        signed_answer(ANSWER, ticket, ann),
        signed(approver, rival),
        signed(approver, agent),
    ):
        assert browser().get(f"/approvals/by-link/{token}").status_code == 410, token
        assert browser().post(f"/approvals/by-link/{token}", data=YES).status_code == 410
    with clock.at(clock.now() + timedelta(days=31)):
        assert "does not work any more" in browser().get(f"/approvals/by-link/{good}").text
    ticket.confidential = True
    db.session.flush()
    assert browser().get(f"/approvals/by-link/{good}").status_code == 410
    ticket.confidential, ann.gone_at = False, clock.now()
    db.session.flush()
    assert browser().get(f"/approvals/by-link/{good}").status_code == 410
    assert asked.is_open


def test_whoever_is_asked_finds_it_on_the_first_page_decides_and_finds_it_again(
    asked, ticket, ann, staff, browser
):
    client = browser(ann)
    assert "We need a decision from you: Two licences" in client.get("/").text
    assert "Two licences" in client.get("/approvals").text
    here = f"/approvals/{asked.approvers[0].id}"
    assert ticket.description in client.get(here).text
    assert client.get(f"/tickets/{ticket.reference}").status_code == 404, "the ticket itself is not theirs"
    assert browser(staff).get(here).status_code == 404, "nor the decision the requester's"
    client.post(here, data={"decision": "refuse", "reason": "No budget"})
    assert asked.state is ApprovalState.REFUSED
    client.get(here)  # says what was done
    assert "Nothing waits for you" in client.get("/approvals").text
    assert "Two licences" in client.get("/approvals?view=decided").text
    assert "No budget" in client.get(here).text


def test_it_is_handed_on_by_page(asked, ann, make_person, council, browser):
    make_person("Ben Best", council)
    here = f"/approvals/{asked.approvers[0].id}/handing-on"
    wrong = browser(ann).post(here, data={"address": "ben@elsewhere.example"})
    assert (wrong.status_code, 'value="ben@elsewhere.example"' in wrong.text) == (422, True)
    assert browser(ann).post(here, data={"address": "ben.best@northbrook.example"}).status_code == 303
    assert [one.person.name for one in asked.asked] == ["Ben Best"]


def test_of_a_confidential_request_only_the_question_is_told(make_ticket, ann, agent, manager, browser):
    secret = make_ticket(subject="Grievance", description="About a colleague", confidential=True)
    secret.queue.cleared.append(manager)
    approval = ask(secret, "A locked drawer", by=manager, people=[ann])
    assert links_in_mail(ann) == []
    mail = db.session.scalars(select(Outgoing).where(Outgoing.to_id == ann.id)).one()
    assert "drawer" not in mail.subject + mail.text
    here = f"/approvals/{approval.approvers[0].id}"
    for address in ("/", "/approvals", here):
        page = browser(ann).get(address).text
        assert "A locked drawer" in page
        for hidden in ("Grievance", "colleague", "Tina Worsley"):
            assert hidden not in page, address
    assert browser(agent).get(here).status_code == 404
    browser(ann).post(here, data=YES)
    assert approval.state is ApprovalState.APPROVED
    told = db.session.scalars(select(Outgoing).where(Outgoing.to_id == manager.id)).one()
    assert "drawer" not in told.subject + told.text


def test_an_agent_asks_takes_back_and_asks_again(ticket, ann, agent, browser):
    client, here = browser(agent), f"/tickets/{ticket.reference}"
    assert f"{here}/approvals" in client.get(here).text
    assert "Nobody has been asked yet" in client.get(f"{here}/approvals").text
    typed = {"what": "Two licences", "whom": "people", "blocks": "y", "hold": "y"}
    nobody = client.post(f"{here}/approvals/new", data=typed)
    assert (nobody.status_code, "Enter who is to decide" in nobody.text) == (422, True)
    assert "Choose a team" in client.post(f"{here}/approvals/new", data={**typed, "whom": "team"}).text
    own = client.post(f"{here}/approvals/new", data={**typed, "first": "Tina Worsley"})
    assert (own.status_code, "cannot decide about this" in own.text) == (422, True)
    assert 'value="Two licences"' in own.text
    client.post(f"{here}/approvals/new", data={**typed, "first": "Ann Able"})
    (approval,) = db.session.scalars(select(Approval))
    assert (approval.approvers[0].person, approval.needed, approval.blocks) == (ann, 1, True)
    page = client.get(here).text
    assert "asked for approval" in page
    assert "Who was asked, and what they said" in page
    assert (
        "waits for approval"
        in client.post(
            f"{here}/resolution",
            data={"resolution": "fixed", "notes": "Done", "version": str(ticket.version)},
        ).text
    )
    client.post(f"{here}/approvals/{approval.id}/withdrawal")
    assert approval.state is ApprovalState.WITHDRAWN
    again = client.get(f"{here}/approvals/new?again={approval.id}").text
    assert 'value="Two licences"' in again
    assert "Ann Able" in again
    assert ticket.hold_reason is not HoldReason.APPROVAL


def test_the_survivors_page_shows_what_was_asked_about_the_merged_one(
    asked, ticket, make_ticket, ann, agent, manager, desk, browser, later
):
    survivor = make_ticket()
    merge(survivor, [ticket], by=agent)
    client, here = browser(agent), f"/tickets/{survivor.reference}"
    side = client.get(here).text
    assert "Two licences" in side
    assert f"on {ticket.reference}</span>" in side
    assert "which is merged into this" in client.get(f"{here}/approvals").text
    (link,) = links_in_mail(ann)
    with later(days=1):
        client = browser(agent)
        client.post(f"{here}/approvals/{asked.id}/reminder")
        assert "Reminded: Ann Able." in client.get(f"{here}/approvals").text
        client.post(f"{here}/approvals/{asked.id}/reminder")
        assert "a short while ago" in client.get(f"{here}/approvals").text
    browser().post(link, data=YES)
    assert asked.state is ApprovalState.APPROVED
    again = ask(survivor, "Three more", by=agent, people=[ann])
    client.post(f"/tickets/{ticket.reference}/approvals/{again.id}/withdrawal")
    assert again.is_open, "what was asked about the survivor is nothing to the merged one"


def test_pages_cost_the_same_however_many_there_are(
    make_ticket, make_person, council, ann, agent, browser, count_queries
):
    spent = []
    others = [make_person(f"Number {number}", council) for number in range(12)]
    for many in (1, 12):
        ticket = make_ticket()
        for number in range(many):
            ask(ticket, f"Thing {number}", by=agent, people=[ann, *others[:many]])
        first = db.session.scalar(select(Approver.id).where(Approver.person_id == ann.id).limit(1))
        costs = []
        for person, address in (
            (ann, "/"),
            (ann, "/approvals"),
            (ann, f"/approvals/{first}"),
            (agent, f"/tickets/{ticket.reference}/approvals"),
            (agent, f"/tickets/{ticket.reference}"),
        ):
            client = browser(person)
            client.get(address)  # what seldom changes is read now
            with count_queries() as queries:
                assert client.get(address).status_code == 200
            costs.append(len(queries))
            assert len(queries) <= (10 if address == f"/tickets/{ticket.reference}" else 8), queries
        spent.append(costs)
    assert spent[0] == spent[1]


def test_two_who_decide_at_the_same_moment_settle_it_once(real_app: Flask, house: dict[str, int]):
    with real_app.app_context():
        people = [Person(name=f"P{n}", sort_name=f"P{n}", email=f"p{n}@northbrook.example") for n in range(4)]
        db.session.add_all(people)
        db.session.flush()
        ticket, asha = db.session.get_one(Ticket, house["ticket"]), db.session.get_one(Person, house["asha"])
        approval = ask(ticket, "Two licences", by=asha, people=people, needed=1, hold=True)
        ids = [(one.id, one.person_id) for one in approval.approvers]
        db.session.commit()
        approval_id = approval.id

    def say(approver_id, person_id):
        return lambda: decide(
            db.session.get_one(Approver, approver_id),
            Decision.APPROVE,
            by=db.session.get_one(Person, person_id),
        )

    troubles = at_once(real_app, *(say(*one) for one in ids))
    assert [type(one).__name__ for one in troubles] == ["Settled"] * 3, troubles
    with real_app.app_context():
        approval = db.session.get_one(Approval, approval_id)
        assert (approval.state, approval.given) == (ApprovalState.APPROVED, 1)
        assert approval.ticket.hold_reason is None
        told = select(Outgoing).where(Outgoing.to_id == house["asha"], Outgoing.template.endswith("settled"))
        assert len(db.session.scalars(told).all()) == 1
