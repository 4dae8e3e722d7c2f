"""What a phone keeps of its patients for when it has no network."""
