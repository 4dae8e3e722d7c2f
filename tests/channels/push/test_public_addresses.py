"""Which addresses are on the public internet (case 29)."""

import pytest

from server.channels.push.public_addresses import is_public_address
from tests.channels.ip_addresses import NO_ADDRESS, NOT_PUBLIC, PUBLIC


@pytest.mark.parametrize("ip", NOT_PUBLIC + NO_ADDRESS)
def test_case_29_an_address_that_is_not_public(ip: str) -> None:
    assert not is_public_address(ip)


@pytest.mark.parametrize("ip", PUBLIC)
def test_case_29_a_public_address(ip: str) -> None:
    assert is_public_address(ip)
