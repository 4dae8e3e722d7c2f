"""Triggers, flags, outcomes, the inbox."""
