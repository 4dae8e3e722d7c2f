"""Quiet hours: when a person wants no sound, and how that moves the reminders still to come."""
