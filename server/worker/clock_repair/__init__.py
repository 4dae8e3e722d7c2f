"""Undo what happened too early while the clock was ahead, once the clock is right."""
