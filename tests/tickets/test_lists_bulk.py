"""One act upon many tickets: each by its own rules, all in one transaction, seen beforehand, told afterwards."""

import re

import pytest
from sqlalchemy import func, select

from ictsupport import jobs
from ictsupport.database import db
from ictsupport.journal import Entry, Subject
from ictsupport.mail.models import Outgoing
from ictsupport.tickets.lists import bulk
from ictsupport.tickets.lists.models import BulkRun
from ictsupport.tickets.models import Resolution, Status
from ictsupport.tickets.resolving import resolve
from ictsupport.tickets.triage import assign

FIELDS = {
    "assign": {"assignee": "{agent}"},
    "move": {"queue": "{queue}"},
    "priority": {"priority": "2", "reason": "The whole floor"},
    "tag": {"names": "payroll, floor 2"},
    "work": {},
    "triage": {},
    "hold": {"reason": "awaiting supplier"},
    "resolve": {"resolution": "fixed", "notes": "New switch"},
    "cancel": {"reason": "Not needed"},
}
AFTER = {
    "assign": lambda ticket: ticket.assignee is not None,
    "move": lambda ticket: ticket.queue.slug == "business-systems",
    "priority": lambda ticket: ticket.priority == 2,
    "tag": lambda ticket: {tag.name for tag in ticket.tags} == {"payroll", "floor 2"},
    "work": lambda ticket: ticket.status is Status.IN_PROGRESS,
    "triage": lambda ticket: ticket.status is Status.NEW,
    "hold": lambda ticket: ticket.status is Status.ON_HOLD,
    "resolve": lambda ticket: ticket.status is Status.RESOLVED,
    "cancel": lambda ticket: ticket.status is Status.CANCELLED,
}


def fields_of(key, agent, desk):
    words = {"agent": agent.id, "queue": desk["business"].id}
    return {name: [value.format(**words)] for name, value in FIELDS[key].items()}


def seen(*tickets):
    return [(ticket.id, ticket.version) for ticket in tickets]


def written(*tickets):
    return " ".join(f"{ticket.id}.{ticket.version}" for ticket in tickets)


def states(run):
    return [state for _id, state, _why in run.outcomes]


def test_every_act_is_tried_here():
    assert set(FIELDS) <= {act.key for act in bulk.acts()}


@pytest.mark.parametrize("key", FIELDS)
def test_each_act_does_to_every_ticket_what_its_verb_does(key, make_ticket, agent, manager, desk):
    first, second = make_ticket(), make_ticket()
    if key == "triage":
        for ticket in (first, second):
            assign(ticket, agent, by=manager)
    run = bulk.begin(bulk.act_called(key), fields_of(key, agent, desk), seen(first, second), by=manager)
    assert states(run) == ["changed", "changed"], run.outcomes
    assert run.done_at is not None
    db.session.expire_all()
    assert AFTER[key](first)
    assert AFTER[key](second)


@pytest.mark.parametrize("key", FIELDS)
def test_a_rehearsal_says_what_would_change_and_changes_nothing(
    key, make_ticket, agent, manager, desk, outbox
):
    open_one, done = make_ticket(), make_ticket()
    if key == "triage":
        assign(open_one, agent, by=manager)
    resolve(done, Resolution.FIXED, "Cable", by=agent)
    act, chosen = bulk.act_called(key), seen(open_one, done)
    db.session.commit()
    before, entries = outbox(), db.session.scalar(select(func.count(Entry.id)))
    form = act.filled(fields_of(key, agent, desk), manager)
    assert form.validate()
    outcomes = bulk.rehearse(act, form, chosen, by=manager)
    if key != "tag":  # a tag may be put on whatever is finished
        assert [one.state for one in outcomes] == ["changed", "refused"]
        assert "resolved" in outcomes[1].words
    assert outcomes[0].words
    assert outbox() == before
    assert db.session.scalar(select(func.count(Entry.id))) == entries
    db.session.refresh(open_one)
    assert open_one.version == chosen[0][1]
    assert open_one.status is (Status.IN_PROGRESS if key == "triage" else Status.NEW)


def test_each_ticket_gets_its_own_entry_with_the_number_of_the_act(make_ticket, agent, manager, desk):
    tickets = [make_ticket() for _ in range(3)]
    run = bulk.begin(bulk.act_called("assign"), fields_of("assign", agent, desk), seen(*tickets), by=manager)
    entries = db.session.scalars(select(Entry).where(Entry.kind == "tickets.TicketAssigned")).all()
    assert [entry.data["bulk"] for entry in entries] == [run.id] * 3
    assign(make_ticket(), agent, by=manager)
    last = db.session.scalars(select(Entry).order_by(Entry.id.desc())).first()
    assert "bulk" not in last.data


def test_what_is_refused_stays_as_it_was_and_the_others_go_on(make_ticket, agent, manager, desk):
    first, done, last = make_ticket(), make_ticket(), make_ticket()
    resolve(done, Resolution.FIXED, "Cable", by=agent)
    run = bulk.begin(
        bulk.act_called("assign"), fields_of("assign", agent, desk), seen(first, done, last), by=manager
    )
    assert states(run) == ["changed", "refused", "changed"]
    assert "resolved" in run.outcomes[1][2]
    assert (first.assignee, done.assignee, last.assignee) == (agent, None, agent)


def test_whoever_goes_on_after_one_is_refused_is_changed_and_told_of_once(make_ticket, agent, manager, desk):
    first, done, last = make_ticket(), make_ticket(), make_ticket()
    resolve(done, Resolution.FIXED, "Cable", by=agent)
    versions = {ticket: ticket.version for ticket in (first, done, last)}
    before = db.session.scalar(select(func.max(Outgoing.id))) or 0
    bulk.begin(
        bulk.act_called("assign"), fields_of("assign", agent, desk), seen(first, done, last), by=manager
    )
    db.session.commit()
    told = (
        select(Subject.subject_id)
        .join(Entry)
        .where(Entry.kind == "tickets.TicketAssigned", Subject.kind == "ticket")
    )
    assert sorted(db.session.scalars(told)) == [first.id, last.id]
    mails = select(Outgoing.about_id).where(Outgoing.id > before)
    assert sorted(db.session.scalars(mails)) == [first.id, last.id]
    assert {ticket: ticket.version - was for ticket, was in versions.items()} == {first: 1, done: 0, last: 1}


def test_what_somebody_changed_meanwhile_is_left_to_them(make_ticket, agent, manager, desk):
    ticket, other = make_ticket(), make_ticket()
    chosen = seen(ticket, other)
    assign(ticket, manager, by=manager)
    run = bulk.begin(bulk.act_called("assign"), fields_of("assign", agent, desk), chosen, by=agent)
    assert states(run) == ["refused", "changed"]
    assert "while you had the page open" in run.outcomes[0][2]
    assert ticket.assignee is manager


def test_a_confidential_ticket_is_not_there_for_somebody_not_cleared(
    make_ticket, agent, manager, desk, browser
):
    secret = make_ticket(confidential=True, subject="Grievance")
    desk["helpdesk"].cleared.append(manager)
    run = bulk.begin(bulk.act_called("assign"), fields_of("assign", agent, desk), seen(secret), by=agent)
    assert run.outcomes == [[secret.id, "refused", bulk.NotThere.reason]]
    client = browser(agent)
    for page in (
        client.get(f"/tickets/bulk?ticket={secret.reference}"),
        client.get("/tickets/bulk?all=1&list="),
        client.post("/tickets/bulk", data={"act": "tag", "names": "x", "chosen": written(secret)}),
        client.get(f"/tickets/bulk/{run.id}"),
    ):
        assert "Grievance" not in page.text
        assert secret.reference not in page.text


def test_no_more_than_can_be_done_are_taken(make_ticket, agent, desk, monkeypatch):
    monkeypatch.setattr(bulk, "MOST", 1)
    with pytest.raises(bulk.TooManyChosen):
        bulk.begin(bulk.act_called("assign"), {}, seen(make_ticket(), make_ticket()), by=agent)
    with pytest.raises(bulk.NobodyChosen):
        bulk.begin(bulk.act_called("assign"), {}, [], by=agent)


def test_many_are_done_by_the_worker_a_part_at_a_time(make_ticket, agent, manager, desk, monkeypatch):
    monkeypatch.setattr(bulk, "AT_ONCE", 2)
    tickets = [make_ticket() for _ in range(5)]
    run = bulk.begin(bulk.act_called("assign"), fields_of("assign", agent, desk), seen(*tickets), by=manager)
    assert run.outcomes == []
    db.session.commit()
    jobs.run_all()
    db.session.refresh(run)
    assert run.done_at is not None
    assert states(run) == ["changed"] * 5


def test_somebody_who_left_meanwhile_changes_nothing(make_ticket, agent, manager, desk, monkeypatch):
    monkeypatch.setattr(bulk, "AT_ONCE", 1)
    tickets = [make_ticket() for _ in range(2)]
    run = bulk.begin(bulk.act_called("assign"), fields_of("assign", agent, desk), seen(*tickets), by=manager)
    for grant in manager.grants:
        grant.ended_at = run.at
    db.session.commit()
    jobs.run_all()
    db.session.refresh(run)
    assert states(run) == ["refused"] * 2


def test_from_the_ticks_to_the_list_again(make_ticket, agent, manager, desk, browser):
    first, second = make_ticket(), make_ticket()
    client = browser(manager)
    page = client.get("/tickets?priority=4").text
    assert f'name="ticket" value="{first.reference}" form="bulk"' in page
    asked = client.get(
        "/tickets/bulk",
        query_string={"act": "assign", "ticket": [first.reference, second.reference], "list": "?priority=4"},
    ).text
    assert "Assign: 2 tickets" in asked
    data = {
        "act": "assign",
        "chosen": written(first, second),
        "list": "?priority=4",
        "assignee": str(agent.id),
    }
    preview = client.post("/tickets/bulk", data=data).text
    assert "agent: none → Asha Iqbal" in preview
    key = re.search(r'name="once" value="([^"]+)"', preview)[1]
    for _press in range(2):
        done = client.post("/tickets/bulk", data=data | {"step": "do", "once": key})
        assert done.status_code == 303
        assert done.location.endswith("/tickets?priority=4")
    assert db.session.scalar(select(func.count(BulkRun.id))) == 1
    db.session.refresh(first)
    assert first.assignee_id == agent.id


def test_what_was_refused_is_told_on_a_page_of_its_own(
    make_ticket, agent, manager, desk, browser, make_person, council
):
    ticket, done = make_ticket(), make_ticket()
    resolve(done, Resolution.FIXED, "Cable", by=agent)
    client = browser(manager)
    data = {"act": "assign", "chosen": written(ticket, done), "assignee": str(agent.id), "step": "do"}
    page = client.post("/tickets/bulk", data=data, follow_redirects=True).text
    assert "Stayed as they were" in page
    assert done.reference in page
    run = db.session.scalars(select(BulkRun)).one()
    assert browser(agent).get(f"/tickets/bulk/{run.id}").status_code == 404


def test_a_form_that_is_not_filled_in_comes_back_with_the_tickets(make_ticket, agent, desk, browser):
    ticket = make_ticket()
    page = browser(agent).post(
        "/tickets/bulk", data={"act": "resolve", "chosen": written(ticket), "notes": "New switch"}
    )
    assert page.status_code == 422
    assert "Say how it ended" in page.text
    assert "New switch" in page.text
    assert written(ticket) in page.text


@pytest.mark.parametrize(
    "data",
    [
        {},
        {"act": "nonsense"},
        {"chosen": "x.y 9999999999.1 -1.2"},
        {"chosen": "999999.1"},
        {"list": "?after=%00"},
    ],
)
def test_whatever_is_sent_there_is_a_page(data, agent, desk, browser):
    client = browser(agent)
    assert client.post("/tickets/bulk", data={"act": "tag", "names": "x"} | data).status_code in (200, 422)
    assert client.get("/tickets/bulk", query_string=data | {"ticket": "\x00"}).status_code == 200


def test_a_hundred_cost_few_statements_each(make_ticket, agent, manager, desk, count_queries):
    spent = []
    for number in (5, 25):
        tickets = [make_ticket() for _ in range(number)]
        db.session.commit()
        db.session.expire_all()
        chosen = [(ticket.id, None) for ticket in tickets]
        with count_queries() as queries:
            bulk.begin(bulk.act_called("assign"), fields_of("assign", agent, desk), chosen, by=manager)
        spent.append(len(queries))
    each = (spent[1] - spent[0]) / 20
    assert each <= 5, (each, queries[-40:])
