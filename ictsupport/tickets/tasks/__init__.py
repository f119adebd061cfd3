"""What is to be done on a ticket, one thing after the other, and the checklists it comes from."""
