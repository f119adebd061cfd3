"""Writing guides, making one from a ticket, and having them read again."""

from datetime import UTC, date, datetime, timedelta

import pytest

from ictsupport import clock
from ictsupport.guides.models import State
from ictsupport.guides.reviewing import remind_owners
from ictsupport.guides.writing import (
    NoAudience,
    NotAnOwner,
    ReviewPassed,
    TitleMissing,
    change_guide,
    publish,
    retire,
    review,
    take_back,
    write_guide,
)
from ictsupport.journal.queries import entries_about
from ictsupport.systems.changing import Stale


def test_a_guide_begins_as_a_draft_with_an_address_of_its_own(make_guide):
    first, second = make_guide(out=False), make_guide(out=False)
    assert (first.state, first.slug, second.slug) == (State.DRAFT, "set-up-voicemail", "set-up-voicemail-2")


def test_the_address_stays_when_the_title_changes(make_guide, make_content, agent):
    guide = make_guide()
    change_guide(guide, make_content("Listen to voicemail"), by=agent)
    assert guide.slug == "set-up-voicemail"


def test_a_guide_called_new_does_not_take_the_address_of_a_page(make_guide):
    assert make_guide("New").slug == "new-2"


@pytest.mark.parametrize(
    ("told", "refusal"),
    [
        ({"title": "–"}, TitleMissing),
        ({"audiences": []}, NoAudience),
        ({"review_on": date(2026, 11, 18)}, ReviewPassed),
    ],
)
def test_what_a_guide_cannot_do_without(told, refusal, make_content, agent):
    with pytest.raises(refusal):
        write_guide(make_content(**told), by=agent)


def test_only_the_desk_looks_after_guides(make_content, agent, staff):
    with pytest.raises(NotAnOwner, match="Tina Worsley"):
        write_guide(make_content(owner=staff), by=agent)


def test_two_who_edit_do_not_overwrite_each_other(make_guide, make_content, agent, manager):
    guide = make_guide()
    seen = guide.version
    change_guide(guide, make_content(body="Mine"), by=agent, version=seen)
    with pytest.raises(Stale):
        change_guide(guide, make_content(body="Yours"), by=manager, version=seen)
    assert guide.body == "Mine"


def test_every_change_stands_in_the_journal(make_guide, make_content, agent, telephony):
    guide = make_guide()
    change_guide(guide, make_content(systems=[telephony]), by=agent)
    take_back(guide, by=agent)
    retire(guide, by=agent)
    kinds = [entry.kind for entry in entries_about(guide)]
    assert kinds == [
        f"guides.{kind}"
        for kind in ("GuideWritten", "GuidePublished", "GuideChanged", "GuideTakenBack", "GuideRetired")
    ]
    assert entries_about(guide)[2].data["changes"] == {"systems": [[], [telephony.id]]}


def test_the_owner_is_reminded_once_for_each_review_date(make_guide, agent, outbox):
    guide = make_guide()
    remind_owners({})
    assert outbox() == []
    with clock.at(datetime(2027, 5, 18, 9, tzinfo=UTC)):
        remind_owners({})
        remind_owners({})
        assert outbox() == [(agent.email, "Is this guide still right? Set up voicemail")]
        review(guide, by=agent)
        assert guide.review_on == date(2027, 11, 18)
    with clock.at(datetime(2027, 11, 18, 9, tzinfo=UTC)):
        remind_owners({})
    assert len(outbox()) == 2


def test_the_managers_hear_of_it_when_the_owner_has_left(make_guide, agent, manager, outbox):
    make_guide()
    agent.left_on = date(2027, 1, 1)
    with clock.at(datetime(2027, 5, 18, 9, tzinfo=UTC)):
        remind_owners({})
    assert [address for address, _ in outbox()] == [manager.email]


def test_publishing_after_the_review_date_is_a_review(make_guide, agent):
    guide = make_guide(out=False)
    with clock.at(datetime(2027, 6, 1, tzinfo=UTC) + timedelta(hours=9)):
        publish(guide, by=agent)
    assert guide.review_on == date(2027, 12, 1)
