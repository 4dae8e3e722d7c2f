"""Pauses: begun, kept and ended; until when one lasts, and what its forms ask."""
