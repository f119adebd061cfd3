"""Asking whoever asked how it went, and hearing the answer without a sign-in."""
