"""A refused form comes back in its own page, filled in as the person sent it (case 116)."""
