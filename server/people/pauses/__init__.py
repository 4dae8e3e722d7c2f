"""Begin, keep and end pauses: how long one lasts, and which fields its forms have."""
