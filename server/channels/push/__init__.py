"""Web Push: endpoint checks, address guard, our own HTTP client, and the channel."""
