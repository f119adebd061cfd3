"""Asking people to allow what a ticket asks for, and hearing what they decide."""
