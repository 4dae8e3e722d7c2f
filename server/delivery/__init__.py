"""Deliver reminders: claims, attempts, the sender, outcomes, receipts, circuit breakers, heartbeats."""
