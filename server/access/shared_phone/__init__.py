"""A phone on which a caregiver helps several patients: a device and a session for each (case 97)."""
