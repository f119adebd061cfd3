"""What each figure of the clinics means."""

from ..definitions import Definition
from .figures import ENOUGH

DEFINITIONS = (
    Definition(
        "clinics",
        "Clinics held, called off",
        "number of clinics of the period that are over by now",
        "Those called off are counted apart, and nothing else is counted of them. A clinic counts in the month of "
        "its day, for the council whose members it is for; one for all councils is shared.",
    ),
    Definition(
        "offered",
        "Places offered",
        "places in the slots of the clinics held, those kept for drop-in too",
    ),
    Definition(
        "booked",
        "Booked",
        "places taken, walk-ins too, that were not given back",
        "A booking that was cancelled or moved away is not counted, nor is an offer nobody took.",
    ),
    Definition("attended", "Came", "booked, and checked in or seen"),
    Definition(
        "no_show",
        "No-show rate",
        "did not come ÷ (came + did not come), of those who booked ahead",
        f"Walk-ins are in neither, nor is anybody of whom it was not noted. Of fewer than {ENOUGH} no rate is told.",
    ),
    Definition(
        "fixed",
        "Fixed there",
        "visits with the outcome “fixed” ÷ visits with any outcome noted",
        f"Of fewer than {ENOUGH} no share is told.",
    ),
    Definition(
        "raised",
        "Tickets raised",
        "visits with the outcome “ticket raised”",
        "The ticket itself counts under load, with the channel “clinic”.",
    ),
    Definition(
        "lead",
        "Booked ahead",
        "median number of days from the day of booking to the day of the clinic, without walk-ins",
        f"Of fewer than {ENOUGH} only how many people they are is told.",
    ),
    Definition(
        "waited",
        "Waited for a place",
        "median number of days from joining a waiting list to taking the place offered",
        "Counted in the month of the clinic at which they got one. Whoever found a free time at once did not wait.",
    ),
)
