"""Clinics, patients, caregivers, staff; devices, pairing, sign-in; who may open what; pause."""
