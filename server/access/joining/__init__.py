"""How a device becomes a person's: by a pairing code, or by a request that somebody lets in."""
