"""base64url without padding."""

import pytest

from server.crypto import b64, unb64


@pytest.mark.parametrize(
    ("raw", "text"), [(b"", ""), (b"\0", "AA"), (b"\0\0", "AAA"), (b"\0\0\0", "AAAA"), (b"\xfb\xff", "-_8")]
)
def test_bytes_of_any_length_survive_a_round_trip(raw: bytes, text: str) -> None:
    assert b64(raw) == text
    assert unb64(text) == raw
