"""Appointments: book one or a series, move, cancel, answer."""
