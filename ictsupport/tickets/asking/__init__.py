"""Asking for help, and what the requester sees of it."""
