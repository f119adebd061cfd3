"""Two leads pressing at the same time: real connections, real commits, on both databases."""

import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import date

import pytest
from flask import Flask

from ictsupport.database import db
from ictsupport.errors import Refusal
from ictsupport.people.models import Council, Person
from ictsupport.systems.aligning import list_for_alignment, move
from ictsupport.systems.changing import Stale
from ictsupport.systems.contracting import LegsOverlap, Terms, add_leg, draft_contract
from ictsupport.systems.models import Alignment, AlignmentStep, Contract, ContractLeg, Stage, Use
from ictsupport.systems.registering import add_supplier, add_system, record_leg

TERM = Terms(starts_on=date(2025, 4, 1), ends_on=date(2028, 3, 31))


@pytest.fixture
def setting(real_app: Flask) -> Flask:
    """A draft contract and a listed alignment, committed."""
    with real_app.app_context():
        lead = Person(name="Sally Leader", sort_name="Leader Sally")
        councils = [
            Council(name=f"{name} Council", short_name=name, slug=name.lower()) for name in ("North", "South")
        ]
        db.session.add_all([lead, *councils])
        db.session.flush()
        system = add_system(name="Printing", by=lead)
        for council in councils:
            record_leg(system, council, use=Use.SAME, by=lead)
        draft_contract(name="Printers", supplier=add_supplier(name="Ink", by=lead), systems=[system], by=lead)
        list_for_alignment(system, by=lead)
        db.session.commit()
    return real_app


def together(app: Flask, acts: list[Callable[[], object]]) -> list[Refusal]:
    """Do all of it at once, each in a thread and a transaction of its own; returns what was refused."""
    start, refused, broken = threading.Barrier(len(acts)), [], []

    def run(act: Callable[[], object]) -> None:
        with app.app_context():
            start.wait()
            try:
                act()
                db.session.commit()
            except Refusal as refusal:
                refused.append(refusal)
            except Exception as error:
                broken.append(error)
            finally:
                db.session.remove()

    threads = [threading.Thread(target=run, args=[act]) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    assert not broken
    return refused


def test_two_overlapping_legs_added_at_once_leave_one(setting: Flask):
    def add(shift: int) -> Callable[[], object]:
        def act() -> object:
            contract, council = db.session.get_one(Contract, 1), db.session.get_one(Council, 1)
            terms = replace(TERM, starts_on=date(2025, 4, shift))
            return add_leg(contract, council, terms, by=None)

        return act

    refused = together(setting, [add(day) for day in range(1, 6)])
    assert [type(refusal) for refusal in refused] == [LegsOverlap] * 4
    with setting.app_context():
        assert db.session.query(ContractLeg).count() == 1


def test_two_steps_from_the_same_page_leave_one(setting: Flask):
    def step(stage: Stage) -> Callable[[], object]:
        return lambda: move(db.session.get_one(Alignment, 1), stage, version=1, by=None)

    refused = together(setting, [step(Stage.STRATEGY), step(Stage.PROCURING)])
    assert [type(refusal) for refusal in refused] == [Stale]
    with setting.app_context():
        assert db.session.query(AlignmentStep).count() == 2
