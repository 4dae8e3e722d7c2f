"""Outcomes of attempts, and the next steps of their reminders."""
