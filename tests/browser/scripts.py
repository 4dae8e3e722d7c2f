"""The page scripts as a test reaches them in a page."""

from functools import cache

from server.web.assets import Assets


def module(name: str) -> str:
    """An expression that imports a module by its address: where the page has loaded it, the same one with its state."""
    return f'import("{_assets().url(name)}")'


@cache
def _assets() -> Assets:
    return Assets()
