"""A refused form comes back in its own page, filled in as it was sent (case 116)."""
