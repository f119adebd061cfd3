"""Calendars that somebody's own calendar subscribes to, by an address that is a secret."""
