"""Outages at the desk: the ticket that stands for one, and those who said "me too"."""
