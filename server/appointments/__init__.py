"""Visits: book, series, move, cancel, answer."""
