"""Pairing: how a device becomes a person's, by a pairing code or by an approved request."""
