"""Tickets that wait for their requester: two reminders, then resolved with an easy way back."""
