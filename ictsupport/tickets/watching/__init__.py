"""Who else is concerned by a ticket: those who watch it, and those who have the same trouble."""
