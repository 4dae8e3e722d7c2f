"""How a test reaches the page scripts in a page."""

from functools import cache

from server.web.assets import Assets


def module(name: str) -> str:
    """An expression that imports a module by its address.

    If the page has loaded it, that is the same module with its state.
    """
    return f'import("{_assets().url(name)}")'


@cache
def _assets() -> Assets:
    return Assets()
