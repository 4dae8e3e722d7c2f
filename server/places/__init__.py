"""The places that time zones are named after: which there are, and what they are called."""

from server.places.zones import countries_by_place, is_place, place_of

__all__ = ["countries_by_place", "is_place", "place_of"]
