"""Tasks on the pages of the desk."""

import pytest

from ictsupport.tickets.tasks.checklists import save_checklist
from ictsupport.tickets.tasks.doing import add_task
from ictsupport.tickets.tasks.models import Checklist


def test_a_task_is_added_ticked_changed_and_removed_by_page(ticket, agent, browser):
    client, here = browser(agent), f"/tickets/{ticket.reference}"
    assert f"{here}/tasks" in client.get(here).text
    typed = {"what": "Order the SIM", "assignee": str(agent.id), "needed": "y"}
    client.post(f"{here}/tasks", data={**typed, "due_on": "2026-11-30"})
    (task,) = ticket.tasks
    assert (task.what, task.assignee, task.needed) == ("Order the SIM", agent, True)
    page = client.get(here).text
    assert "0 of 1 done" in page
    assert "Before resolving" in page
    assert "added a task" in page
    gone = client.post(f"{here}/tasks/{task.id}/tick", data={"from": "ticket"})
    assert gone.location == here
    assert "1 of 1 done" in client.get(here).text
    client.post(f"{here}/tasks/{task.id}/unticking")
    assert not task.is_done
    assert 'value="Order the SIM"' in client.get(f"{here}/tasks/{task.id}").text
    version = str(task.version)
    client.post(f"{here}/tasks/{task.id}", data={"what": "Order two SIMs", "version": version})
    assert (task.what, task.assignee, task.needed) == ("Order two SIMs", None, False)
    stale = client.post(f"{here}/tasks/{task.id}", data={"what": "Order three", "version": version})
    assert stale.status_code == 422
    assert "Order two SIMs" in stale.text
    assert 'value="Order three"' in stale.text
    client.post(f"{here}/tasks/{task.id}/removal")
    assert ticket.tasks == []


def test_what_is_wrong_is_said_and_what_was_typed_is_kept(ticket, agent, browser):
    client = browser(agent)
    answer = client.post(f"/tickets/{ticket.reference}/tasks", data={"what": "", "due_on-day": "31"})
    assert answer.status_code == 422
    assert "Say what is to be done" in answer.text
    assert 'value="31"' in answer.text
    assert client.post(f"/tickets/{ticket.reference}/checklist", data={}).status_code == 422


def test_a_checklist_is_put_on_by_page(ticket, agent, browser):
    starter = save_checklist(Checklist(), name="New starter", items="* Account\nDesk", by=None)
    client, here = browser(agent), f"/tickets/{ticket.reference}"
    assert "New starter" in client.get(f"{here}/tasks").text
    client.post(f"{here}/checklist", data={"checklist": str(starter.id)})
    assert [(task.what, task.needed) for task in ticket.tasks] == [("Account", True), ("Desk", False)]


def test_a_task_of_another_ticket_is_not_there(ticket, make_ticket, agent, browser):
    task = add_task(make_ticket(), "Elsewhere", by=agent)
    assert browser(agent).get(f"/tickets/{ticket.reference}/tasks/{task.id}").status_code == 404


def test_the_requester_sees_nothing_of_it(ticket, agent, staff, browser):
    add_task(ticket, "Ring their manager", by=agent)
    assert "Ring their manager" not in browser(staff).get(f"/tickets/{ticket.reference}").text


def test_own_tasks_are_on_the_page_of_the_day_and_on_their_own(ticket, agent, browser):
    task = add_task(ticket, "Order the SIM", by=agent, assignee=agent)
    client = browser(agent)
    assert "Order the SIM" in client.get("/today").text
    assert "Order the SIM" in client.get("/tickets/tasks").text
    assert "Nothing to do here" in client.get("/tickets/tasks?view=overdue").text
    client.post(f"/tickets/{ticket.reference}/tasks/{task.id}/tick", data={"from": "mine"})
    client.get("/tickets/tasks")  # says what was done
    assert "Order the SIM" not in client.get("/tickets/tasks").text


@pytest.mark.parametrize("address", ["/tickets/tasks", "/tickets/{}/tasks", "/tickets/{}", "/today"])
def test_pages_cost_the_same_however_many_there_are(address, make_ticket, agent, browser, count_queries):
    spent = []
    for many in (1, 25):
        ticket = make_ticket()
        for number in range(many):
            add_task(ticket, f"Task {number}", by=agent, assignee=agent)
        client = browser(agent)
        with count_queries() as queries:
            assert client.get(address.format(ticket.reference)).status_code == 200
        spent.append(len(queries))
    assert spent[0] == spent[1] <= 10, "\n".join(queries)
