"""Outcomes of attempts, and what follows from them."""
