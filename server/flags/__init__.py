"""Triggers and the flags that they raise: staff actions, expected levels, escalation, outcomes."""
