"""Digests: several reminders of a patient combined in one notification."""
