"""Tickets by e-mail: which ticket a mail belongs to, whose words it holds, and what became of it."""
