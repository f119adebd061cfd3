"""What each measure means: one definition, used by page, CSV and JSON alike."""

from dataclasses import dataclass

from ..tickets.rating.models import GOOD
from .load import ENOUGH
from .models import STEPS
from .satisfaction import ENOUGH as ENOUGH_ANSWERS


@dataclass(frozen=True)
class Definition:
    """A measure in words, and as a formula."""

    slug: str
    name: str
    formula: str
    notes: str = ""


DEFINITIONS = (
    Definition(
        "opened",
        "Opened",
        "number of tickets that were opened in the period",
        "Counted in the queue the ticket came into first.",
    ),
    Definition(
        "resolved",
        "Resolved",
        "number of times an open ticket became resolved (or was closed straight away)",
        "A ticket that is reopened and resolved again counts twice, and counts once as reopened.",
    ),
    Definition("cancelled", "Cancelled", "number of times an open ticket was cancelled"),
    Definition("reopened", "Reopened", "number of times a resolved or cancelled ticket was taken up again"),
    Definition(
        "net",
        "Net flow",
        "opened + reopened + unmerged − resolved − cancelled − merged",
        "Equals the change of the backlog. Within one queue, tickets moved in are added and those moved "
        "out taken away.",
    ),
    Definition(
        "backlog",
        "Backlog",
        "tickets that are new, in progress or on hold at the end of the period",
        "A ticket merged into another is counted with that one only.",
    ),
    Definition(
        "ages",
        "Age of what is open",
        "working days since the day the ticket was opened, by the opening hours of its council",
        "Bands: 0 to 5, 6 to 10, 11 to 20, 21 to 40, and 41 or more. Counted now, whatever period is shown.",
    ),
    Definition(
        "response",
        "First response in target",
        "met ÷ (met + missed), of the response clocks that ended in the period",
        "The first time a person answers: a public reply, or a call in which we spoke. A ticket raised by "
        "telephone, at the desk or at a clinic is answered when it is opened. A clock that was cancelled, "
        "or for which nothing was recorded, is in neither.",
    ),
    Definition(
        "resolution",
        "Resolved in target",
        "met ÷ (met + missed), of the resolution clocks that ended in the period",
        "Always read it beside “open and past target”: clearing old work lowers this figure while it makes "
        "things better. A ticket that is reopened has a clock for each round.",
    ),
    Definition(
        "late",
        "Past target",
        "clocks that have run out and have not ended, at the end of the period",
        "For first response: tickets still waiting for an answer past their target. For resolution: open "
        "tickets past theirs. A ticket merged into another is not counted while it is.",
    ),
    Definition(
        "median",
        "Median and P90",
        "the shortest length that at least half (nine in ten) of the clocks ended within",
        "In working time, without the time spent waiting for the requester. Told in steps "
        f"({STEPS[0]}, {STEPS[1]}, {STEPS[2]} … minutes up to {STEPS[-1] // 60} hours), and only where at "
        f"least {ENOUGH} clocks ended.",
    ),
    Definition(
        "fte",
        "FTE: established, in post, vacant, frozen",
        "daily mean over the calendar days of the period; vacant = established − in post",
        "Of the teams that own queues. A council's part of a post is what its share of the funding says. "
        "Frozen posts are established and vacant; deleted posts are neither. For a period that is not over, "
        "the mean goes to today.",
    ),
    Definition(
        "agency",
        "Agency cover",
        "daily mean of agency FTE; uncovered = vacant − vacant FTE that agency staff cover",
        "A post that agency staff cover stays vacant, and the cover is shown apart.",
    ),
    Definition(
        "vacant_days", "Vacant FTE-days", "sum over the calendar days of the period of the FTE vacant on each"
    ),
    Definition("vacancy_rate", "Vacancy rate", "vacant FTE ÷ established FTE"),
    Definition(
        "per_fte",
        "Tickets per FTE",
        "opened (or resolved) in the period ÷ FTE, over three denominators: in post; in post + agency; "
        "established",
        "FTE is not divided by type of ticket or kind of requester. Work for all councils together has no FTE "
        "of its own.",
    ),
    Definition(
        "satisfaction",
        "Satisfied",
        f"answers of {GOOD} or 5 ÷ answers, of those asked in the period; always with the response rate",
        "Asked with the mail that says it is resolved, not more often than every so many days (a setting), and never "
        f"about confidential work. Of fewer than {ENOUGH_ANSWERS} answers nothing is told. Whoever answers again "
        "replaces their answer.",
    ),
    Definition(
        "response_rate",
        "Response rate",
        "answers ÷ resolutions about which somebody was asked, or answered without being asked",
        "By the day of asking: of recent days some have not answered yet.",
    ),
    Definition(
        "moved",
        "Moved with",
        "mean backlog of the third of the periods with most FTE vacant, beside that of the third with fewest",
        "It says that two things moved together, never that one caused the other. Told from three complete "
        "periods on.",
    ),
)

GENERAL = (
    "What people ask for is counted: incidents and service requests. A problem is a record of the desk’s own, made of "
    "tickets that are counted already, so it is in no total; problems have a row of their own under the types.",
    "Every ticket counts, confidential ones too. The list behind a figure shows those that you may open.",
    "A figure is counted for the council, type and requester that the ticket has now, and for the queue it was "
    "in at that moment. If a ticket's type is put right later, the figures of the past follow; published papers "
    "keep theirs.",
    "Days are those of the service's time zone. A week begins on Monday.",
    "Working time is that of the calendar in force for the ticket's council.",
)
