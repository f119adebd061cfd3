"""Committees meet: when, where, and which members sit on them."""
