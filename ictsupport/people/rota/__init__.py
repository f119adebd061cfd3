"""When those of the desk work: their hours of the week, and when they are away."""
