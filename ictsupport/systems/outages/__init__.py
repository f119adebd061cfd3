"""Systems that do not work, or will be worked on: what the desk and everybody else should know."""
