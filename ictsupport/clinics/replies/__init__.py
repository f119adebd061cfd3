"""What people's calendars answer to our invitations."""
