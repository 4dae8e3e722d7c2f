"""Journeys run in the same house, and in the same browser, as the tests beside them."""

from tests.browser.conftest import chromium as chromium
from tests.browser.conftest import house as house
from tests.browser.conftest import site as site
