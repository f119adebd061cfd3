"""What came of a visit, in one press: a device swapped, the next time booked, a letter; put right later with its history."""

import re
from datetime import date, timedelta

import pytest
import sqlalchemy as sa

from ictsupport import clock
from ictsupport.clinics.attending import RecordedMeanwhile, check_in, record_outcome, recorded
from ictsupport.clinics.booking import book_slot
from ictsupport.clinics.calling_off import cancel_booking
from ictsupport.clinics.day.outcomes import (
    Besides,
    FollowUpStands,
    NoSuchDevice,
    NotTheirDevice,
    SwapStands,
    TagMissing,
    TimeMissing,
    detail_of,
)
from ictsupport.clinics.models import Booking, BookingState, Outcome
from ictsupport.database import db
from ictsupport.devices.models import Custody, Device
from ictsupport.journal.queries import entries_about
from ictsupport.mail import Outgoing

from ..cast import keep


@pytest.fixture
def booking(clinic, member, topics, ipad):
    return book_slot(clinic.slots[0], member, by=member, topic=topics[2], details="No sound", device=ipad)


@pytest.fixture
def on_the_day(clinic):
    with clock.at(clinic.starts_at):
        yield


@pytest.fixture
def spare(council):
    return keep(Device(asset_tag="T-2002", kind="tablet", model="iPad 10", council=council))


def letters() -> list[Outgoing]:
    return list(
        db.session.scalars(
            sa.select(Outgoing).where(Outgoing.template == "clinics/outcome").order_by(Outgoing.id)
        )
    )


def test_a_swap_is_a_return_and_a_loan_in_the_register(booking, host, member, ipad, spare, on_the_day):
    record_outcome(booking, Outcome.SWAPPED, by=host, besides=Besides(given=spare, back=ipad))
    held = db.session.scalars(sa.select(Custody).order_by(Custody.id)).all()
    assert [(one.device, one.person, one.returned_at) for one in held] == [
        (ipad, member, clock.now()),
        (spare, member, None),
    ]
    assert (held[0].returned_to, held[1].lent_by) == (host, host)
    assert held[1].note == "At the iPad clinic on Friday 20 November 2026"
    assert entries_about(spare)[0].kind == "devices.DeviceLent"
    told = letters()[0].text
    assert "\n\nYou have another device now: iPad 10, T-2002. We took back iPad Air, T-1001.\n\nIf it" in told
    record_outcome(booking, Outcome.SWAPPED, by=host, note="The old one would not charge.")
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Custody)) == 2
    with pytest.raises(SwapStands, match="T-2002"):
        record_outcome(booking, Outcome.FIXED, by=host)


def test_only_a_free_device_is_given_and_only_their_own_is_taken_back(
    booking, host, rival, spare, ipad, other_council, on_the_day
):
    with pytest.raises(TagMissing):
        record_outcome(booking, Outcome.SWAPPED, by=host)
    lent = keep(Device(asset_tag="T-3", kind="tablet", council=None))
    keep(Custody(device=lent, person=rival, lent_at=clock.now()))
    elsewhere = keep(Device(asset_tag="T-4", kind="tablet", council=other_council))
    for device in (lent, elsewhere):
        with pytest.raises(NoSuchDevice):
            record_outcome(booking, Outcome.SWAPPED, by=host, besides=Besides(given=device, back=ipad))
    with pytest.raises(NotTheirDevice, match="Pat Ashcroft"):
        record_outcome(booking, Outcome.SWAPPED, by=host, besides=Besides(given=spare, back=lent))


def test_a_follow_up_books_a_place_in_the_same_step(booking, host, member, make_clinic, on_the_day):
    later = make_clinic(day=date(2026, 11, 27))
    with pytest.raises(TimeMissing):
        record_outcome(booking, Outcome.FOLLOW_UP, by=host)
    record_outcome(
        booking,
        Outcome.FOLLOW_UP,
        by=host,
        note="We ordered a cable.",
        besides=Besides(next_slot=later.slots[1]),
    )
    again = detail_of(booking).follow_up
    assert (again.person, again.slot, again.state) == (member, later.slots[1], BookingState.CONFIRMED)
    assert again.details == "Follow-up of the clinic on Friday 20 November 2026\n\nNo sound"
    assert (again.topic, again.device) == (booking.topic, booking.device)
    assert "Your next time is on 27 November 2026 at 2:20pm" in letters()[0].text
    with pytest.raises(FollowUpStands):
        record_outcome(booking, Outcome.FIXED, by=host)
    cancel_booking(again, by=member)
    record_outcome(booking, Outcome.FIXED, by=host)
    assert booking.outcome is Outcome.FIXED
    assert detail_of(booking).follow_up is None


def test_the_same_once_more_changes_nothing_and_a_correction_has_its_history(
    booking, host, agent, on_the_day
):
    record_outcome(booking, Outcome.FIXED, by=host, note="Sound is on.")
    version = booking.version
    record_outcome(booking, Outcome.FIXED, by=agent, note="Sound is on.")
    assert (booking.version, len(letters())) == (version, 1)
    stale = recorded(booking)
    with clock.at(clock.now() + timedelta(minutes=5)):
        record_outcome(booking, Outcome.TRAINING, by=agent, note="Showed where the switch is.", seen=stale)
        with pytest.raises(RecordedMeanwhile, match="training given"):
            record_outcome(booking, Outcome.ADVICE, by=host, seen=stale)
    said = [entry.data for entry in entries_about(booking) if entry.kind == "clinics.OutcomeRecorded"]
    assert [(each["outcome"], each.get("was")) for each in said] == [
        ("fixed", None),
        ("training given", "fixed"),
    ]
    assert len(letters()) == 2


def test_the_note_is_mailed_only_where_it_is_wanted(booking, host, on_the_day):
    record_outcome(booking, Outcome.FIXED, by=host, note="Sound is on.", tell=False)
    assert letters() == []
    for _ in range(2):  # they should have it after all
        record_outcome(booking, Outcome.FIXED, by=host, note="Sound is on.")
    assert len(letters()) == 1


def test_the_host_sees_the_letter_before_it_is_sent(booking, member, host, make_clinic, spare, browser, ipad):
    later, key, clinic = make_clinic(day=date(2026, 11, 27)), booking.id, booking.slot.clinic
    slot, address = later.slots[0].id, f"/clinics/bookings/{key}/outcome"
    with clock.at(clinic.starts_at):
        check_in(booking, by=host)
        person = browser(host)
        page = person.get(address).text
        assert "Friday 27 November 2026, 2pm, Town Hall" in page
        data = {"outcome": "FOLLOW_UP", "slot": str(slot), "note": "Ordered a <cable>.", "tell": "y"}
        assert re.search(r'name="tell"[^>]*checked', page)
        page = person.post(address, data={**data, "letter": "y"}).text
        assert "The letter to Cllr Pat Ashcroft" in page
        assert "Ordered a &lt;cable&gt;." in page
        assert "Your next time is on 27 November 2026 at 2pm" in page
        assert db.session.get_one(Booking, key).outcome is None
        assert person.post(address, data={**data, "once": "k1"}).status_code == 303
        assert person.post(address, data={**data, "once": "k1"}).status_code == 303
        assert db.session.scalar(sa.select(sa.func.count()).select_from(Booking)) == 2
        page = person.get(address).text
        assert "Recorded before: follow-up booked, by Harriet Stone" in page
        assert "They have had it already" in page
        assert not re.search(r'name="tell"[^>]*checked', page)
        raising = person.post(address, data={"outcome": "TICKET", "letter": "y", "tell": "y"})
        assert "They hear of it from the ticket" in raising.text
        refused = person.post(address, data={"outcome": "SWAPPED", "given": "T-9", "back": ""})
        assert refused.status_code == 409
        assert 'value="T-9"' in refused.text
        assert "T-9 is free to be lent here" in refused.text


def test_the_page_asks_the_database_little(clinic, booking, host, make_clinic, browser, count_queries):
    for week in (27, 28):
        make_clinic(day=date(2026, 11, week))
    address = f"/clinics/bookings/{booking.id}/outcome"
    with clock.at(clinic.starts_at):
        runner = browser(host)
        with count_queries() as queries:
            assert runner.get(address).status_code == 200
        assert len(queries) <= 8, "\n".join(each.partition("FROM ")[2][:90] for each in queries)
        record_outcome(booking, Outcome.FIXED, by=host)
        with count_queries() as queries:
            assert runner.get(address).status_code == 200
        assert len(queries) <= 10, "\n".join(each.partition("FROM ")[2][:90] for each in queries)
