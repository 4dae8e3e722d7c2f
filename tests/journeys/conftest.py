"""Journeys use the same site and browser as the tests in tests/browser."""

from tests.browser.conftest import chromium as chromium
from tests.browser.conftest import house as house
from tests.browser.conftest import site as site
