"""The clinic moves house: what becomes of the visits that are booked at its old address."""
