"""Checklists: kept in settings, put onto tickets by hand or by the request type that names them."""

import re

import pytest
from sqlalchemy import select

from ictsupport.database import db
from ictsupport.tickets.models import Channel
from ictsupport.tickets.raising import raise_ticket
from ictsupport.tickets.request_types.keeping import add_type
from ictsupport.tickets.request_types.offering import Filled
from ictsupport.tickets.setting_up.access import NotYoursToSet
from ictsupport.tickets.tasks.checklists import (
    IsRetired,
    NameTaken,
    NoItems,
    as_typed,
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


def test_what_is_retired_is_put_on_no_more(starter, ticket, manager):
    retire_checklist(starter, by=manager)
    with pytest.raises(IsRetired):
        put_on(ticket, starter, by=manager)
    retire_checklist(starter, by=manager, back=True)
    assert put_on(ticket, starter, by=manager)


def test_the_request_types_that_name_it_go_on_putting_it_on_under_its_new_name(starter, manager):
    type_ = add_type(name="Somebody new", by=None, questions=[], checklist="New starter")
    save_checklist(starter, name="Joiner", items="One", by=manager)
    assert type_.checklist == "Joiner"


def test_a_manager_looks_first_and_keeps_them_by_page(desk, manager, browser):
    client = browser(manager)
    new = "/settings/checklists/new"

    def marks(page):
        return dict(re.findall(r'<input[^>]*name="(stamp|seen)"[^>]*value="([^"]*)"', page))

    def send(address, marked, status=200, **typed):
        answer = client.post(address, data={**marked, **typed})
        assert answer.status_code == status
        return answer.text

    assert "No checklists yet" in client.get("/settings/checklists").text
    opened = marks(client.get(new).text)
    send(new, opened, 422, name="Leaver", items="*")
    shown = send(new, opened, name="Leaver", items="* Collect the iPad\nWipe it")
    assert "Nothing has been saved yet" in shown
    assert not db.session.scalars(select(Checklist)).all()
    send(new, marks(shown), 303, name="Leaver", items="* Collect the iPad\nWipe it")
    row = db.session.scalars(select(Checklist)).one()
    assert "Collect the iPad; Wipe it" in client.get("/settings/checklists").text

    add_type(name="Somebody goes", by=None, questions=[], checklist="Leaver")
    here = f"/settings/checklists/{row.id}"
    page = client.get(here).text
    assert "* Collect the iPad" in page
    shown = send(here, marks(page), name="Leaver", items="Wipe it")
    for told in (
        "keep them as they are",
        "of these types get it by themselves: Somebody goes",
        "Must be done",
    ):
        assert told in shown
    assert "Nothing would be different" in send(here, marks(page), name="Leaver", items=as_typed(row.items))
    send(here, marks(shown), 303, name="Leaver", items="Wipe it")
    assert row.items == [{"what": "Wipe it", "needed": False}]
    assert "Somebody else changed this" in send(here, marks(shown), 422, name="L", items="x")
    client.post(f"{here}/retirement")
    assert "Retired" in client.get("/settings/checklists").text
