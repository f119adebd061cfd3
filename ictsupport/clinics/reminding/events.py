"""What can happen to the rules by which people are reminded."""

from dataclasses import dataclass

from ...journal.settings import SettingChanged
from .models import ClinicReminderRule


@dataclass(frozen=True, kw_only=True)
class ReminderRuleChanged(SettingChanged):
    """A rule was made, changed or ended."""

    about: ClinicReminderRule
