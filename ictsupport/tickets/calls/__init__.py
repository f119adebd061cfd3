"""Telephone calls at the desk: those that are open, what is known of a caller, and who was promised a call back."""
