"""Tickets that come again and again: the first Monday of the month, every Friday at 4pm."""
