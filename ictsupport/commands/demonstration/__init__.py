"""Demonstration data that looks like the real thing: the same for the same seed and day."""

from collections.abc import Callable
from datetime import datetime

from ... import clock
from ...config import settings
from ...database import db
from ...people.models import Demonstration
from ...tickets import history
from . import (
    answers,
    approvals,
    asking,
    clinic_today,
    clinics,
    contracts,
    establishment,
    guides,
    prepared,
    ratings,
    requests,
    setting,
    together,
)
from .rota import fill as fill_rota

TICKETS = 9_000
SEED = 20_261
WEEKS_BACK, FEW, FEW_WEEKS = 52, 2_000, 14
"""For so many weeks there have been clinics, and for how many where there are few tickets: each booking is made by hand."""

Progress = Callable[[int], None]


def load(
    now: datetime | None = None, *, seed: int = SEED, tickets: int = TICKETS, progress: Progress | None = None
) -> None:
    """Fill an empty database with the demonstration, as of `now`. Commits once, at the end.

    `progress` is told how many more tickets there are.
    """
    now = now or clock.now()
    with clock.at(now):
        db.session.add(Demonstration())
        dice = requests.dice(seed)
        scene = setting.set_the_scene(dice, now.astimezone(settings().zone).date())
        setting.serves_too(scene)
        contracts.register_systems(scene)
        setting.set_the_rules(scene)
        contracts.agree_contracts(scene)
        establishment.fill_posts(scene)
        prepared.prepare(scene)
        prepared.save_views(scene)
        asking.offer_types(scene)
        asking.hold_meetings(scene)
        asking.plan_maintenance(scene)
        fill_rota(scene)
        guides.write_guides(scene)
        clinics.lend_devices(scene)
        clinics.hold_clinics(scene, WEEKS_BACK if tickets > FEW else FEW_WEEKS)
        told = requests.stories(scene, tickets, now)
        history.load(told, progress or (lambda _count: None))
        history.derive()
        guides.ask_anyway(scene)
        ratings.ask_how_it_went(now)
        prepared.put_tags(scene)
        prepared.repeat(scene)
        prepared.put_tasks(scene)
        approvals.ask_for_approval(scene)
        clinics.raise_from_clinics()
        clinics.leave_with_devices(scene)
        together.put_together(scene, now)
        clinic_today.hold_clinic_today(scene)
        answers.answer_invitations(scene)
        clinics.send_nothing()
        db.session.commit()
