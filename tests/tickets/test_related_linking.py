"""What tickets have to do with each other: said on one, seen on both, by those who may open both."""

import pytest

from ictsupport.journal.queries import entries_about
from ictsupport.tickets.amending import amend
from ictsupport.tickets.related.linking import (
    HasParent,
    InACircle,
    LinkedAlready,
    OtherAudience,
    TheOpposite,
    ToItself,
    link,
    links_of,
    unlink,
)
from ictsupport.tickets.related.models import LinkKind
from ictsupport.tickets.related.queries import find_tickets, links_shown
from ictsupport.tickets.versions import take_turn


@pytest.fixture
def two(make_ticket):
    return make_ticket(subject="No network"), make_ticket(subject="No telephone")


@pytest.mark.parametrize("link_kind", list(LinkKind), ids=lambda each: each.name)
def test_both_sides_show_a_link_each_in_its_own_words(link_kind, two, agent):
    one, other = two
    link(one, link_kind, other, by=agent)
    assert [(each.words, each.reference) for each in links_shown(one, agent)] == [
        (link_kind.value, other.reference)
    ]
    assert [(each.words, each.reference) for each in links_shown(other, agent)] == [
        (link_kind.back, one.reference)
    ]


def test_a_link_and_its_end_stand_in_the_journal_of_both_tickets_and_touch_neither(two, agent):
    one, other = two
    before = [(each.version, each.updated_at, each.status) for each in two]
    unlink(link(one, LinkKind.BLOCKS, other, by=agent), by=agent)
    for each in two:
        assert [entry.kind for entry in entries_about(each)][-2:] == [
            "tickets.TicketsLinked",
            "tickets.TicketsUnlinked",
        ]
    assert links_of(one) == []
    assert [(each.version, each.updated_at, each.status) for each in two] == before


def test_a_ticket_is_not_linked_to_itself_nor_twice_in_the_same_way(two, agent):
    one, other = two
    with pytest.raises(ToItself):
        link(one, LinkKind.BLOCKS, one, by=agent)
    link(one, LinkKind.RELATED, other, by=agent)
    with pytest.raises(LinkedAlready):
        link(other, LinkKind.RELATED, one, by=agent)
    link(one, LinkKind.BLOCKS, other, by=agent)
    assert len(links_of(one)) == 2


def test_nothing_is_both_one_thing_to_a_ticket_and_its_opposite(two, agent):
    one, other = two
    for kind in (LinkKind.DUPLICATE, LinkKind.CAUSED_BY, LinkKind.BLOCKS):
        link(one, kind, other, by=agent)
        with pytest.raises(TheOpposite, match=f"{other.reference} is {kind.back} {one.reference} already"):
            link(other, kind, one, by=agent)
    assert len(links_of(one)) == 3


def test_a_ticket_has_one_parent_and_is_never_above_itself(make_ticket, agent):
    top, middle, bottom = (make_ticket() for _ in range(3))
    link(top, LinkKind.PARENT, middle, by=agent)
    link(middle, LinkKind.PARENT, bottom, by=agent)
    with pytest.raises(HasParent, match=middle.reference):
        link(top, LinkKind.PARENT, bottom, by=agent)
    with pytest.raises(InACircle):
        link(bottom, LinkKind.PARENT, top, by=agent)


def test_a_confidential_parent_is_none_of_a_ticket_that_is_not(make_ticket, agent, manager):
    child, other, open_to_all = (make_ticket(subject=name) for name in ("Child", "Secret", "Open to all"))
    amend(other, by=manager, confidential=True)
    with pytest.raises(OtherAudience):
        link(other, LinkKind.PARENT, child, by=manager)
    amend(other, by=manager, confidential=False)
    link(other, LinkKind.PARENT, child, by=manager)
    amend(other, by=manager, confidential=True)
    link(open_to_all, LinkKind.PARENT, child, by=agent)
    assert [(each.kind, each.ticket_id) for each in links_of(child)] == [(LinkKind.PARENT, open_to_all.id)]


def test_a_link_to_a_ticket_one_may_not_open_is_not_shown_nor_found(make_ticket, two, desk, manager, agent):
    one, _ = two
    secret = make_ticket(subject="A grievance", confidential=True)
    desk["helpdesk"].cleared.append(manager)
    link(one, LinkKind.RELATED, secret, by=manager)
    assert links_shown(one, agent) == []
    assert [each.reference for each in links_shown(one, manager)] == [secret.reference]
    assert find_tickets(secret.reference, agent) == find_tickets("grievance", agent) == []
    assert [each.value for each in find_tickets(secret.reference, manager)] == [secret.reference]


def test_a_link_is_added_and_taken_away_on_its_page(two, agent, browser):
    one, other = two
    client = browser(agent)
    page = client.get(f"/tickets/{one.reference}").text
    assert f"/tickets/{one.reference}/links" in page
    client.post(f"/tickets/{one.reference}/links", data={"kind": "-PARENT", "other": other.reference.lower()})
    (row,) = links_of(one)
    assert (row.ticket_id, row.kind, row.other_id) == (other.id, LinkKind.PARENT, one.id)
    shown = client.get(f"/tickets/{one.reference}").text
    assert "Child of" in shown
    assert other.subject in shown
    client.post(f"/tickets/{one.reference}/links/{row.id}/removal")
    assert links_of(one) == []


def test_what_cannot_be_linked_is_said_and_what_was_typed_kept(two, agent, browser):
    one, _ = two
    for typed, words in (
        (one.reference, "cannot be linked to itself"),
        ("ICT-999999", "No ticket that you work on matches"),
        ("", "Name the other ticket"),
        ("dialling", "More than one ticket matches"),
    ):
        answer = browser(agent).post(
            f"/tickets/{one.reference}/links", data={"kind": "BLOCKS", "other": typed}
        )
        assert answer.status_code == 422
        assert words in answer.text, typed
        assert typed in answer.text
    assert links_of(one) == []


def test_a_link_does_not_stand_in_the_way_of_a_change_made_meanwhile(two, agent):
    one, other = two
    seen = one.version
    link(one, LinkKind.RELATED, other, by=agent)
    take_turn(one, seen, subject="Something else")


@pytest.mark.parametrize("many", [1, 25])
def test_the_links_of_a_ticket_cost_one_statement(many, make_ticket, agent, count_queries):
    one = make_ticket()
    for _ in range(many):
        link(one, LinkKind.BLOCKS, make_ticket(), by=agent)
    with count_queries() as queries:
        assert len(links_shown(one, agent)) == many
    assert len(queries) == 1
