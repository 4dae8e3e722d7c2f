"""Undo what a clock that was ahead has ended or put off, once the clock is right."""
