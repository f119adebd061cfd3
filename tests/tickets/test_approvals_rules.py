"""Request types that ask for approval by themselves."""

from datetime import date

import pytest
from sqlalchemy import select

from ictsupport.database import db
from ictsupport.people.models import Membership, Team
from ictsupport.people.scopes import scoped_to
from ictsupport.tickets.approvals.asking import TooFew
from ictsupport.tickets.approvals.models import Approval, ApprovalRule
from ictsupport.tickets.approvals.rules import NoSuchQuestion, set_rule
from ictsupport.tickets.models import Channel
from ictsupport.tickets.raising import raise_ticket
from ictsupport.tickets.request_types.keeping import add_type, enter_shipped
from ictsupport.tickets.request_types.models import RequestType
from ictsupport.tickets.request_types.offering import Filled
from ictsupport.tickets.request_types.questions import Kind, Question

from ..cast import keep

MANAGER = Question(key="manager", kind=Kind.PERSON, label="Who is your manager?")


@pytest.fixture
def type_(desk):
    return add_type(name="Software", slug="software", by=None, questions=[MANAGER], approval="manager")


@pytest.fixture
def raised(type_, staff):
    def make(named="", requester=staff, **more):
        answers = (
            [{"key": "manager", "label": MANAGER.label, "value": named, "words": named}] if named else []
        )
        ticket = raise_ticket(
            requester=requester,
            subject="Visio",
            description="",
            by=requester,
            channel=Channel.SELF_SERVICE,
            filled=Filled(type_.form, answers),
            category=type_.name,
            **more,
        )
        asked = db.session.scalars(select(Approval).where(Approval.ticket_id == ticket.id)).all()
        return [one.person.name for each in asked for one in each.approvers], [
            one.what for one in ticket.tasks
        ]

    return make


def test_whoever_is_named_is_asked_if_we_know_them_and_otherwise_the_desk_has_to(
    raised, type_, staff, make_person, council, other_staff, finance
):
    ann = make_person("Ann Able", council)
    for named in (str(ann.id), "ann able", ann.email.upper(), f"{ann.name} – Planning"):
        assert raised(named) == (["Ann Able"], []), named
    make_person("Ben Best", council)
    make_person("Ben Best", council, email="other.ben@northbrook.example")
    for named in ("Ben Best", staff.name, str(staff.id), other_staff.name, "Nobody"):
        assert raised(named) == ([], [f"Ask for approval: “{named}” cannot be asked"]), named
    assert raised() == ([], ["Ask for approval: nobody was named"])
    # A team stands in for whoever is not known.
    set_rule(type_, by=None, question="manager", team=finance)
    assert raised("Nobody") == (["Cy Cole", "Di Dane"], [])
    assert raised("Ann Able") == (["Ann Able"], [])


@pytest.fixture
def finance(make_person, council):
    team = keep(Team(name="Finance", **scoped_to(None)))
    for name in ("Cy Cole", "Di Dane"):
        keep(Membership(team=team, person=make_person(name, council), starts_on=date(2020, 1, 1)))
    return team


def test_a_rule_asks_what_can_be_answered(type_, finance):
    with pytest.raises(NoSuchQuestion):
        set_rule(type_, by=None, question="budget")
    with pytest.raises(TooFew):
        set_rule(type_, by=None, team=finance, needed=3)


def test_shipped_types_bring_their_rules(desk):
    enter_shipped()
    names = select(RequestType.slug, ApprovalRule.question).join(ApprovalRule.type).order_by(RequestType.slug)
    assert [tuple(row) for row in db.session.execute(names)] == [
        ("new-starter", "manager"),
        ("software", "decides"),
    ]


def test_a_manager_looks_at_it_first_and_then_saves_it(type_, finance, manager, agent, raised, browser):
    client, here = browser(manager), "/settings/request-types/software/approval"
    assert here in client.get("/settings/request-types/software").text
    page = client.get(here).text
    form = {"question": "", "team": str(finance.id), "needed": "2"}

    def hidden(text, name):
        return text.split(f'name="{name}"')[1].split('value="')[1].split('"')[0]

    looked = client.post(here, data={**form, "stamp": hidden(page, "stamp")}).text
    assert "Nothing has been saved yet" in looked
    assert "2 of Finance" in looked
    sent = {**form, "stamp": hidden(looked, "stamp"), "seen": hidden(looked, "seen")}
    assert client.post(here, data=sent).status_code == 303
    assert raised("Nobody") == (["Cy Cole", "Di Dane"], [])
    page = client.get(here).text
    none = {"question": "", "team": "", "needed": "1", "stamp": hidden(page, "stamp")}
    looked = client.post(here, data=none).text
    client.post(here, data={**none, "seen": hidden(looked, "seen")})
    assert raised("Nobody") == ([], [])
    assert browser(agent).get(here).status_code == 403
