"""Checklists: kept in settings, put onto tickets by hand or by the request type that names them."""

import pytest
from sqlalchemy import select

from ictsupport.database import db
from ictsupport.tickets.models import Channel
from ictsupport.tickets.raising import raise_ticket
from ictsupport.tickets.request_types.keeping import add_type
from ictsupport.tickets.request_types.offering import Filled
from ictsupport.tickets.setting_up.access import NotYoursToSet
from ictsupport.tickets.tasks.checklists import (
    ChangedBefore,
    IsRetired,
    NameTaken,
    NoItems,
    put_on,
    retire_checklist,
    save_checklist,
)
from ictsupport.tickets.tasks.models import Checklist

ITEMS = "* Make the account\n\n  Order a desk \n*Send the welcome letter"


@pytest.fixture
def starter(desk, manager):
    return save_checklist(Checklist(), name="New starter", items=ITEMS, by=manager)


def test_each_line_is_a_task_and_a_star_says_that_it_is_needed(starter, ticket, agent):
    put_on(ticket, starter, by=agent)
    assert [(task.what, task.needed) for task in ticket.tasks] == [
        ("Make the account", True),
        ("Order a desk", False),
        ("Send the welcome letter", True),
    ]


def test_what_a_request_type_names_is_put_on_by_itself(starter, staff):
    def raised(checklist):
        type_ = add_type(name=f"Type {checklist}", by=None, questions=[], checklist=checklist)
        return raise_ticket(
            requester=staff,
            subject="A new starter",
            description="",
            by=staff,
            channel=Channel.SELF_SERVICE,
            filled=Filled(type_.form, []),
            category=type_.name,
        )

    assert len(raised("new STARTER").tasks) == 3
    assert raised("Unheard of").tasks == []
    retire_checklist(starter, by=None)
    assert raised("New starter").tasks == []


def test_names_are_taken_once_and_an_empty_list_is_none(starter, manager, agent):
    with pytest.raises(NameTaken):
        save_checklist(Checklist(), name="new starter", items="One", by=manager)
    with pytest.raises(NoItems):
        save_checklist(Checklist(), name="Leaver", items=" \n*\n", by=manager)
    with pytest.raises(NotYoursToSet):
        save_checklist(starter, name="Mine", items="One", by=agent)
    save_checklist(starter, name="New starter", items="One", by=manager, seen=1)
    with pytest.raises(ChangedBefore):
        save_checklist(starter, name="New starter", items="Two", by=manager, seen=1)


def test_what_is_retired_is_put_on_no_more(starter, ticket, manager):
    retire_checklist(starter, by=manager)
    with pytest.raises(IsRetired):
        put_on(ticket, starter, by=manager)
    retire_checklist(starter, by=manager, back=True)
    assert put_on(ticket, starter, by=manager)


def test_a_manager_keeps_them_by_page(desk, manager, browser):
    client = browser(manager)
    assert "No checklists yet" in client.get("/settings/checklists").text
    assert client.post("/settings/checklists/new", data={"name": "Leaver", "items": "*"}).status_code == 422
    client.post("/settings/checklists/new", data={"name": "Leaver", "items": "* Collect the iPad\nWipe it"})
    row = db.session.scalars(select(Checklist)).one()
    assert "Collect the iPad; Wipe it" in client.get("/settings/checklists").text
    here = f"/settings/checklists/{row.id}"
    assert "* Collect the iPad" in client.get(here).text
    client.post(here, data={"name": "Leaver", "items": "Wipe it", "version": "1"})
    assert row.items == [{"what": "Wipe it", "needed": False}]
    assert client.post(here, data={"name": "L", "items": "x", "version": "1"}).status_code == 422
    client.post(f"{here}/retirement")
    assert "Retired" in client.get("/settings/checklists").text
