"""Members elected together: places kept for them until a day, and booking several of them in one go."""
