"""Tasks on a ticket: added, ticked off, changed, removed; needed ones are done before it is resolved."""

from datetime import date

import pytest

from ictsupport.database import db
from ictsupport.journal.queries import entries_about
from ictsupport.tickets.models import Resolution, Status
from ictsupport.tickets.parts import NotYet
from ictsupport.tickets.related.merging import merge
from ictsupport.tickets.resolving import close, resolve
from ictsupport.tickets.tasks.doing import (
    MOST,
    TaskChangedMeanwhile,
    TooManyTasks,
    add_task,
    change_task,
    remove_task,
    tick,
    untick,
)
from ictsupport.tickets.tasks.models import Task
from ictsupport.tickets.tasks.queries import open_tasks
from ictsupport.tickets.texts import NothingSaid
from ictsupport.tickets.triage import CannotWork
from ictsupport.tickets.versions import MergedAway

TODAY = date(2026, 11, 18)


def kinds(ticket):
    return [entry.kind.removeprefix("tickets.") for entry in entries_about(ticket)]


def test_what_is_needed_must_be_done_before_it_is_resolved_and_what_is_not_need_not(ticket, agent):
    sim = add_task(ticket, "Order the SIM", by=agent, needed=True)
    letter = add_task(ticket, "Print the letter", by=agent, needed=True)
    add_task(ticket, "Tidy up", by=agent)
    with pytest.raises(NotYet, match=r"2 tasks must be done first: Order the SIM; Print the letter\."):
        resolve(ticket, Resolution.FIXED, "Done", by=agent)
    tick(sim, by=agent)
    with pytest.raises(NotYet, match=r"One task must be done first: Print the letter\."):
        resolve(ticket, Resolution.FIXED, "Done", by=agent)
    tick(letter, by=agent)
    resolve(ticket, Resolution.FIXED, "Done", by=agent)
    assert ticket.status is Status.RESOLVED


def test_ticking_names_who_did_it_first_and_can_be_taken_back(ticket, agent, manager):
    task = add_task(ticket, "Order the SIM", by=agent)
    tick(task, by=agent)
    tick(task, by=manager)
    assert (task.done_by, task.is_done) == (agent, True)
    untick(task, by=manager)
    assert (task.done_by, task.is_done) == (None, False)
    assert kinds(ticket)[1:] == ["TaskAdded", "TaskDone", "TaskUndone"]


def test_a_removed_task_stands_in_the_journal(ticket, agent):
    remove_task(add_task(ticket, "Order the SIM", by=agent), by=agent)
    assert ticket.tasks == []
    assert (kinds(ticket)[-1], entries_about(ticket)[-1].data["reason"]) == ("TaskRemoved", "Order the SIM")


def test_two_who_change_the_same_task_are_told_of_each_other(ticket, agent, manager):
    task = add_task(ticket, "Order the SIM", by=agent)
    wanted = {"assignee": agent, "due_on": TODAY, "needed": True}
    change_task(task, what="Order a SIM", by=agent, seen=1, **wanted)
    changes = entries_about(ticket)[-1].data["changes"]
    assert changes["task_assignee"] == ["nobody", agent.name]
    assert changes["task_due_on"] == ["nothing", "18 November 2026"]
    with pytest.raises(TaskChangedMeanwhile, match="Order a SIM"):
        change_task(task, what="Order two", by=manager, seen=1, **wanted)
    change_task(task, what="Order two", by=manager, seen=task.version, **wanted)
    assert task.what == "Order two"


def test_a_task_is_for_somebody_who_works_on_the_ticket_and_says_something(make_ticket, agent, staff):
    ticket = make_ticket(confidential=True)
    for person in (staff, agent):
        with pytest.raises(CannotWork):
            add_task(ticket, "Order the SIM", by=None, assignee=person)
    with pytest.raises(NothingSaid):
        add_task(ticket, " \n ", by=None)


def test_a_ticket_has_room_for_so_many_and_no_more(ticket):
    db.session.add_all(Task(ticket_id=ticket.id, place=at, what="Again") for at in range(MOST))
    with pytest.raises(TooManyTasks):
        add_task(ticket, "Once more", by=None)


def test_what_is_merged_away_keeps_its_tasks_and_gets_none(ticket, make_ticket, agent):
    task = add_task(ticket, "Order the SIM", by=agent)
    merge(make_ticket(), [ticket], by=agent)
    for act in (lambda: tick(task, by=agent), lambda: add_task(ticket, "More", by=agent)):
        with pytest.raises(MergedAway):
            act()


def test_a_resolved_ticket_may_get_one(ticket, agent):
    resolve(ticket, Resolution.FIXED, "Done", by=agent)
    assert add_task(ticket, "Ring them: they were not content", by=None).place == 1


def test_lists_show_what_is_open_soonest_first_and_nothing_confidential(make_ticket, agent, manager):
    ticket, secret, over = make_ticket(), make_ticket(confidential=True), make_ticket()
    ticket.queue.cleared.append(manager)
    for what, due_on in (("Some day", None), ("Late", date(2026, 1, 2)), ("Today", TODAY)):
        add_task(ticket, what, by=agent, assignee=agent, due_on=due_on)
    tick(add_task(ticket, "Gone", by=agent, assignee=agent), by=agent)
    add_task(ticket, "Nobody's", by=agent)
    add_task(secret, "Secret", by=manager, assignee=manager)
    add_task(over, "Over", by=agent, assignee=agent)
    resolve(over, Resolution.FIXED, "Done", by=agent)
    close(over)

    def listed(person, view):
        return [row.what for row in open_tasks(person, view)]

    assert listed(agent, "mine") == ["Late", "Today", "Some day"]
    assert listed(agent, "overdue") == ["Late"]
    assert listed(agent, "due") == ["Late", "Today"]
    assert listed(agent, "nobody") == ["Nobody's"]
    assert "Secret" not in listed(agent, "all")
    assert "Secret" in listed(manager, "all")
