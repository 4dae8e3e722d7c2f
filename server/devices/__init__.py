"""Devices: their push subscriptions, and whether they still show notifications."""
