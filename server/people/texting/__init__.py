"""Numbers that stopped our texts or cannot get them, and the texts that people send us."""
