"""Getting a reminder there: claims, attempts, the sender, outcomes, receipts, circuit breakers, heartbeats."""
