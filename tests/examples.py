"""How many examples a property test tries: fewer in `make quick`."""

from hypothesis import settings

QUICK = 20


def examples(most: int) -> int:
    """This many; in `make quick` at most QUICK."""
    return min(most, QUICK) if settings.get_current_profile_name() == "quick" else most
