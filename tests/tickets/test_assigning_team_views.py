"""The manager's pages of the team, and everybody's own absences."""

from datetime import timedelta

import pytest

from ictsupport.database import db
from ictsupport.people.models import Role
from ictsupport.people.rota.absences import enter_absence
from ictsupport.people.rota.models import Absence, AbsenceKind
from ictsupport.tickets.triage import assign

from ..conftest import NOW

TOMORROW = {
    "kind": "leave",
    "work": "hands back",
    "first_day-day": "19",
    "first_day-month": "11",
    "first_day-year": "2026",
    "last_day-day": "20",
    "last_day-month": "11",
    "last_day-year": "2026",
}


def only_absence():
    return db.session.scalars(db.select(Absence)).one()


def test_whole_days_are_entered_without_times(agent, desk, browser):
    client = browser(agent)
    assert client.post("/absences/new", data=TOMORROW).status_code == 303
    absence = only_absence()
    assert (absence.starts_at.isoformat(), absence.ends_at.isoformat()) == (
        "2026-11-19T00:00:00+00:00",
        "2026-11-21T00:00:00+00:00",
    )
    assert "from 19 November 2026" in client.get("/absences").text


def test_part_of_a_day_is_entered_with_times(agent, desk, browser):
    data = {**TOMORROW, "last_day-day": "19", "from_time": "1pm", "until_time": "3pm"}
    assert browser(agent).post("/absences/new", data=data).status_code == 303
    assert only_absence().ends_at - only_absence().starts_at == timedelta(hours=2)


def test_what_was_typed_is_kept_when_it_is_refused(agent, desk, browser):
    answer = browser(agent).post("/absences/new", data={**TOMORROW, "last_day-day": "18"})
    assert answer.status_code == 422
    assert "The end must be after the beginning" in answer.text
    assert 'value="19"' in answer.text


def test_a_manager_sees_who_is_in_and_what_they_have(make_ticket, agent, manager, browser):
    assign(make_ticket(), agent, by=manager)
    enter_absence(manager, NOW, NOW + timedelta(days=1), AbsenceKind.TRAINING, by=manager)
    page = browser(manager).get("/team").text
    assert "1 of 2 are here now" in page
    assert "Here until 5pm" in page
    assert "Away until 10am tomorrow" in page
    assert "1 of 25" in page


def test_hours_skills_and_cap_are_set_there(agent, manager, telephony, desk, browser):
    client, here = browser(manager), f"/team/{agent.id}"
    hours = {"day_2": "09:00-11:00"} | {
        f"effective_from-{part}": value for part, value in (("day", "18"), ("month", "11"), ("year", "2026"))
    }
    assert client.post(f"{here}/hours", data=hours).status_code == 303
    assert client.post(f"{here}/skills", data={"systems": str(telephony.id)}).status_code == 303
    assert client.post(f"{here}/cap", data={"most": "7"}).status_code == 303
    page = client.get(here).text
    for words in ("Here until 11am", "9am to 11am", "Telephony", "0 of 7"):
        assert words in page, words
    assert 'value="7"' in client.get(f"{here}/cap").text
    assert 'value="9am to 11am"' in client.get(f"{here}/hours").text


def test_hours_that_make_no_sense_come_back_with_what_is_wrong(agent, manager, desk, browser):
    answer = browser(manager).post(
        f"/team/{agent.id}/hours",
        data={
            "day_0": "later",
            "effective_from-day": "18",
            "effective_from-month": "11",
            "effective_from-year": "2026",
        },
    )
    assert answer.status_code == 422
    assert "Monday: “later” is not a pair of times" in answer.text
    assert 'value="later"' in answer.text


def test_a_queue_can_ask_for_skill_and_stop_asking(manager, desk, browser):
    client = browser(manager)
    for words in ("those in the team who know the system", "everybody in the team"):
        assert client.post("/team/queues/helpdesk/skill").status_code == 303
        row = client.get("/team").text.partition("Given to</th>")[2]
        assert words in row
    assert "those in the team who know the system" not in row


def test_an_absence_under_way_is_not_the_next_one(agent, manager, desk, browser):
    def next_absence() -> str:
        page = browser(manager).get("/team").text
        row = next(row for row in page.split("<tr ") if agent.name in row)
        return row.split('data-label="Next absence">')[1].split("<")[0]

    enter_absence(agent, NOW - timedelta(days=1), NOW + timedelta(days=1), AbsenceKind.LEAVE, by=agent)
    assert next_absence() == "–"
    enter_absence(agent, NOW + timedelta(days=3), NOW + timedelta(days=4), AbsenceKind.LEAVE, by=agent)
    assert next_absence() == "21 Nov 2026"


def test_nobody_calls_off_the_absence_of_a_colleague(agent, manager, make_person, council, desk, browser):
    absence = enter_absence(manager, NOW, NOW + timedelta(days=1), AbsenceKind.LEAVE, by=manager)
    assert browser(agent).post(f"/absences/{absence.id}/end").status_code == 404
    assert browser(manager).post(f"/absences/{absence.id}/end").status_code == 303
    assert absence.called_off_at is not None


@pytest.mark.parametrize("people", [1, 25])
def test_the_team_costs_the_same_however_many(
    people, manager, desk, make_person, council, browser, count_queries
):
    for number in range(people):
        make_person(f"Agent Number{number}", council, roles=(Role.AGENT,))
    client = browser(manager)
    with count_queries() as queries:
        assert client.get("/team").status_code == 200
    assert len(queries) == 4, queries
