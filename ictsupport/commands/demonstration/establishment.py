"""The posts of the service, who left when, and what was tried to fill them."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from ...people.models import Person
from ...staffing.covering import arrange_cover
from ...staffing.establishing import establish_post, record_change
from ...staffing.models import Post, Stage, State
from ...staffing.recruiting import reach_stage, start_round
from .content import content
from .setting import Setting


def fill_posts(scene: Setting) -> None:
    """Establish the posts and tell what became of them."""
    by = scene.agents["Morgan Okafor"]
    for told in content("posts")["post"]:
        _post(scene, told, by)


def _post(scene: Setting, told: dict[str, Any], by: Person) -> None:
    (months, state), *later = told["changes"]
    post = establish_post(
        number=told["number"],
        title=told["title"],
        team=scene.teams[told["team"]],
        grade=told["grade"],
        fte=Decimal(told.get("fte", "1")),
        state=State(state),
        starts_on=day(scene, months),
        by=by,
    )
    for months, state in later:
        record_change(post, State(state), day(scene, months), by=by)
    for first, last, fte in told.get("cover", []):
        arrange_cover(
            post,
            fte=Decimal(fte),
            starts_on=day(scene, first),
            ends_on=day(scene, last),
            agency="Agency",
            by=by,
        )
    for recruitment in told.get("round", []):
        _round(scene, post, recruitment["steps"], by)


def _round(scene: Setting, post: Post, steps: list[list[Any]], by: Person) -> None:
    (months, stage), *later = steps
    recruitment = start_round(post, Stage(stage), day(scene, months), by=by)
    for months, stage in later:
        reach_stage(recruitment, Stage(stage), day(scene, months), by=by)


def day(scene: Setting, months: float) -> date:
    """The day so many months from now; half a month is fifteen days on."""
    whole = int(months // 1)
    return scene.months(whole) + timedelta(days=round((months - whole) * 30))
