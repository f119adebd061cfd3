"""Clinics that come again and again: planned once, made as rows up to a horizon, changed for one date or for many."""
