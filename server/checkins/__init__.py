"""Questionnaires, plans, due check-ins, responses."""
