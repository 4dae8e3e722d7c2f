"""The assets, loaded once."""

import pytest

from server.web.assets import Assets


@pytest.fixture(scope="module")
def assets() -> Assets:
    return Assets()
