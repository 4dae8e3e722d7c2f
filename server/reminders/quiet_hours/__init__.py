"""Quiet hours: when a person wants no sound, and what that means for the reminders still to come."""
