"""How the desk is set up: queues, routing, priorities, targets, opening hours, and what requesters are told."""
