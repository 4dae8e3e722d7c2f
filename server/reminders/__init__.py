"""Reminders: when they are due, digests, channel policy, message texts and status."""
