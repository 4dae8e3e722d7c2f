"""After the clinic has moved, an admin decides about the visits that are booked at its old address."""
