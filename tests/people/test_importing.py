"""Lists of people are taken by their own keys, and a second run changes nothing."""

from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import func, select

from ictsupport.database import db
from ictsupport.importing import Outcome, Report, bring_in
from ictsupport.people.importing import People
from ictsupport.people.models import Person, Term, Way

SAMPLE = Path(__file__).parents[2] / "docs/handbook/samples/people.csv"


def run(text: str | bytes, *, commit: bool = True) -> Report:
    return bring_in(People(), text.encode() if isinstance(text, str) else text, commit=commit)


def find(email: str) -> Person:
    return db.session.scalars(select(Person).where(Person.email == email)).one()


def how_many() -> int:
    return db.session.scalar(select(func.count()).select_from(Person)) or 0


def troubles(report: Report) -> list[str]:
    return [str(trouble) for trouble in report.troubles]


def test_the_sample_of_the_handbook_comes_in_and_a_second_run_changes_nothing(council, other_council):
    report = run(SAMPLE.read_bytes())
    assert troubles(report) == []
    assert report.counts[Outcome.NEW] == 5
    pat, tina, kim = (
        find("pat.ashcroft@northbrook.example"),
        find("tina.worsley@northbrook.example"),
        find("kim.duarte@voice.example"),
    )
    assert (pat.seat.ward, pat.seat.cohort, pat.seat.committees) == (
        "Mill Hill",
        2023,
        ["Planning", "Licensing"],
    )
    assert pat.employer is None
    assert pat.serves == [council]
    assert (tina.employer, tina.job_title, tina.way) == (council, "Planning officer", Way.PASSWORD)
    assert kim.requester_kind.value == "contact"
    assert pat.sort_name == "Ashcroft Pat"
    again = run(SAMPLE.read_bytes())
    assert again.counts[Outcome.SAME] == 5
    assert sum(again.counts.values()) == 5


def test_a_preview_changes_nothing(council, other_council):
    report = run(SAMPLE.read_bytes(), commit=False)
    assert report.counts[Outcome.NEW] == 5
    assert how_many() == 0


def test_an_older_file_of_windows_is_read_too(council):
    report = run("name;email;council\nZoë Brontë;zoe@northbrook.example;northbrook\n".encode("cp1252"))
    assert report.sheet.encoding == "Windows-1252"
    assert find("zoe@northbrook.example").name == "Zoë Brontë"


def test_a_known_address_changes_only_what_the_line_says(staff):
    staff.phone = "01632 960110"
    db.session.flush()
    report = run(
        f"Full name,E-mail,Job title,Phone\nTina Worsley-Smith,{staff.email.upper()},Lead planner,\n"
    )
    assert report.counts[Outcome.CHANGED] == 1
    assert (staff.name, staff.job_title, staff.phone) == (
        "Tina Worsley-Smith",
        "Lead planner",
        "01632 960110",
    )
    assert staff.employer is not None


def test_without_an_address_name_and_council_tell(staff, other_council, make_person):
    make_person("Tina Worsley", other_council, email="tina@eastmere.example")
    report = run("first name,last name,council,job title\nTina,Worsley,Northbrook,Clerk\n")
    assert report.counts[Outcome.CHANGED] == 1
    assert staff.job_title == "Clerk"


def test_a_namesake_with_another_address_is_somebody_else_and_named(staff):
    report = run("name,email,council\nTina Worsley,tina2@northbrook.example,Northbrook\n")
    assert report.counts[Outcome.NEW] == 1
    assert "line 2: Tina Worsley (tina.worsley@northbrook.example is there already)" in report.notes[0]


def test_a_member_keeps_their_seat_and_a_new_one_follows_an_old_one(member, council):
    head = "name,email,council,ward,in office from,in office to\n"
    line = f"{member.name},{member.email},Northbrook,"
    report = run(head + line + "Mill Hill,08/05/2023,06/05/2027\n")
    assert report.examples[Outcome.CHANGED] == ["line 2: Cllr Pat Ashcroft: end of seat"]
    report = run(head + line + "Mill Hill,07/05/2027,\n")
    assert troubles(report) == []
    terms = db.session.scalars(select(Term).where(Term.person_id == member.id).order_by(Term.starts_on)).all()
    assert [(term.starts_on, term.ends_on) for term in terms] == [
        (date(2023, 5, 8), date(2027, 5, 6)),
        (date(2027, 5, 7), None),
    ]


def test_who_left_is_out(staff):
    report = run(f"name,email,left\n{staff.name},{staff.email},30/10/2026\n")
    assert report.counts[Outcome.CHANGED] == 1
    assert staff.gone_at is not None
    again = run(f"name,email\n{staff.name},{staff.email}\n")
    assert "here they have left: line 2" in again.notes[0]
    assert staff.gone_at is not None


@pytest.mark.parametrize(
    ("line", "wanted"),
    [
        (",a@northbrook.example,Northbrook,,,,", "line 2, name: is empty"),
        ("Ann Lee,not an address,Northbrook,,,,", "line 2, email: “not an address” is not an e-mail address"),
        ("Ann Lee,a@n.example,Westham,,,,", "line 2, council: “Westham” is no council here"),
        ("Ann Lee,a@n.example,,Mill,08/05/2023,,", "line 2, council: is empty, but a ward is named"),
        ("Ann Lee,a@n.example,Northbrook,Mill,,,", "line 2, in office from: is empty"),
        ("Ann Lee,a@n.example,Northbrook,Mill,soon,,", "line 2, in office from: “soon” is not a date"),
        ("Ann Lee,a@n.example,Northbrook,,,The Moon,", "line 2, building: “The Moon” is no building"),
        ("Ann Lee,a@n.example,Northbrook,,,,badge", "line 2, signs in with: “badge” is none of"),
        ("Ann Lee,,Northbrook,,,,password", "line 2: Somebody who signs in needs an e-mail address."),
    ],
)
def test_what_is_wrong_is_told_with_its_line_and_nothing_comes_in(council, line, wanted):
    head = "name,email,council,ward,in office from,building,signs in with\n"
    report = run(head + line + "\nRight Person,r@northbrook.example,Northbrook,,,,\n")
    (trouble,) = troubles(report)
    assert trouble.startswith(wanted)
    assert how_many() == 0


def test_the_same_person_twice_is_told(council):
    report = run("name,email,council\nAnn Lee,a@n.example,Northbrook\nAnn B Lee,A@N.example,Northbrook\n")
    assert troubles(report) == ["line 3: is Ann Lee again, who is in line 2"]


def test_a_line_after_a_wrong_one_is_still_looked_at(council):
    report = run(
        "name,email,council,ward\nAnn Lee,a@n.example,Northbrook,Mill\nBo,b,Northbrook,\nAnn Lee,a@n.example,Northbrook,\n"
    )
    assert [trouble.line for trouble in report.troubles] == [2, 3]
