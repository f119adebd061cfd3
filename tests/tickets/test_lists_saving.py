"""Views saved under a name: what they keep, who sees them, who may change them, what they count."""

import re
from datetime import timedelta

import pytest
from sqlalchemy import select, update
from werkzeug.datastructures import MultiDict

from ictsupport.database import db
from ictsupport.people.models import Grant, Membership, Role
from ictsupport.people.scopes import scoped_to
from ictsupport.tickets.holding import hold
from ictsupport.tickets.lists import saving, worklists
from ictsupport.tickets.lists.columns import USUAL
from ictsupport.tickets.lists.filtering import Wish
from ictsupport.tickets.lists.models import SavedView
from ictsupport.tickets.lists.own import own_lists
from ictsupport.tickets.lists.standing import VIEWS, stuck_since
from ictsupport.tickets.models import HoldReason, Ticket
from ictsupport.tickets.tagging import tag
from ictsupport.tickets.triage import assign

from ..conftest import NOW


def save(person, name="Urgent", queue=None, columns=USUAL, **args):
    return saving.save_view(name, Wish.read(MultiDict(args), person), columns, by=person, queue=queue)


def names(person):
    return [view.name for view in own_lists(person).saved]


@pytest.fixture
def stranger(make_person, council):
    """An agent who is in no team."""
    return make_person("Sam Stranger", council, roles=(Role.AGENT,))


def test_a_view_keeps_filters_words_order_and_columns(make_ticket, agent):
    view = save(agent, priority="4", q="telephone", sort="-opened", columns=["status"])
    wish = Wish.of(view, agent)
    assert (wish.values, wish.typed, wish.sort) == ({"priority": ["4"]}, "telephone", "-opened")
    assert own_lists(agent).columns_for(wish) == ["status"]
    ticket = make_ticket()
    assert [row.reference for row in worklists.work_list(wish, None).rows] == [ticket.reference]


def test_me_in_a_shared_view_is_whoever_looks(make_ticket, desk, agent, manager):
    mine, theirs = make_ticket(), make_ticket()
    assign(mine, agent, by=manager)
    assign(theirs, manager, by=manager)
    view = save(agent, queue=desk["helpdesk"], assignee="me")
    assert [row.reference for row in worklists.work_list(Wish.of(view, manager), None).rows] == [
        theirs.reference
    ]


def test_a_view_of_ones_own_is_seen_by_nobody_else(desk, agent, manager, browser):
    view = save(agent)
    assert names(agent) == ["Urgent"]
    assert names(manager) == []
    assert browser(manager).get(f"/tickets/views/{view.id}").status_code == 404
    assert "Urgent" not in browser(manager).get("/tickets").text


def test_a_shared_view_is_seen_by_the_people_of_its_queue_and_managers_only(
    desk, agent, manager, stranger, make_person, council, browser
):
    colleague = make_person("Col League", council, roles=(Role.AGENT,))
    gone = make_person("Gone Before", council, roles=(Role.AGENT,))
    team = desk["helpdesk"].team
    today = NOW.date()
    db.session.add(Membership(team=team, person=colleague, starts_on=today))
    db.session.add(
        Membership(team=team, person=gone, starts_on=today - timedelta(9), ends_on=today - timedelta(1))
    )
    boss = make_person("Bo Boss", council, roles=(Role.MANAGER,))
    view = save(agent, queue=desk["helpdesk"])
    assert names(colleague) == names(boss) == ["Urgent"]
    assert names(stranger) == names(gone) == []
    assert "Urgent" in browser(colleague).get("/tickets").text
    assert "Urgent" not in browser(stranger).get(f"/tickets?view={view.key}").text
    for page in ("", "/removal"):
        assert browser(stranger).get(f"/tickets/views/{view.id}{page}").status_code == 404


def test_a_manager_of_another_council_does_not_see_it(desk, agent, make_person, council, other_council):
    boss = make_person("Far Boss", other_council)
    boss.grants.append(Grant(role=Role.MANAGER, **scoped_to(other_council)))
    desk["helpdesk"].team.scope, desk["helpdesk"].team.council = scoped_to(council).values()
    db.session.flush()
    save(agent, queue=desk["helpdesk"])
    assert names(boss) == []


def test_nobody_shares_with_a_queue_they_do_not_work_on(desk, stranger):
    with pytest.raises(saving.NotYourQueue):
        save(stranger, queue=desk["helpdesk"])


def test_one_name_once_and_not_too_many(desk, agent, manager, monkeypatch):
    save(agent)
    save(manager)
    with pytest.raises(saving.NameTaken):
        save(agent)
    monkeypatch.setattr(saving, "MOST", 2)
    save(agent, "Second")
    with pytest.raises(saving.TooMany):
        save(agent, "Third")


def test_a_shared_view_is_changed_by_its_owner_or_a_manager(desk, agent, manager, make_person, council):
    colleague = make_person("Col League", council, roles=(Role.AGENT,))
    db.session.add(Membership(team=desk["helpdesk"].team, person=colleague, starts_on=NOW.date()))
    view = save(agent, queue=desk["helpdesk"])
    with pytest.raises(saving.NotYours):
        saving.change_view(view, name="Mine now", queue=None, by=colleague)
    with pytest.raises(saving.NotYours):
        saving.remove_view(view, by=colleague)
    saving.change_view(view, name="Very urgent", queue=view.queue, by=manager, seen=1)
    with pytest.raises(saving.ChangedView):
        saving.change_view(view, name="Old", queue=None, by=agent, seen=1)
    saving.remove_view(view, by=manager, seen=2)
    assert names(agent) == []


def test_a_saved_view_counts_what_it_lists(make_ticket, agent, manager, member, telephony):
    make_ticket(requester=member)
    mine = make_ticket(systems=[telephony])
    assign(mine, agent, by=manager)
    views = [
        save(agent, "Members", kind="member"),
        save(agent, "Mine", assignee="me"),
        save(agent, "Telephony", system="telephony"),
        save(agent, "Words", q="dialling tone"),
        save(agent, "Hopeless", q="the"),
        save(agent, "All", view="everything"),
    ]
    counts = worklists.view_counts(agent, worklists.of_saved(views, agent))
    for view in views[:-1]:
        listed = worklists.work_list(Wish.of(view, agent), None).rows
        assert int(counts[view.key]) == len(listed), view.name
    assert views[-1].key not in counts


def test_a_confidential_ticket_is_in_no_saved_view_of_somebody_not_cleared(make_ticket, desk, agent, manager):
    make_ticket(confidential=True)
    desk["helpdesk"].cleared.append(manager)
    view = save(agent, queue=desk["helpdesk"], priority=["1", "2", "3", "4", "5"])
    more = worklists.of_saved([view], agent)
    assert int(worklists.view_counts(agent, more)[view.key]) == 0
    assert int(worklists.view_counts(manager, worklists.of_saved([view], manager))[view.key]) == 1
    assert [tab.key for tab in own_lists(agent).standing] == [tab.key for tab in VIEWS[:-1]]
    assert own_lists(manager).standing == list(VIEWS)


def test_hold_is_over_when_its_day_has_passed(make_ticket, agent, later):
    ticket = make_ticket()
    hold(ticket, HoldReason.SUPPLIER, by=agent, until=NOW.date())
    over = Wish.read(MultiDict({"view": "waited"}), agent)
    assert worklists.work_list(over, None).rows == []
    with later(days=1):
        assert len(worklists.work_list(over, None).rows) == 1


def test_stuck_is_what_nobody_has_touched_for_five_working_days(make_ticket, agent):
    ticket = make_ticket()
    assert stuck_since() == NOW - timedelta(days=7)  # five working days and a weekend
    for moment, expected in ((NOW - timedelta(days=7, seconds=1), 1), (NOW - timedelta(days=7), 0)):
        db.session.execute(update(Ticket).where(Ticket.id == ticket.id).values(updated_at=moment))
        stuck = Wish.read(MultiDict({"view": "stuck"}), agent)
        assert len(worklists.work_list(stuck, None).rows) == expected


def test_a_closed_day_does_not_count_towards_being_stuck(desk, later):
    with later(days=48):  # Tuesday 5 January 2027, after bank holidays and the Christmas closure
        assert stuck_since().date().isoformat() == "2026-12-21"


def test_columns_are_chosen_for_each_person_and_each_saved_view(desk, ticket, agent, manager, browser):
    client = browser(agent)
    page = client.post(
        "/tickets/views/columns", data={"columns": ["queue", "due"], "compact": "y"}, follow_redirects=True
    )
    assert 'rows--cards rows--compact"' in page.text
    assert re.findall(r'data-label="([^"]+)"', page.text) == ["Queue", "Due"]
    assert 'data-label="Status"' in browser(manager).get("/tickets").text
    view = save(agent, columns=["status"])
    other = client.get(f"/tickets?view={view.key}").text
    assert re.findall(r'data-label="([^"]+)"', other) == ["Status"]
    client.post("/tickets/views/columns", data={"columns": ["priority"], "list": f"?view={view.key}"})
    assert re.findall(r'data-label="([^"]+)"', client.get(f"/tickets?view={view.key}").text) == ["Priority"]
    assert re.findall(r'data-label="([^"]+)"', client.get("/tickets").text) == ["Queue", "Due"]


def test_the_list_on_the_screen_is_saved_and_opens_as_it_was(make_ticket, agent, browser, member):
    wanted = make_ticket(requester=member)
    make_ticket()
    client = browser(agent)
    page = client.post(
        "/tickets/views",
        data={"name": "Of members", "list": "?kind=member&sort=-opened"},
        follow_redirects=True,
    ).text
    assert "Saved as “Of members”" in page
    assert re.findall(r'href="/tickets/(ICT-\d+)"', page) == [wanted.reference]
    view = db.session.scalars(select(SavedView)).one()
    changed = client.get(f"/tickets?kind=staff&saved={view.id}").text
    assert "Save into “Of members”" in changed
    client.post(f"/tickets/views/{view.id}/content", data={"list": "?kind=staff", "version": "1"})
    db.session.refresh(view)
    assert view.query == "?kind=staff"


def test_a_list_with_many_filters_is_saved_too(make_ticket, agent, browser):
    tags = [f"laptop-refresh-of-building-{number}" for number in range(20)]
    wanted = make_ticket()
    tag(wanted, tags[:1], by=agent)
    filters = "?" + "&".join(f"tag={name}" for name in tags)
    assert len(filters) > 500
    client = browser(agent)
    page = client.post(
        "/tickets/views", data={"name": "Refresh", "list": filters}, follow_redirects=True
    ).text
    assert "Saved as “Refresh”" in page


def test_a_name_that_is_taken_comes_back_with_what_was_typed(agent, desk, browser):
    save(agent)
    page = browser(agent).post("/tickets/views", data={"name": "Urgent", "list": "?priority=1"})
    assert page.status_code == 422
    assert "You have a view called “Urgent” already" in page.text
    assert 'value="Urgent"' in page.text
    assert 'value="?priority=1"' in page.text


def test_the_queue_opens_at_the_first_view_of_each_person(make_ticket, agent, manager, browser):
    assign(make_ticket(subject="Mine alone"), agent, by=manager)
    make_ticket(subject="Somebody else’s")
    client = browser(agent)
    client.post("/tickets/views/first", data={"view": "mine"})
    assert "Somebody else’s" not in client.get("/tickets").text
    assert "Somebody else’s" in client.get("/tickets?view=open").text
    assert client.post("/tickets/views/first", data={"view": "saved-999"}).status_code == 422


def test_a_view_that_is_gone_shows_the_open_work(ticket, agent, browser):
    view = save(agent)
    key = view.key
    saving.begin_with(agent, key)
    client = browser(agent)
    client.post(f"/tickets/views/{view.id}/removal", data={"version": "1"})
    assert ticket.reference in client.get(f"/tickets?view={key}").text
    assert ticket.reference in client.get("/tickets").text


def test_pages_of_a_saved_view_stay_in_it(make_ticket, agent, browser):
    for _ in range(26):
        make_ticket()
    view = save(agent, kind="staff")
    page = browser(agent).get(f"/tickets?view={view.key}").text
    following = re.search(r'href="(/tickets\?view=saved-[^"]*after=[^"]+)"', page)
    assert following is not None
    assert browser(agent).get(following[1].replace("&amp;", "&")).text.count("data-row") == 1


@pytest.mark.parametrize("views", [1, 12])
def test_saved_views_cost_no_more_however_many(views, make_ticket, agent, browser, count_queries):
    make_ticket()
    for n in range(views):
        save(agent, f"View {n}", priority=str(1 + n % 5), q="telephone" if n % 2 else "")
    client = browser(agent)
    with count_queries() as queries:
        assert client.get("/tickets?priority=4").status_code == 200
    assert len(queries) <= 9
