"""Who reads which guide, whether it helped, and what it spared."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import func, select

from ictsupport import clock
from ictsupport.database import db
from ictsupport.guides.models import Audience, GuideReading
from ictsupport.guides.queries import Votes, Wish, beside, guide_list
from ictsupport.guides.reading import NotPublished, Spared, forget_readings, note_reading, spared, vote
from ictsupport.guides.suggesting import guides as suggested
from ictsupport.tickets.asking.suggestions import Asking
from ictsupport.tickets.models import Channel
from ictsupport.tickets.raising import raise_ticket

MORNING = datetime(2026, 11, 18, 9, tzinfo=UTC)
LATER = MORNING + timedelta(days=3)


def titles(person, **wish) -> list[str]:
    return sorted(guide.title for guide in db.session.scalars(guide_list(person, Wish(**wish))))


def ask(person, *systems, at, **more):
    with clock.at(at):
        return raise_ticket(
            requester=person, subject="Help", description="", systems=list(systems), by=person,
            channel=Channel.SELF_SERVICE, **more,
        )  # fmt: skip


@pytest.fixture
def guide(make_guide, telephony):
    return make_guide(systems=[telephony])


def test_each_kind_reads_what_is_for_it(make_guide, member, staff, agent):
    make_guide("For members", audiences=[Audience.MEMBERS])
    make_guide("For both", audiences=[Audience.MEMBERS, Audience.STAFF])
    make_guide("For agents", audiences=[Audience.AGENTS])
    make_guide("Draft", out=False)
    assert titles(member) == ["For both", "For members"]
    assert titles(staff) == ["For both"]
    assert titles(agent) == ["Draft", "For agents", "For both", "For members"]


def test_guides_are_found_by_words_and_system(make_guide, staff, telephony):
    make_guide("Café Wi-Fi", body="Choose _Visitors_ and agree.", systems=[telephony])
    make_guide("Print at home")
    assert titles(staff, words="cafe VISITORS") == ["Café Wi-Fi"]
    assert titles(staff, words="the print") == ["Print at home"]
    assert titles(staff, words="100%") == []
    assert titles(staff, system_id=telephony.id) == ["Café Wi-Fi"]


def test_a_vote_is_one_for_each_person_and_may_change(guide, staff, rival):
    vote(guide, staff, helpful=True)
    vote(guide, rival, helpful=False)
    vote(guide, staff, helpful=False)
    told = beside(guide, staff)
    assert (told.votes, told.mine) == (Votes(0, 2), False)


def test_nobody_votes_on_a_draft(make_guide, staff):
    with pytest.raises(NotPublished):
        vote(make_guide(out=False), staff, helpful=True)


@pytest.mark.parametrize(
    ("hours", "same_system", "without"),
    [(1, True, 0), (23, True, 0), (25, True, 1), (1, False, 1), (-1, True, 1)],
)
def test_a_reading_spared_a_question_if_none_came_within_a_day(
    hours, same_system, without, guide, staff, telephony, desk, make_system
):
    with clock.at(MORNING):
        note_reading(guide.id, staff.id)
    ask(staff, telephony if same_system else make_system("Printing"), at=MORNING + timedelta(hours=hours))
    with clock.at(LATER):
        assert spared() == {guide.id: Spared(1, without)}


def test_a_question_that_names_no_system_counts_as_asked(guide, staff, desk):
    with clock.at(MORNING):
        note_reading(guide.id, staff.id)
    ask(staff, at=MORNING + timedelta(hours=2))
    with clock.at(LATER):
        assert spared() == {guide.id: Spared(1, 0)}


def test_asking_between_two_looks_counts_as_asked(guide, staff, telephony, desk):
    with clock.at(MORNING):
        note_reading(guide.id, staff.id)
    ask(staff, telephony, at=MORNING + timedelta(hours=1))
    with clock.at(MORNING + timedelta(hours=2)):
        note_reading(guide.id, staff.id)
    with clock.at(LATER):
        assert spared() == {guide.id: Spared(1, 0)}


def test_a_reading_is_judged_only_when_its_day_is_over(guide, staff):
    with clock.at(MORNING):
        note_reading(guide.id, staff.id)
    with clock.at(MORNING + timedelta(hours=23)):
        assert spared() == {}
    with clock.at(MORNING + timedelta(hours=24)):
        assert spared() == {guide.id: Spared(1, 1)}


def test_no_share_is_told_of_few_readings():
    assert Spared(9, 9).share is None
    assert Spared(10, 9).share == 0.9


def test_readings_are_forgotten(guide, staff, rival):
    with clock.at(MORNING - timedelta(days=121)):
        note_reading(guide.id, staff.id)
    note_reading(guide.id, rival.id)
    forget_readings({})
    assert db.session.scalar(select(func.count()).select_from(GuideReading)) == 1


def test_guides_are_suggested_to_those_who_may_read_them(app, make_guide, staff, member, telephony):
    make_guide("Set up voicemail", systems=[telephony])
    make_guide("Divert your calls", audiences=[Audience.MEMBERS], systems=[telephony])
    make_guide("Voicemail in the database", audiences=[Audience.AGENTS])
    make_guide("Voicemail draft", out=False)

    def found(person, words, system=None):
        asking = Asking(words=words, system_id=system, council_id=None, whom_id=person.id)
        with app.test_request_context():
            return [one.text for one in suggested(asking, person)]

    assert found(staff, "voicemail broken") == ["Set up voicemail"]
    assert found(staff, "", telephony.id) == ["Set up voicemail"]
    assert found(member, "", telephony.id) == ["Divert your calls"]
    assert found(staff, "nothing like it") == []
