"""Contracts from a list."""

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from sqlalchemy import select

from ictsupport.database import db
from ictsupport.importing import Outcome, Report, bring_in
from ictsupport.journal import Entry
from ictsupport.systems.contracting import Terms
from ictsupport.systems.importing import Contracts
from ictsupport.systems.models import Contract, State, Supplier, System, Use

SAMPLE = Path(__file__).parents[2] / "docs" / "handbook" / "samples" / "contracts.csv"
HEADINGS = "contract,supplier,systems,council,starts,ends,notice days,renewal,renewal months,owner,signed\n"
LINE = "Joint telephony,Northern Voice,Telephony,Northbrook,01/04/2025,31/03/2028,180,express,,,14/02/2025\n"


@pytest.fixture
def councils(council, other_council, agent):
    return [council, other_council]


def bring(text: str | bytes, commit: bool = True) -> Report:
    return bring_in(Contracts(), text.encode() if isinstance(text, str) else text, commit=commit)


def contract(name: str) -> Contract:
    return db.session.scalars(select(Contract).where(Contract.name == name)).one()


def troubles(*lines: str) -> list[str]:
    return [str(trouble) for trouble in bring(HEADINGS + "".join(lines)).troubles]


def test_the_sample_of_the_handbook_comes_in(councils, agent):
    report = bring(SAMPLE.read_bytes())
    assert report.troubles == []
    assert report.counts[Outcome.NEW] == 4
    assert report.notes == [
        "New systems: Telephony, Printing, Scanning, Asset management",
        "New suppliers: Northern Voice Ltd, Paper and Toner plc, Records Co",
    ]
    telephony = contract("Joint telephony")
    assert (telephony.state, telephony.owner) == (State.ACTIVE, agent)
    assert [leg.annual_cost for leg in telephony.legs] == [Decimal(41250), Decimal(36900)]
    assert contract("Asset management").state is State.DRAFT
    assert contract("Print and scan").legs[0].ends_on == date(2027, 8, 31), "it has run on"


def test_a_preview_leaves_nothing(councils):
    report = bring(SAMPLE.read_bytes(), commit=False)
    assert report.counts[Outcome.NEW] == 4
    assert db.session.scalars(select(System)).all() == []


def test_a_second_run_changes_nothing(councils):
    bring(SAMPLE.read_bytes())
    told = len(db.session.scalars(select(Entry)).all())
    db.session.expire_all()
    report = bring(SAMPLE.read_bytes())
    assert report.counts[Outcome.SAME] == 4
    assert len(db.session.scalars(select(Entry)).all()) == told


def test_a_line_in_another_hand_is_the_same_contract(councils):
    bring(HEADINGS + LINE)
    report = bring(HEADINGS + LINE.replace("Northern Voice", "NORTHERN VOICE").replace("180", "90"))
    assert report.counts[Outcome.CHANGED] == 1
    assert len(db.session.scalars(select(Supplier)).all()) == 1
    assert contract("Joint telephony").legs[0].notice_days == 90


def test_what_a_line_leaves_out_stays_as_it_was(councils):
    bring(SAMPLE.read_bytes())
    before = Terms.of(contract("Joint telephony").legs[0])
    bring(
        HEADINGS.replace("contract,", "contract,reference,")
        + LINE.replace(",Northern", ",C-1001,Northern", 1)
    )
    assert Terms.of(contract("Joint telephony").legs[0]) == before


def test_a_council_with_a_contract_has_the_system(councils, council):
    bring(HEADINGS + LINE)
    system = contract("Joint telephony").systems[0]
    assert [(leg.council, leg.use) for leg in system.legs] == [(council, Use.SAME)]


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("Northbrook", "Atlantis", "line 2, council: “Atlantis” is none of"),
        ("31/03/2028", "31/03/2024", "line 2: The last day must be on or after the first day."),
        ("31/03/2028", "soon", "line 2, ends: “soon” is not a date"),
        ("180", "1800", "line 2: 1800 days' notice is longer than the whole term"),
        ("express", "tacit", "line 2: Say by how many months"),
        ("14/02/2025", "14/02/2027", "line 2: That day has not come yet"),
        (",,14/02", ",nobody@northbrook.example,14/02", "line 2, owner: nobody has the e-mail address"),
        ("Telephony,North", "!!!,North", "line 2, systems: “!!!” is not a name for a system"),
    ],
)
def test_what_is_wrong_is_told_with_its_line_and_nothing_comes_in(councils, old, new, words):
    (said,) = troubles(LINE.replace(old, new, 1))
    assert said.startswith(words)
    assert db.session.scalars(select(Contract)).all() == []


def test_two_lines_that_overlap_are_refused(councils):
    (said,) = troubles(LINE, LINE.replace("01/04/2025", "01/05/2025"))
    assert said.startswith("line 3: Northbrook Borough Council already has a leg of this contract")


def test_two_lines_of_a_contract_must_agree(councils):
    other = LINE.replace("Telephony,North", "Printing,North").replace("Northbrook", "Eastmere")
    (said,) = troubles(LINE, other)
    assert said == "line 3, systems: is not what line 2 says of the same contract"
