"""One ticket as those who work it see it, and the form for a telephone call."""
