"""Tickets that have to do with each other: links, merging, splitting, major incidents."""
