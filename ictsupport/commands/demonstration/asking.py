"""What makes asking easy in the demonstration: request types that know their queue, and meetings to be ready for."""

from datetime import datetime, time, timedelta

from sqlalchemy import select

from ...config import settings
from ...database import db
from ...people.meetings.models import Meeting
from ...people.scopes import scoped_to
from ...systems.outages.declaring import declare
from ...systems.outages.models import OutageKind
from ...tickets.request_types.keeping import enter_shipped
from ...tickets.request_types.models import RequestType
from ...tickets.targets.models import Policy
from ...tickets.targets.policies import PRIORITIES
from .content import content
from .setting import LONG_AGO, Setting

ABOUT = {"telephone": "telephony", "printing": "printing", "committee-papers": "committee-management"}
SOON = {"response": [30, "minutes"], "resolution": [1, "working days"]}
WEEKS = 3
EVENING = time(18, 30)


def offer_types(scene: Setting) -> None:
    """The request types that come with the program: some are always about one system, one has targets of its own."""
    enter_shipped()
    types = {each.slug: each for each in db.session.scalars(select(RequestType))}
    for slug, system in ABOUT.items():
        types[slug].system = scene.systems.get(system)
    db.session.add(
        Policy(
            name="Lost and stolen devices",
            request_type=types["lost-or-stolen"],
            targets={str(priority): SOON for priority in PRIORITIES},
            pauses=["awaiting requester"],
            effective_from=LONG_AGO,
            **scoped_to(None),
        )
    )
    db.session.flush()


def hold_meetings(scene: Setting) -> None:
    """An evening meeting on each weekday, the committees in turn, and today's for the first member of each council."""
    zone = settings().zone
    for told in content("councils")["council"]:
        council = scene.councils[str(told["short_name"])]
        first = next((one for one in scene.members if one.terms[0].council is council), None)
        committees = [str(each) for each in told["committees"]]
        if first is not None and first.terms[0].committees:
            committees = sorted(committees, key=lambda each: each != first.terms[0].committees[0])
        days = [scene.today + timedelta(days=n) for n in range(WEEKS * 7)]
        for number, day in enumerate(day for day in days if day.weekday() < 5):
            committee = committees[number % len(committees)]
            begins = datetime.combine(day, EVENING, zone)
            db.session.add(
                Meeting(
                    council=council,
                    uid=f"{council.slug}-{day.isoformat()}",
                    title=committee,
                    committee="" if committee == "Council" else committee,
                    place=council.sites[0].name,
                    starts_at=begins,
                    ends_at=begins + timedelta(hours=2),
                )
            )
    db.session.flush()


def plan_maintenance(scene: Setting) -> None:
    """The finance system rests on a coming evening: whoever is about to ask about it is told."""
    zone = settings().zone
    begins = datetime.combine(scene.today + timedelta(days=3), time(18), zone)
    declare(
        scene.systems["finance"],
        "New version of the finance system",
        by=scene.agents["Ruth Ainscough"],
        kind=OutageKind.MAINTENANCE,
        advice="Save your work and sign out before 6pm.",
        starts_at=begins,
        expected_end=begins + timedelta(hours=3),
    )
