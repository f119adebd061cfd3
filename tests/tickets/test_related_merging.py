"""Two tickets become one to work on, and two again: nothing is moved, so nothing is lost."""

import pytest

from ictsupport.database import db
from ictsupport.journal.queries import entries_about
from ictsupport.tickets.access import visible_attachments, visible_messages
from ictsupport.tickets.holding import hold
from ictsupport.tickets.models import Channel, HoldReason, Message, Resolution, Status, Ticket
from ictsupport.tickets.related.merging import (
    IntoItself,
    MergedAlready,
    NothingToDo,
    NotMerged,
    OtherAudience,
    merge,
    unmerge,
    watchers_of,
)
from ictsupport.tickets.related.proving import rebuild_merges
from ictsupport.tickets.replying import note, reply
from ictsupport.tickets.resolving import close, resolve
from ictsupport.tickets.search.indexing import documents
from ictsupport.tickets.targets.breaches import sweep_breaches
from ictsupport.tickets.triage import assign
from ictsupport.tickets.versions import MergedAway


@pytest.fixture
def two(make_ticket, member):
    """Somebody's ticket, and another of somebody else about the same thing."""
    return make_ticket(subject="No network"), make_ticket(subject="Wi-Fi is gone", requester=member)


def found():
    return [difference for _count, differences in rebuild_merges(False) for difference in differences]


def read(person, ticket):
    return [message.body for message in db.session.scalars(visible_messages(person, ticket))]


def open_ids():
    return set(db.session.scalars(db.select(Ticket.id).where(Ticket.OPEN)))


def test_a_merged_ticket_points_to_the_survivor_and_leaves_the_open_lists(two, agent):
    survivor, merged = two
    assert merge(survivor, [merged], by=agent) is survivor
    assert merged.merged_into_id == survivor.id
    assert (merged.status, merged.is_open) == (Status.NEW, False)
    assert open_ids() == {survivor.id}
    for each in two:
        assert entries_about(each)[-1].kind == "tickets.TicketMerged"
    unmerge(merged, by=agent)
    assert open_ids() == {survivor.id, merged.id}
    assert found() == []


def test_any_number_is_merged_at_once_or_none(make_ticket, agent):
    survivor, *rest = (make_ticket() for _ in range(5))
    resolve(rest[-1], Resolution.FIXED, "Done", by=agent)
    with pytest.raises(NothingToDo):
        merge(survivor, rest, by=agent)
    merge(survivor, rest[:3], by=agent)
    assert [each.merged_into_id for each in rest] == [survivor.id] * 3 + [None]


def test_chains_lead_to_the_last_and_come_apart_as_they_were_put_together(make_ticket, agent):
    one, two, three, four = (make_ticket() for _ in range(4))
    merge(two, [one], by=agent)
    merge(three, [two], by=agent)
    assert merge(two, [four], by=agent) is three
    assert [each.merged_into_id for each in (one, two, four)] == [three.id] * 3
    assert found() == []
    unmerge(two, by=agent)
    assert [each.merged_into_id for each in (one, two, four)] == [two.id, None, three.id]
    unmerge(one, by=agent)
    assert one.merged_into_id is None
    assert found() == []


def test_no_ticket_ever_stands_for_itself(two, agent):
    survivor, merged = two
    with pytest.raises(IntoItself):
        merge(survivor, [survivor], by=agent)
    merge(survivor, [merged], by=agent)
    with pytest.raises(IntoItself):
        merge(merged, [survivor], by=agent)
    with pytest.raises(MergedAlready):
        merge(survivor, [merged], by=agent)
    unmerge(merged, by=agent)
    with pytest.raises(NotMerged):
        unmerge(merged, by=agent)


def test_confidential_tickets_merge_only_where_the_same_people_may_see_both(
    make_ticket, desk, agent, manager
):
    secret, other, plain = make_ticket(confidential=True), make_ticket(confidential=True), make_ticket()
    with pytest.raises(OtherAudience):
        merge(secret, [plain], by=manager)
    with pytest.raises(OtherAudience):
        merge(plain, [secret], by=manager)
    other.queue = desk["business"]
    desk["helpdesk"].cleared.append(manager)
    db.session.flush()
    with pytest.raises(OtherAudience):
        merge(secret, [other], by=manager)
    desk["business"].cleared.append(manager)
    db.session.flush()
    merge(secret, [other], by=manager)


def test_nobody_works_a_merged_ticket_but_what_is_written_to_it_reaches_the_survivor(two, agent, member):
    survivor, merged = two
    merge(survivor, [merged], by=agent)
    for act in (
        lambda: assign(merged, agent, by=agent),
        lambda: hold(merged, HoldReason.SUPPLIER, by=agent),
        lambda: resolve(merged, Resolution.FIXED, "Done", by=agent),
    ):
        with pytest.raises(MergedAway):
            act()
    assert reply(merged, "Is there news?", by=member) is survivor
    assert note(merged, "Rang the supplier", by=agent).ticket is survivor
    assert (merged.status, merged.version) == (Status.NEW, 1)


def test_a_requester_reads_their_own_words_and_the_replies_since_the_merge_but_nobody_elses(
    two, staff, member, agent, later
):
    survivor, merged = two
    reply(survivor, "Before", by=agent)
    with later(minutes=1):
        merge(survivor, [merged], by=agent)
    with later(minutes=2):
        reply(survivor, "The switch is broken", by=agent)
        reply(survivor, "Words of staff", by=staff)
        reply(merged, "Words of the member", by=member)
        note(survivor, "A note", by=agent)
    assert read(member, merged) == ["The switch is broken", "Words of the member"]
    assert read(staff, survivor) == ["Before", "The switch is broken", "Words of staff"]
    with later(minutes=3):
        unmerge(merged, by=agent)
    with later(minutes=4):
        reply(survivor, "Afterwards", by=agent)
    assert read(member, merged) == ["The switch is broken", "Words of the member"]
    (document,), _kept = documents([survivor.id])
    assert "member" in document["internal"]
    assert "Words of the member" not in document["public"]


def test_through_a_chain_each_requester_reads_what_stood_for_theirs_at_the_time(
    make_ticket, member, agent, later
):
    first, second, third = make_ticket(requester=member), make_ticket(), make_ticket()
    merge(second, [first], by=agent)
    with later(minutes=1):
        reply(second, "On the second", by=agent)
    with later(minutes=2):
        merge(third, [second], by=agent)
    with later(minutes=3):
        reply(third, "On the third", by=agent)
    with later(minutes=4):
        unmerge(second, by=agent)
    with later(minutes=5):
        reply(third, "On the third alone", by=agent)
        reply(second, "On the second again", by=agent)
    assert read(member, first) == ["On the second", "On the third", "On the second again"]


def test_files_go_as_far_as_the_words_they_came_with(two, staff, member, agent, upload):
    survivor, merged = two
    merge(survivor, [merged], by=agent)
    reply(survivor, "How to", by=agent, files=[upload("how.txt", b"words")])
    reply(merged, "My screen", by=member, files=[upload("mine.txt", b"words")])
    names = {
        person: [file.name for file in db.session.scalars(visible_attachments(person, ticket))]
        for person, ticket in ((staff, survivor), (member, merged))
    }
    assert names == {staff: ["how.txt"], member: ["how.txt", "mine.txt"]}


def test_both_requesters_are_written_to_each_about_their_own_and_nobody_twice(
    make_ticket, two, staff, member, agent, outbox
):
    survivor, merged = two
    again = make_ticket(subject="Network again")
    merge(survivor, [merged, again], by=agent)
    before = len(outbox())
    reply(survivor, "The switch is broken", by=agent)
    resolve(survivor, Resolution.FIXED, "A new switch", by=agent)
    assert outbox()[before:] == [
        (staff.email, f"{survivor.reference}: No network"),
        (member.email, f"{merged.reference}: Wi-Fi is gone"),
        (staff.email, f"Does it work now? {survivor.reference}: No network"),
        (member.email, f"Does it work now? {merged.reference}: Wi-Fi is gone"),
    ]


def test_a_reply_to_either_reopens_the_survivor_and_one_after_its_end_raises_another(two, member, agent):
    survivor, merged = two
    merge(survivor, [merged], by=agent)
    resolve(survivor, Resolution.FIXED, "A new switch", by=agent)
    reply(merged, "Still gone", by=member)
    assert survivor.status is Status.IN_PROGRESS
    assert entries_about(survivor)[-2].for_whom_id is None
    resolve(survivor, Resolution.FIXED, "Another switch", by=agent)
    close(survivor)
    after = reply(merged, "Gone again", by=member)
    assert (after.requester, after.follows) == (member, merged)


def test_watchers_are_joined_and_parted_again(two, agent, manager):
    survivor, merged = two
    survivor.watchers.append(agent)
    merged.watchers.append(manager)
    db.session.flush()
    merge(survivor, [merged], by=agent)
    assert watchers_of(survivor) == {agent.id, manager.id}
    unmerge(merged, by=agent)
    assert watchers_of(survivor) == {agent.id}


def test_nobody_is_told_that_a_merged_ticket_is_late_until_it_is_unmerged(two, agent, later):
    survivor, merged = two
    merge(survivor, [merged], by=agent)
    with later(days=60):
        sweep_breaches()
        assert survivor.past_target_at is not None
        assert merged.past_target_at is None
        unmerge(merged, by=agent)
        assert merged.past_target_at == survivor.past_target_at


def test_what_the_tickets_repeat_of_merges_is_proved_and_mended(two, agent):
    survivor, merged = two
    merge(survivor, [merged], by=agent)
    db.session.execute(db.update(Ticket).where(Ticket.id == merged.id).values(merged_into_id=None))
    db.session.execute(db.update(Ticket).where(Ticket.id == survivor.id).values(merged_into_id=merged.id))
    assert len(found()) == 2
    list(rebuild_merges(True))
    assert found() == []


def test_a_reply_by_mail_or_telephone_finds_the_survivor_too(two, member, agent):
    survivor, merged = two
    merge(survivor, [merged], by=agent)
    reply(merged, "By mail", by=member, channel=Channel.EMAIL)
    message = db.session.scalars(db.select(Message).where(Message.via_id == merged.id)).one()
    assert (message.ticket_id, message.from_requester) == (survivor.id, True)
