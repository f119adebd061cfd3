"""The pages of the clinics: for those who book, for those who plan, and for the day itself."""

from . import attending, booking, planning, series
from .door import bp

__all__ = ["attending", "booking", "bp", "planning", "series"]
