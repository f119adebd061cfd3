"""People come, change and leave; who may see and do what."""

import re
from datetime import date, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import raiseload

from ictsupport import clock, jobs
from ictsupport.database import db
from ictsupport.errors import Refusal
from ictsupport.journal import Entry
from ictsupport.people import granting, joining, queries
from ictsupport.people.access import may_manage, visible_people
from ictsupport.people.models import Council, Delegation, Grant, Person, Role, Site, Way
from ictsupport.people.queries import PAGE, Wanted, people_page, suggestions
from ictsupport.people.scopes import scoped_to
from tests.conftest import NOW


def seen_by(person: Person) -> set[str]:
    return set(db.session.scalars(visible_people(person).with_only_columns(Person.name)))


def role_for(person: Person, role: Role, council) -> Person:
    person.grants.append(Grant(role=role, **scoped_to(council)))
    db.session.flush()
    return person


def said(kind: str) -> list[dict]:
    return [entry.data for entry in db.session.scalars(select(Entry).where(Entry.kind == f"people.{kind}"))]


class TestWhoSeesWhom:
    def test_staff_see_nobody_but_themselves(self, staff, member, other_staff, agent):
        assert seen_by(staff) == {staff.name}
        assert seen_by(other_staff) == {other_staff.name}

    def test_the_shared_desk_sees_both_councils(self, agent, staff, other_staff):
        assert {staff.name, other_staff.name} <= seen_by(agent)

    def test_a_desk_of_one_council_does_not_see_the_others_people(
        self, make_person, council, staff, other_staff, member
    ):
        own = role_for(make_person("Jo Own", council), Role.AGENT, council)
        assert {staff.name, member.name} <= seen_by(own)
        assert other_staff.name not in seen_by(own)

    def test_search_list_and_page_keep_to_it(self, make_person, council, other_staff, browser):
        own = browser(role_for(make_person("Jo Own", council), Role.AGENT, council))
        assert own.get("/people/search?q=marsh").json == {"found": []}
        assert other_staff.name not in own.get("/people").text
        assert own.get(f"/people/{other_staff.id}").status_code == 404
        assert own.get(f"/people/{other_staff.id}/edit").status_code == 404

    def test_a_delegate_sees_the_member_until_it_is_ended(self, member, staff):
        delegation = Delegation(member=member, delegate=staff, scopes=["view"], starts_on=date(2026, 1, 1))
        db.session.add(delegation)
        db.session.flush()
        assert seen_by(staff) == {staff.name, member.name}
        delegation.ended_at = NOW
        db.session.flush()
        assert seen_by(staff) == {staff.name}


class TestSearch:
    def test_every_word_must_be_somewhere(self, agent, staff, member, other_staff):
        staff.job_title, staff.phone = "Planning officer", "01632 960 110"
        db.session.flush()
        found = lambda typed: [one.name for one in suggestions(agent, typed)]  # noqa: E731
        assert found("wor tina") == [staff.name]
        assert found("planning northbrook") == [staff.name]
        assert found("960110") == [staff.name]
        assert found("%") == []
        assert found("  ") == []

    def test_what_is_suggested_tells_namesakes_apart(self, agent, member, browser):
        answer = browser(agent).get("/people/search?q=ashcroft").json
        assert answer == {
            "found": [
                {
                    "value": str(member.id),
                    "label": f"Cllr Pat Ashcroft – Member for Mill Hill, Northbrook, {member.email}",
                }
            ]
        }

    def test_a_picker_names_somebody_whom_the_page_has_read_for_showing_only(self, agent, member):
        number = str(member.id)
        db.session.commit()
        db.session.expunge_all()
        viewer = db.session.get(Person, agent.id)
        shown = db.session.scalars(
            select(Person).where(Person.id == int(number)).options(raiseload("*"))
        ).one()
        found = queries.suggestion(viewer, number)
        assert found is not None
        assert found.label.startswith(f"{shown.name} – Member for Mill Hill")

    def test_who_has_left_is_not_suggested(self, agent, staff):
        joining.mark_left(staff, date(2026, 11, 1), by=None)
        assert suggestions(agent, "worsley") == []


class TestTheList:
    def test_pages_go_on_and_back_without_a_gap(self, make_person, council, agent):
        for number in range(PAGE + 30):
            make_person(f"Sam {number % 7:03}", council, email=f"sam{number}@northbrook.example")
        first = people_page(agent, Wanted())
        second = people_page(agent, Wanted(), after=first.next)
        seen = [person.id for person in (*first.rows, *second.rows)]
        assert len(seen) == len(set(seen)) == queries.how_many(agent, Wanted()) == PAGE + 31
        assert second.next is None
        assert [person.id for person in people_page(agent, Wanted(), before=second.previous).rows] == [
            person.id for person in first.rows
        ]

    def test_filters_narrow_it(self, agent, manager, staff, member, other_staff, other_council):
        names = lambda **wanted: {one.name for one in people_page(agent, Wanted(**wanted)).rows}  # noqa: E731
        assert names(kind="member") == {member.name}
        assert names(council=other_council.slug) == {other_staff.name}
        assert names(role="helpdesk manager") == {manager.name}
        assert names(q="asha") == {agent.name}
        joining.mark_left(staff, date(2026, 11, 1), by=None)
        db.session.flush()
        assert staff.name not in names()
        assert names(left=True) == {staff.name}

    @pytest.mark.parametrize("more", [1, 25])
    def test_it_costs_the_same_however_long(self, make_person, council, agent, browser, count_queries, more):
        for number in range(more):
            make_person(f"Sam {number}", council, ward=f"Ward {number}")
        desk = browser(agent)
        with count_queries() as statements:
            desk.get("/people")
        assert len(statements) <= 8, "\n".join(statements)


class TestAddingAndChanging:
    DETAILS = {
        "name": "Ann Lee",
        "email": "ann.lee@northbrook.example",
        "phone": "01632 960 000",
        "job_title": "Clerk",
        "site_id": "0",
        "access_needs": "",
        "way": "mail",
    }

    def test_an_administrator_adds_somebody(self, administrator, council, browser):
        answer = browser(administrator).post(
            "/people/new", data={**self.DETAILS, "employer_id": council.id, "serves_ids": [council.id]}
        )
        assert answer.status_code == 303, answer.text
        ann = db.session.scalars(select(Person).where(Person.name == "Ann Lee")).one()
        assert (ann.employer, ann.serves, ann.sort_name, ann.way) == (council, [council], "Lee Ann", Way.MAIL)
        assert said("PersonAdded") == [{}]

    def test_an_address_belongs_to_one_person_and_what_was_typed_stays(self, administrator, staff, browser):
        page = (
            browser(administrator)
            .post("/people/new", data={**self.DETAILS, "email": staff.email.upper(), "employer_id": "0"})
            .text
        )
        assert "already has this e-mail address: Tina Worsley" in page
        assert 'value="Ann Lee"' in page
        assert 'value="01632 960 000"' in page

    def test_two_presses_add_one(self, administrator, council, browser):
        desk = browser(administrator)
        for _ in range(2):
            desk.post("/people/new", data={**self.DETAILS, "employer_id": council.id, "once": "one key"})
        assert len(db.session.scalars(select(Person).where(Person.name == "Ann Lee")).all()) == 1

    @pytest.mark.parametrize(
        "bad",
        [
            {"name": ""},
            {"name": "x" * 300},
            {"email": "nobody"},
            {"employer_id": "999"},
            {"employer_id": "one"},
            {"serves_ids": ["999"]},
            {"way": "magic"},
            {"site_id": "99"},
        ],
    )
    def test_what_does_not_fit_is_told(self, administrator, council, browser, bad):
        answer = browser(administrator).post("/people/new", data={**self.DETAILS, "employer_id": "0"} | bad)
        assert answer.status_code == 200
        assert "There is a problem" in answer.text
        assert (
            db.session.scalars(select(Person).where(Person.email == "ann.lee@northbrook.example")).all() == []
        )

    def edit(self, browser, whom: Person, **changed: str):
        page = browser.get(f"/people/{whom.id}/edit").text
        stamp = re.search(r'name="stamp"[^>]*value="(\w+)"', page)
        assert stamp
        facts = {
            "name": whom.name,
            "email": whom.email,
            "employer_id": str(whom.employer_id or 0),
            "serves_ids": [str(one.id) for one in whom.serves],
            "site_id": "0",
            "way": whom.way.value,
        }
        return browser.post(f"/people/{whom.id}/edit", data={**facts, "stamp": stamp[1], **changed})

    def test_a_change_says_what_was_changed(self, administrator, staff, browser):
        assert self.edit(browser(administrator), staff, job_title="Lead").status_code == 303
        assert staff.job_title == "Lead"
        assert said("PersonChanged") == [{"changes": {"job_title": ["", "Lead"]}}]

    def test_a_change_made_meanwhile_is_not_overwritten(self, administrator, staff, browser):
        answer = self.edit(browser(administrator), staff, stamp="an older one", job_title="Lead")
        assert "Somebody else changed this" in answer.text
        assert 'value="Lead"' in answer.text
        assert staff.job_title == ""

    def test_the_desk_puts_details_right_but_not_the_way_in(self, agent, staff, browser):
        before = staff.email
        assert self.edit(
            browser(agent), staff, phone="01632 960 999", email="mine@evil.example", way="password"
        )
        assert staff.phone == "01632 960 999"
        assert (staff.email, staff.way) == (before, Way.MAIL)

    def test_an_administrator_of_one_council_cannot_take_over_one_of_all(
        self, make_person, council, administrator, staff, browser
    ):
        some = role_for(make_person("Sam Low", council), Role.ADMINISTRATOR, council)
        assert may_manage(some, staff)
        assert not may_manage(some, administrator)
        assert browser(some).post(f"/people/{administrator.id}/edit", data={}).status_code == 403
        assert browser(some).get(f"/people/{administrator.id}/leaving").status_code == 403

    def test_a_changed_address_makes_older_links_worthless(self, administrator, staff, browser):
        device = browser()
        device.post("/sign-in", data={"address": staff.email})
        jobs.run_all()
        joining.change_person(staff, administrator, email="new@northbrook.example")
        assert db.session.execute(db.text("SELECT count(*) FROM sign_in_code")).scalar() == 0


class TestSeats:
    def test_a_seat_makes_a_member(self, administrator, staff, council, browser):
        answer = browser(administrator).post(
            f"/people/{staff.id}/seats",
            data={
                "council_id": council.id,
                "ward": "Mill Hill",
                "starts_on-day": "8",
                "starts_on-month": "5",
                "starts_on-year": "2026",
            },
        )
        assert answer.status_code == 303, answer.text
        db.session.refresh(staff)
        assert staff.is_member
        assert staff.seat.cohort == 2026

    def test_two_seats_of_one_council_do_not_overlap(self, member, council):
        with pytest.raises(joining.SeatsOverlap):
            joining.take_seat(member, council, "Castle", starts_on=date(2026, 5, 8), by=None)

    def test_a_seat_is_given_up(self, administrator, member, browser):
        browser(administrator).post(f"/people/{member.id}/seats/{member.terms[0].id}/end")
        assert member.terms[0].ends_on == NOW.date()


class TestLeaving:
    def leave(self, browser, whom: Person, day: date, **more: str):
        data = {"last_day-day": day.day, "last_day-month": day.month, "last_day-year": day.year, **more}
        return browser.post(f"/people/{whom.id}/leaving", data=data)

    def test_access_ends_after_the_last_day(self, administrator, agent, browser):
        device = browser(agent)
        assert self.leave(browser(administrator), agent, date(2026, 11, 20)).status_code == 303
        with clock.at(NOW + timedelta(days=2)):
            jobs.enqueue("people.end_leavers")
            jobs.run_all()
        db.session.expire_all()
        assert agent.gone_at is None
        with clock.at(NOW + timedelta(days=3)):
            assert device.get("/account").status_code == 302
            jobs.enqueue("people.end_leavers")
            jobs.run_all()
            db.session.expire_all()
            assert agent.gone_at is not None
            assert not agent.has_role(Role.AGENT)
        assert said("PersonLeft") == [{"last_day": "2026-11-20"}]

    def test_access_can_end_at_once_with_all_that_goes_with_it(
        self, administrator, desk, agent, member, browser
    ):
        delegation = Delegation(member=member, delegate=agent, scopes=["view"], starts_on=date(2026, 1, 1))
        db.session.add(delegation)
        device = browser(agent)
        self.leave(browser(administrator), agent, date(2026, 12, 31), at_once="y")
        db.session.expire_all()
        assert device.get("/account").status_code == 302
        assert delegation.ended_at is not None
        assert all(grant.ended_at for grant in agent.grants)
        teams = db.session.execute(
            db.text(f"SELECT ends_on FROM membership WHERE person_id = {agent.id}")
        ).all()
        assert teams
        assert all(row.ends_on for row in teams)

    def test_the_last_administrator_stays(self, administrator, browser):
        page = self.leave(browser(administrator), administrator, date(2026, 11, 1)).text
        assert joining.LastAdministrator.reason in page
        db.session.expire_all()
        assert administrator.left_on is None

    def test_somebody_can_come_back_without_their_roles(self, administrator, agent, browser):
        joining.mark_left(agent, date(2026, 11, 1), by=administrator)
        browser(administrator).post(f"/people/{agent.id}/return")
        assert agent.is_active
        assert not agent.has_role(Role.AGENT)


class TestRoles:
    def test_a_role_is_given_and_ended(self, administrator, staff, browser):
        desk = browser(administrator)
        answer = desk.post(f"/people/{staff.id}/roles", data={"role": "agent", "council_id": "0"})
        assert answer.status_code == 303, answer.text
        db.session.expire_all()
        assert staff.has_role_for(None, Role.AGENT)
        assert browser(staff).get("/people").status_code == 200
        desk.post(f"/people/{staff.id}/roles/{staff.grants[0].id}/end")
        db.session.expire_all()
        assert not staff.has_role(Role.AGENT)
        assert browser(staff).get("/people").status_code == 403
        assert [entry["role"] for entry in said("RoleGranted") + said("RoleEnded")] == ["agent", "agent"]

    def test_twice_is_refused(self, administrator, agent):
        with pytest.raises(granting.AlreadyGranted):
            granting.grant_role(agent, Role.AGENT, None, by=administrator)

    def test_an_administrator_of_one_council_gives_roles_there_only(
        self, make_person, council, other_council, staff, browser
    ):
        some = role_for(make_person("Sam Low", council), Role.ADMINISTRATOR, council)
        for wanted in (None, other_council):
            with pytest.raises(granting.NotYoursToGrant):
                granting.grant_role(staff, Role.AGENT, wanted, by=some)
        page = browser(some).post(
            f"/people/{staff.id}/roles", data={"role": "administrator", "council_id": "0"}
        )
        assert page.status_code == 200
        granting.grant_role(staff, Role.AGENT, council, by=some)

    def test_the_last_administrator_keeps_the_role(self, administrator, browser):
        grant = administrator.grants[0]
        answer = browser(administrator).post(f"/people/{administrator.id}/roles/{grant.id}/end")
        assert answer.status_code == 409
        assert joining.LastAdministrator.reason in answer.text
        db.session.expire_all()
        assert grant.is_live

    def test_whoever_left_gets_none(self, administrator, staff):
        joining.mark_left(staff, date(2026, 11, 1), by=None)
        with pytest.raises(Refusal):
            granting.grant_role(staff, Role.AGENT, None, by=administrator)


class TestCouncils:
    FORM = {
        "name": "Westham Town Council",
        "short_name": "Westham",
        "domains": "@Westham.example\nmail.westham.example",
        "colour": "#143a52",
        "line": "#2b7a9b",
    }

    def stamp(self, browser, address: str) -> str:
        found = re.search(r'name="stamp"[^>]*value="(\w+)"', browser.get(address).text)
        assert found
        return found[1]

    def test_a_council_is_added_and_its_people_wear_its_colours(self, administrator, make_person, browser):
        assert browser(administrator).post("/councils/new", data=self.FORM).status_code == 303
        council = db.session.scalars(select(Council).where(Council.slug == "westham")).one()
        assert council.email_domains == ["westham.example", "mail.westham.example"]
        page = browser(make_person("Wes Tham", council)).get("/account").text
        assert "--brand:#143a52" in page
        assert "Westham Town Council" in page

    def test_colours_that_cannot_be_read_are_refused(self, administrator, council, browser):
        desk, address = browser(administrator), f"/councils/{council.slug}"
        bad = {**self.FORM, "colour": "#777777", "line": "#ffffff", "stamp": self.stamp(desk, address)}
        page = desk.post(address, data=bad).text
        assert "letters on it reach" in page
        assert 'value="#777777"' in page
        db.session.expire_all()
        assert council.name == "Northbrook Borough Council"

    @pytest.mark.parametrize(
        "bad",
        [
            {"colour": "red"},
            {"line": "#12345"},
            {"domains": "not a domain"},
            {"name": ""},
            {"name": "x" * 200},
        ],
    )
    def test_what_does_not_fit_is_told(self, administrator, browser, bad):
        answer = browser(administrator).post("/councils/new", data=self.FORM | bad)
        assert answer.status_code == 200
        assert "There is a problem" in answer.text
        assert db.session.scalars(select(Council).where(Council.name == self.FORM["name"])).all() == []

    def test_a_name_is_taken_once(self, administrator, council, browser):
        page = browser(administrator).post("/councils/new", data={**self.FORM, "name": council.name}).text
        assert "Another council already has this name" in page

    def test_a_building_is_added_and_changed(self, administrator, council, browser):
        desk = browser(administrator)
        data = {"name": "Civic Centre", "address": "2 High Street", "rooms": "Room 1\n\nRoom 2\nRoom 1"}
        assert desk.post(f"/councils/{council.slug}/sites/new", data=data).status_code == 303
        site = db.session.scalars(select(Site)).one()
        assert (site.name, site.rooms) == ("Civic Centre", ["Room 1", "Room 2"])
        address = f"/councils/{council.slug}/sites/{site.id}"
        data |= {"address": "3 High Street", "stamp": self.stamp(desk, address)}
        assert desk.post(address, data=data).status_code == 303
        assert site.address == "3 High Street"
        assert "Somebody else changed this" in desk.post(address, data=data).text
        assert "already has a building" in desk.post(f"/councils/{council.slug}/sites/new", data=data).text

    def test_an_administrator_of_one_council_does_not_find_another(
        self, make_person, council, other_council, browser
    ):
        some = browser(role_for(make_person("Sam Low", council), Role.ADMINISTRATOR, council))
        assert some.get(f"/councils/{council.slug}").status_code == 200
        assert some.get(f"/councils/{other_council.slug}").status_code == 404
        assert some.get("/councils/new").status_code == 403
        assert other_council.name not in some.get("/councils").text
