"""The patients' data that a phone keeps for times without a network."""
