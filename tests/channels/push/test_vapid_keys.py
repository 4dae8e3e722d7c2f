"""VAPID keys and their public halves."""

import re

import pytest

from server.channels.push.vapid_keys import BadVapidKey, new_vapid_key, vapid_public_key
from tests.channels.push_service import b64

NEW = new_vapid_key()


def test_a_vapid_key_and_its_public_half() -> None:
    assert new_vapid_key() != new_vapid_key()
    assert re.fullmatch(r"[A-Za-z0-9_-]{43}", NEW)
    assert re.fullmatch(r"B[A-Za-z0-9_-]{86}", vapid_public_key(NEW))


@pytest.mark.parametrize("raw", ["", "AA", "not base64url!", b64(bytes(32)), b64(b"\xff" * 32), b64(b"\1" * 33)])
def test_a_bad_vapid_key_is_refused(raw: str) -> None:
    with pytest.raises(BadVapidKey):
        vapid_public_key(raw)
