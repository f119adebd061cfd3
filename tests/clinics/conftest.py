"""Clinics to play with: a host, topics, and a clinic on Friday 20 November 2026 from 2pm to 3pm."""

from collections.abc import Callable
from datetime import date, time
from typing import Any

import pytest

from ictsupport.clinics.models import Clinic, ClinicTopic
from ictsupport.clinics.planning import CutOffs, Plan, plan_clinic
from ictsupport.devices.models import Custody, Device
from ictsupport.people.models import Person, Role, Site
from ictsupport.systems.models import System

from ..cast import LONG_AGO, keep
from .crowd import crowd_app  # noqa: F401 - a fixture

FRIDAY = date(2026, 11, 20)


@pytest.fixture
def host(make_person: Callable[..., Person], council: Any) -> Person:
    return make_person("Harriet Stone", council, roles=(Role.CLINIC_HOST,))


@pytest.fixture
def topics(context: Any, telephony: System) -> list[ClinicTopic]:
    """Papers, E-mail, Calls; calls concern a system."""
    return [
        keep(ClinicTopic(name="Reading committee papers", position=1)),
        keep(ClinicTopic(name="E-mail and calendar", position=2)),
        keep(ClinicTopic(name="Calls on the iPad", position=3, system=telephony)),
    ]


@pytest.fixture
def ipad(member: Person) -> Device:
    device = keep(Device(asset_tag="T-1001", kind="tablet", model="iPad Air", council=None))
    keep(Custody(device=device, person=member, lent_at=LONG_AGO))
    return device


@pytest.fixture
def make_plan(site: Site, host: Person, topics: list[ClinicTopic]) -> Callable[..., Plan]:
    """make_plan(day=..., places=2) is a plan for an hour on Friday afternoon unless told otherwise."""

    def make(**more: Any) -> Plan:
        details: dict[str, Any] = {
            "site": site,
            "room": "Committee room 2",
            "day": FRIDAY,
            "opens": time(14),
            "closes": time(15),
            "slot_minutes": 20,
            "places": 1,
            "hosts": [host],
            "cut_offs": CutOffs(book=60, move=60, cancel=0),
        }
        return Plan(**{**details, **more})

    return make


@pytest.fixture
def make_clinic(make_plan: Callable[..., Plan], host: Person) -> Callable[..., Clinic]:
    def make(**more: Any) -> Clinic:
        return plan_clinic(make_plan(**more), by=host)

    return make


@pytest.fixture
def clinic(make_clinic: Callable[..., Clinic]) -> Clinic:
    """Three slots of one place: 2pm, 2:20pm, 2:40pm."""
    return make_clinic()
