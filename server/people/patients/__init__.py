"""Patients: the list and its search, look-alikes, registering and editing."""
