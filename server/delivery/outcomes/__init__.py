"""What became of each attempt, and what follows from it."""
