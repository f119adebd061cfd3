"""Request types: kept as data, asked as forms, answered and found again; who asks is checked where it matters."""

import re
from datetime import timedelta

import pytest
from sqlalchemy import select

from ictsupport import clock
from ictsupport.database import db
from ictsupport.journal.queries import entries_about
from ictsupport.people.joining import change_person
from ictsupport.tickets.access import visible_tickets
from ictsupport.tickets.models import Channel, Resolution, Status, Ticket, TicketType
from ictsupport.tickets.parts import NotYet
from ictsupport.tickets.raising import raise_ticket
from ictsupport.tickets.request_types.identity import (
    ChangedToday,
    NoNumberHeld,
    OwnWord,
    WhoConfirmed,
    check_identity,
)
from ictsupport.tickets.request_types.keeping import (
    LastOne,
    NameTaken,
    NothingNew,
    add_type,
    ask_anew,
    bring_back,
    change_type,
    enter_shipped,
    retire,
    shipped,
)
from ictsupport.tickets.request_types.models import FilledForm, Proof, RequestType
from ictsupport.tickets.request_types.offering import Filled, types_for
from ictsupport.tickets.request_types.questions import BadQuestion, Kind, Question, TooMany, check, read
from ictsupport.tickets.resolving import resolve
from ictsupport.tickets.search.models import SearchDoc

COLOUR = Question("colour", Kind.CHOICE, "Which colour?", choices=("Red", "Blue"))
SHADE = Question("shade", Kind.TEXT, "Which red?", only_if=("colour", "Red"))
AGREED = Question("agreed", Kind.YES_NO, "Has your manager agreed?", required=False)


@pytest.fixture
def paint(desk):
    return add_type(name="Paint", by=None, questions=[COLOUR, SHADE, AGREED], ticket_type=TicketType.REQUEST)


@pytest.fixture
def password(desk):
    enter_shipped()
    return db.session.scalars(select(RequestType).where(RequestType.slug == "password-or-sign-in")).one()


@pytest.fixture
def asked_for(member):
    """asked_for(type) is a ticket raised with the form of a request type."""

    def make(type_, **more):
        return raise_ticket(
            requester=more.pop("requester", member),
            subject="A matter",
            description="",
            by=member,
            channel=Channel.SELF_SERVICE,
            filled=Filled(type_.form, more.pop("answers", [])),
            category=type_.name,
            **more,
        )

    return make


def test_twelve_types_come_with_the_program_and_are_entered_once(desk):
    assert enter_shipped() == 12
    assert enter_shipped() == 0
    for told in shipped():
        check(read(told["questions"]))


def test_members_and_staff_are_offered_what_is_for_them(desk, member, staff):
    enter_shipped()
    of_member = {each.slug for each in types_for(member)}
    of_staff = {each.slug for each in types_for(staff)}
    assert "ipad-problem" in of_member - of_staff
    assert "leaver" in of_staff - of_member
    assert "something-else" in of_member & of_staff


@pytest.mark.parametrize(
    ("questions", "words"),
    [
        ([SHADE, COLOUR], "must come before it"),
        ([COLOUR, COLOUR], "twice"),
        ([Question("a", Kind.CHOICE, "Which?", choices=("One",))], "at least two"),
        ([Question("a", Kind.TEXT, "  ")], "write down what it asks"),
        ([COLOUR, Question("b", Kind.TEXT, "Which?", only_if=("colour", "Green"))], "is no answer to"),
    ],
)
def test_a_form_that_cannot_be_asked_is_refused(questions, words):
    with pytest.raises(BadQuestion, match=words):
        check(questions)


def test_a_form_of_too_many_questions_is_refused():
    with pytest.raises(TooMany):
        check([Question(f"q{number}", Kind.TEXT, "What?") for number in range(16)])


def test_a_change_of_questions_is_a_new_version_and_is_in_the_journal(paint, administrator, asked_for):
    ticket = asked_for(paint, answers=[{"key": "colour", "label": "Which?", "value": "Red", "words": "Red"}])
    ask_anew(paint, [COLOUR, Question("size", Kind.TEXT, "How big?")], by=administrator)
    db.session.expire_all()
    assert (paint.form.number, [each["key"] for each in paint.form.questions]) == (2, ["colour", "size"])
    assert db.session.get(FilledForm, ticket.id).form.number == 1
    entry = entries_about(paint)[-1]
    assert (entry.kind, entry.by_id) == ("tickets.QuestionsChanged", administrator.id)
    assert entry.data["changes"] == {
        "Version": [1, 2],
        "How big?": [None, "asked"],
        "Which red?": ["asked", None],
        "Has your manager agreed?": ["asked", None],
    }
    with pytest.raises(NothingNew):
        ask_anew(paint, read(paint.form.questions), by=administrator)


def test_a_name_belongs_to_one_type_and_the_last_cannot_be_retired(paint):
    with pytest.raises(NameTaken):
        add_type(name="Paint", by=None)
    with pytest.raises(LastOne):
        retire(paint, by=None)
    other = add_type(name="Glue", by=None)
    retire(paint, by=None)
    bring_back(paint, by=None)
    change_type(other, by=None, name="Paste", hint="It sticks")
    assert (paint.retired_at, other.name, other.slug) == (None, "Paste", "glue")


def test_its_queue_takes_what_no_rule_takes(paint, desk, asked_for):
    change_type(paint, by=None, queue=desk["business"])
    db.session.refresh(paint)
    ticket = asked_for(paint)
    assert ticket.queue is desk["business"]
    assert ticket.routed_because == "Routed to Business systems because requests about Paint go there"


def test_answers_are_found_by_their_words(paint, asked_for):
    ticket = asked_for(
        paint, answers=[{"key": "shade", "label": "Which red?", "value": "x", "words": "Vermilion"}]
    )
    db.session.commit()
    assert "vermilion" in db.session.get(SearchDoc, ticket.id).public.casefold()


ABOUT = {"for_whom": "0", "system": "0", "subject": "The wall is grey"}
MORE = {"how_bad": "waits", "who_else": "me", "contact_by": "mail", "device": "0"}


def test_a_member_is_asked_what_belongs_to_what_they_chose(paint, member, browser):
    client = browser(member)
    assert "Something else" not in client.get("/tickets/new").text
    answer = client.post("/tickets/new", data={**ABOUT, "type": paint.id})
    page = client.get(answer.headers["Location"]).text
    assert "Which colour?" in page
    assert "If “Which colour?” is “Red”" in page
    assert "How soon do you need it?" in page
    wrong = client.post(answer.headers["Location"], data={**MORE, "q-colour": "Red"})
    assert wrong.status_code == 422
    assert "Answer “Which red?”" in wrong.text
    check_page = client.post(answer.headers["Location"], data={**MORE, "q-colour": "Blue", "q-shade": "old"})
    shown = client.get(check_page.headers["Location"]).text
    assert "Blue" in shown
    assert "Which red?" not in shown
    client.post(check_page.headers["Location"])
    ticket = db.session.scalars(select(Ticket)).one()
    assert (ticket.category, ticket.ticket_type, ticket.impact) == ("Paint", TicketType.REQUEST, 3)
    assert [each["words"] for each in db.session.get(FilledForm, ticket.id).answers] == ["Blue"]
    assert "Which colour?" in client.get(f"/tickets/{ticket.reference}").text


def test_staff_without_a_script_are_asked_on_the_next_showing(paint, staff, browser):
    client = browser(staff)
    whole = {**ABOUT, **MORE, "type": paint.id}
    answer = client.post("/tickets/new", data=whole)
    page = client.get(answer.headers["Location"]).text
    assert "Which colour?" in page
    assert "The wall is grey" in page
    assert client.post(answer.headers["Location"], data=whole).status_code == 422
    done = client.post(answer.headers["Location"], data={**whole, "q-colour": "Blue"})
    assert done.headers["Location"].endswith("/check")


def test_with_a_script_the_questions_come_at_once(paint, staff, browser):
    client = browser(staff)
    part = client.get(f"/tickets/new/questions?type={paint.id}").text
    assert "Which colour?" in part
    shown = re.search(r'name="questions" value="(\d+)"', part)[1]
    whole = {**ABOUT, **MORE, "type": paint.id, "questions": shown}
    assert client.post("/tickets/new", data=whole).status_code == 422
    done = client.post("/tickets/new", data={**whole, "q-colour": "Blue"})
    assert done.headers["Location"].endswith("/check")
    for nonsense in ("", "x", "99999", "9" * 30):
        assert client.get(f"/tickets/new/questions?type={nonsense}").status_code == 200


def test_what_it_is_about_must_be_said(paint, staff, browser):
    page = browser(staff).post("/tickets/new", data={**ABOUT, **MORE})
    assert page.status_code == 422
    assert "Choose what it is about" in page.text


def test_democratic_services_ask_for_any_member_and_both_are_named(
    paint, make_person, council, member, browser
):
    from ictsupport.people.models import Role

    officer = make_person("Dora Fell", council, roles=(Role.DEMOCRATIC_SERVICES,))
    client = browser(officer)
    whole = {**ABOUT, **MORE, "type": paint.id, "for_whom": "member", "for_member": "Ashcroft"}
    answer = client.post("/tickets/new", data=whole)
    check_page = client.post(answer.headers["Location"], data={**whole, "q-colour": "Blue"})
    shown = client.get(check_page.headers["Location"]).text
    assert "Cllr Pat Ashcroft, asked by Dora Fell" in shown
    client.post(check_page.headers["Location"])
    ticket = db.session.scalars(select(Ticket)).one()
    assert (ticket.requester, ticket.opened_by) == (member, officer)
    missing = client.post("/tickets/new", data={**whole, "for_member": ""})
    assert "Say which member" in missing.text


def test_confidential_says_who_will_read_it(paint, desk, manager, staff, browser):
    desk["helpdesk"].cleared.append(manager)
    client = browser(staff)
    whole = {**ABOUT, **MORE, "type": paint.id, "confidential": "y"}
    address = client.post("/tickets/new", data=whole).headers["Location"]
    check_page = client.post(address, data={**whole, "q-colour": "Blue"}).headers["Location"]
    assert "Morgan Okafor, who is cleared for the Helpdesk queue" in client.get(check_page).text


def test_a_password_is_given_out_only_after_a_check(password, asked_for, agent, member):
    ticket = asked_for(password)
    with pytest.raises(NotYet, match="who they say they are"):
        resolve(ticket, Resolution.FIXED, "A new one", by=agent)
    member.phone = "01257 555123"
    check_identity(ticket, Proof.RANG, by=agent)
    resolve(ticket, Resolution.FIXED, "A new one", by=agent)
    assert ticket.status is Status.RESOLVED


def test_a_number_changed_today_proves_nothing(password, asked_for, agent, member):
    ticket = asked_for(password)
    with pytest.raises(NoNumberHeld):
        check_identity(ticket, Proof.RANG, by=agent)
    change_person(member, agent, phone="07700 900000")
    with pytest.raises(ChangedToday):
        check_identity(ticket, Proof.RANG, by=agent)
    with clock.at(clock.now() + timedelta(days=1, minutes=1)):
        check_identity(ticket, Proof.RANG, by=agent)


def test_who_confirmed_is_named_and_nobody_vouches_for_themself(password, asked_for, agent, member):
    ticket = asked_for(password)
    with pytest.raises(WhoConfirmed):
        check_identity(ticket, Proof.MANAGER, by=agent)
    with pytest.raises(OwnWord):
        check_identity(ticket, Proof.MANAGER, by=agent, detail="cllr pat ashcroft")
    own = asked_for(password, requester=agent)
    with pytest.raises(OwnWord):
        check_identity(own, Proof.SEEN, by=agent)


def test_the_ticket_page_asks_for_the_check_and_shows_it(password, asked_for, agent, member, browser):
    ticket, client = asked_for(password), browser(agent)
    address = f"/tickets/{ticket.reference}"
    assert "Identity not checked" in client.get(address).text
    wrong = client.post(f"{address}/identity", data={"proof": "manager confirmed"})
    assert "Say who confirmed it" in wrong.text
    client.post(f"{address}/identity", data={"proof": "manager confirmed", "detail": "Jo Hart"})
    page = client.get(address).text
    assert "Identity checked: manager confirmed (Jo Hart)" in page
    assert "checked who the requester is" in page
    assert "Jo Hart" not in browser(member).get(address).text
    assert list(db.session.scalars(visible_tickets(member))) == [ticket]
