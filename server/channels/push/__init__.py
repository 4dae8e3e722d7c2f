"""Web Push: endpoints, addresses, our own HTTP client, and the channel."""
