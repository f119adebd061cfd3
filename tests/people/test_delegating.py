"""Members let others act for them, and take it back."""

from datetime import date, timedelta

import pytest
from sqlalchemy import select

from ictsupport import clock
from ictsupport.database import db
from ictsupport.people import delegating
from ictsupport.people.access import members_acted_for
from ictsupport.people.joining import leave_seat, take_seat
from ictsupport.people.models import DelegateScope, Delegation, Grant, Person, Role
from ictsupport.people.scopes import scoped_to
from tests.conftest import NOW

TODAY = NOW.date()
VIEW = [DelegateScope.VIEW, DelegateScope.RAISE]


def acts_for(person: Person, scope: DelegateScope | None = None) -> list[int]:
    return list(db.session.scalars(members_acted_for(person, scope)))


def grant(member, delegate, by=None, scopes=VIEW, **more) -> Delegation:
    return delegating.grant_delegation(
        member, delegate, scopes, by=by or member, starts_on=more.pop("starts_on", TODAY), **more
    )


def test_the_member_lets_somebody_act_and_both_are_told(member, staff, browser, outbox):
    answer = browser(member).post(
        f"/people/{member.id}/delegates",
        data={"address": staff.email.upper(), "scopes": ["view", "raise", "confidential"]},
    )
    assert answer.status_code == 303, answer.text
    assert acts_for(staff) == [member.id]
    assert acts_for(staff, DelegateScope.CONFIDENTIAL) == [member.id]
    assert acts_for(staff, DelegateScope.BOOK) == []
    assert outbox() == [
        (person.email, f"{staff.name} can act for {member.name}") for person in (member, staff)
    ]


def test_ending_it_hides_things_at_once(member, staff, browser, outbox):
    delegation = grant(member, staff)
    assert browser(member).post(f"/delegations/{delegation.id}/end").status_code == 303
    assert acts_for(staff) == []
    assert "no longer acts" in outbox()[-1][1]


def test_it_runs_from_day_to_day(member, staff):
    grant(member, staff, ends_on=date(2026, 11, 20))
    assert acts_for(staff) == [member.id]
    coming = db.session.scalars(select(Delegation)).one()
    coming.starts_on = date(2026, 11, 19)
    db.session.flush()
    assert acts_for(staff) == []
    coming.starts_on, coming.ends_on = date(2026, 11, 1), date(2026, 11, 17)
    db.session.flush()
    assert acts_for(staff) == []


def test_it_ends_with_the_seat(member, staff, outbox):
    grant(member, staff)
    leave_seat(member.terms[0], date(2026, 11, 20), by=None)
    with clock.at(NOW + timedelta(days=2)):
        assert acts_for(staff) == [member.id]
        assert delegating.end_with_seats() == 0
    with clock.at(NOW + timedelta(days=3)):
        assert acts_for(staff) == []
        written = len(outbox())
        assert delegating.end_with_seats() == 1
        assert delegating.end_with_seats() == 0
        assert [address for address, _ in outbox()[written:]] == [member.email, staff.email]


def test_a_later_seat_does_not_bring_it_back_but_one_that_follows_keeps_it(member, rival, staff, council):
    for one in (member, rival):
        grant(one, staff)
        leave_seat(one.terms[0], date(2026, 11, 20), by=None)
    take_seat(rival, council, "Castle", starts_on=date(2026, 11, 21), by=None)
    with clock.at(NOW + timedelta(days=3)):
        delegating.end_with_seats()
        take_seat(member, council, "Mill Hill", starts_on=date(2026, 11, 21), by=None)
        assert acts_for(staff) == [rival.id]


def test_democratic_services_and_administrators_do_it_for_members_they_look_after(
    make_person, council, other_council, member, staff
):
    own, other = make_person("Dee Own", council), make_person("Dee Other", other_council)
    own.grants.append(Grant(role=Role.DEMOCRATIC_SERVICES, **scoped_to(council)))
    other.grants.append(Grant(role=Role.DEMOCRATIC_SERVICES, **scoped_to(other_council)))
    with pytest.raises(delegating.NotYoursToDelegate):
        grant(member, staff, by=other)
    with pytest.raises(delegating.NotYoursToDelegate):
        grant(member, staff, by=staff)
    delegation = grant(member, staff, by=own)
    with pytest.raises(delegating.NotYoursToDelegate):
        delegating.end_delegation(delegation, by=staff)
    delegating.end_delegation(delegation, by=own)
    assert acts_for(staff) == []


def test_only_the_member_opens_what_is_confidential(member, staff, administrator, browser):
    with pytest.raises(delegating.OnlyTheMember):
        grant(member, staff, by=administrator, scopes=[DelegateScope.CONFIDENTIAL])
    page = browser(administrator).post(
        f"/people/{member.id}/delegates", data={"address": staff.email, "scopes": ["confidential"]}
    )
    assert "There is a problem" in page.text
    assert "confidential" in browser(member).get(f"/people/{member.id}/delegates").text


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"address": "nobody@northbrook.example"}, "Nobody at the member’s council"),
        ({"address": "owen.marsh@eastmere.example"}, "Nobody at the member’s council"),
        ({"address": "pat.ashcroft@northbrook.example"}, "cannot be their own delegate"),
        ({"scopes": []}, "Choose at least one"),
        ({"scopes": ["everything"]}, "There is a problem"),
        ({"ends_on-day": "1", "ends_on-month": "1", "ends_on-year": "2026"}, "must not be before"),
        ({"ends_on-day": "31", "ends_on-month": "2", "ends_on-year": "2027"}, "There is a problem"),
        ({"address": ""}, "Enter an e-mail address"),
    ],
)
def test_what_cannot_be_is_told_and_nothing_kept(member, staff, other_staff, browser, changed, words):
    data = {"address": staff.email, "scopes": ["view"], **changed}
    page = browser(member).post(f"/people/{member.id}/delegates", data=data).text
    assert words in page
    assert acts_for(staff) == []


def test_the_same_delegate_once(member, staff):
    grant(member, staff)
    with pytest.raises(delegating.AlreadyDelegate):
        grant(member, staff)


def test_others_do_not_find_the_page_nor_the_grant(member, rival, staff, browser):
    delegation = grant(member, staff)
    for person in (rival, staff):
        assert browser(person).get(f"/people/{member.id}/delegates").status_code == 404
        assert browser(person).post(f"/delegations/{delegation.id}/end").status_code == 404
    assert acts_for(staff) == [member.id]


def test_nobody_acts_for_staff(staff, administrator, browser):
    assert browser(administrator).get(f"/people/{staff.id}/delegates").status_code == 404


def test_the_account_page_shows_both_sides(member, staff, browser):
    grant(member, staff)
    assert staff.name in browser(member).get("/account").text
    assert member.name in browser(staff).get("/account").text
