"""The lists the desk works from."""
