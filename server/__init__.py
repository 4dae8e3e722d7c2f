"""Interlude: reminders and check-ins between infusions."""
