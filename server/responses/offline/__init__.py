"""Check-ins that a device keeps, and answers that it sealed without a network."""
