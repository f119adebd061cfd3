"""Who may see and do what with tickets."""

from datetime import date
from typing import Any

import pytest
import sqlalchemy as sa

from ictsupport import clock
from ictsupport.database import db
from ictsupport.journal.queries import entries_about
from ictsupport.people.models import DelegateScope, Delegation, Grant, Role
from ictsupport.people.scopes import Scope, scoped_to
from ictsupport.tickets.access import (
    may_raise_for,
    may_reply,
    may_see,
    may_work,
    note_reading,
    visible_attachments,
    visible_messages,
    visible_tickets,
    workable,
)
from ictsupport.tickets.models import Queue, Ticket
from ictsupport.tickets.replying import note, reply

from ..cast import keep


def seen_by(person):
    return set(db.session.scalars(visible_tickets(person)))


@pytest.fixture
def grant(member, staff):
    """grant(DelegateScope.VIEW) lets staff act for the member."""

    def make(*scopes, **dates):
        starts_on = dates.pop("starts_on", date(2026, 1, 1))
        return keep(
            Delegation(
                member=member,
                delegate=staff,
                scopes=[each.value for each in scopes],
                starts_on=starts_on,
                **dates,
            )
        )

    return make


def test_everybody_sees_their_own(make_ticket, staff, member, other_staff):
    mine, theirs = make_ticket(), make_ticket(requester=member)
    assert seen_by(staff) == {mine}
    assert seen_by(member) == {theirs}
    assert seen_by(other_staff) == set()


def test_the_desk_sees_what_its_roles_reach(make_ticket, other_council, make_person, agent, other_staff):
    ours, theirs, shared = make_ticket(), make_ticket(requester=other_staff), make_ticket(council=None)
    local = make_person("Eve Marsh", other_council)
    local.grants.append(Grant(role=Role.AGENT, **scoped_to(other_council)))
    assert seen_by(agent) == {ours, theirs, shared}
    assert seen_by(local) == {theirs, shared}
    assert [may_work(local, each) for each in (ours, theirs, shared)] == [False, True, True]


@pytest.mark.parametrize("role", sorted(set(Role) - {Role.AGENT, Role.MANAGER}, key=lambda role: role.value))
def test_no_other_role_shows_anybody_a_ticket(role, ticket, make_person, council):
    person = make_person("Alex Grundy", council, roles=(role,))
    assert seen_by(person) == set()
    assert not may_work(person, ticket)


def test_a_delegate_sees_as_far_as_the_grant_goes(make_ticket, grant, member, staff):
    plain, secret = make_ticket(requester=member), make_ticket(requester=member, confidential=True)
    assert seen_by(staff) == set()
    given = grant(DelegateScope.RAISE)
    assert seen_by(staff) == set()
    given.scopes = ["view"]
    assert seen_by(staff) == {plain}
    assert not may_reply(staff, plain)
    given.scopes = ["view", "raise", "confidential"]
    assert seen_by(staff) == {plain, secret}
    assert may_reply(staff, secret)


def test_ending_the_grant_hides_things_at_once(make_ticket, grant, member, staff):
    ticket = make_ticket(requester=member, by=staff)
    given = grant(DelegateScope.RAISE, DelegateScope.VIEW)
    assert seen_by(staff) == {ticket}
    given.ends_on = date(2026, 11, 17)
    assert seen_by(staff) == set()
    assert not may_raise_for(staff, member)


def test_whom_it_affects_and_who_watches_may_read_but_not_write(ticket, member, rival):
    ticket.affected.append(member)
    ticket.watchers.append(rival)
    for person in (member, rival):
        assert seen_by(person) == {ticket}
        assert not may_reply(person, ticket)


def test_confidential_is_for_the_requester_and_the_cleared_of_its_queue(
    make_ticket, staff, agent, manager, member, desk: dict[str, Queue]
):
    ticket = make_ticket(confidential=True)
    ticket.watchers.append(member)
    desk["helpdesk"].cleared.append(manager)
    assert seen_by(staff) == seen_by(manager) == {ticket}
    assert seen_by(agent) == seen_by(member) == set()
    assert (may_work(manager, ticket), may_work(agent, ticket)) == (True, False)
    ticket.queue = desk["business"]
    db.session.flush()
    assert not may_see(manager, ticket)


def test_reading_a_confidential_ticket_is_written_down(make_ticket, staff, manager):
    ticket = make_ticket(confidential=True)
    note_reading(ticket, staff)
    note_reading(ticket, manager)
    readings = [each.by_id for each in entries_about(ticket) if each.kind == "tickets.TicketRead"]
    assert readings == [manager.id]


def test_notes_and_their_files_are_for_the_desk(ticket, agent, staff, upload):
    note(ticket, "The switch", by=agent, files=[upload("log.txt", b"link down")])
    reply(ticket, "On it", by=agent, files=[upload("how.txt", b"turn it off")])
    assert [each.body for each in db.session.scalars(visible_messages(staff, ticket))] == ["On it"]
    assert [each.name for each in db.session.scalars(visible_attachments(staff, ticket))] == ["how.txt"]
    assert len(db.session.scalars(visible_attachments(agent, ticket)).all()) == 2


def test_who_may_ask_for_help_in_anothers_name(member, staff, agent, make_person, council):
    clerk = make_person("Dem Services", council, roles=(Role.DEMOCRATIC_SERVICES,))
    assert may_raise_for(staff, staff)
    assert may_raise_for(agent, member)
    assert may_raise_for(clerk, member)
    assert not may_raise_for(clerk, staff)
    assert not may_raise_for(staff, member)


def test_whoever_loses_a_role_sees_less_at_once(context, agent, make_ticket):
    ticket = make_ticket()

    def seen() -> Any:
        return db.session.scalar(sa.select(Ticket.id).where(Ticket.id == ticket.id, workable(agent)))

    assert seen() == ticket.id
    agent.grants[0].ended_at = clock.now()
    assert seen() is None
    agent.grants[0].ended_at, agent.grants[0].scope = None, Scope.ALL
    assert seen() == ticket.id
