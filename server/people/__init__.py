"""Clinics, patients, caregivers and staff; phone calls, the on-call rota, pause."""
