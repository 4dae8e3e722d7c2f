"""The data of its patients that a phone keeps for times without a network."""
