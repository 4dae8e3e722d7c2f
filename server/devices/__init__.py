"""Which devices take reminders: subscriptions, and the health of each."""
