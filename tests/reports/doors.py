"""Who may come in to the figures."""

from ictsupport.reports.access import READERS
from tests.doors import Door

FIGURES = frozenset(READERS)

DOORS = {
    "reports.index": Door(get=FIGURES),
    "reports.as_sheet": Door(get=FIGURES),
    "reports.as_data": Door(get=FIGURES),
    "reports.tickets": Door(get=FIGURES),
    "reports.satisfaction": Door(get=FIGURES),
    "reports.clinics": Door(get=FIGURES),
    "reports.clinics_sheet": Door(get=FIGURES),
    "reports.clinics_data": Door(get=FIGURES),
    "reports.clinic_rows": Door(get=FIGURES),
    "reports.definitions": Door(get=FIGURES),
}
