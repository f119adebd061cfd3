"""Kinds of request as the desk keeps them: what is asked for each, and where it goes."""
