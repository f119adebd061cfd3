"""Reminders: rules that say when, a row for each booking and rule, and the job that sends what is due."""
