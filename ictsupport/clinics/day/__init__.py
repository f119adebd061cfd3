"""The day of a clinic: who came without a booking, how late it runs, what was brought, and what came of it."""
