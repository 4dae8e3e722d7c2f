"""A request is the provider's if its signature is right and at most five minutes old (case 128)."""

from datetime import timedelta

import pytest

from server.delivery.text_webhook.signature import is_signed, sign
from tests.cast import NOW
from tests.delivery.text_webhook.scene import SECRET

STAMP = str(int(NOW.timestamp()))
GOOD = sign(SECRET, STAMP, b"{}")


def test_case_128_the_signature_is_hmac_sha_256_over_timestamp_dot_and_body() -> None:
    """The expected value is from `printf '%s' '1700000000.{}' | openssl dgst -sha256 -hmac secret`."""
    expected = "b8569b78799ff9e3cbff0fc2d63a33a2b57f3282abd07c37ae5e8e7d79a5f163"
    assert sign("secret", "1700000000", b"{}") == expected


@pytest.mark.parametrize("seconds", [-300, 0, 300])
def test_case_128_a_right_signature_counts_for_five_minutes(seconds: int) -> None:
    assert is_signed(SECRET, STAMP, GOOD, b"{}", NOW + timedelta(seconds=seconds))
    assert is_signed(SECRET, STAMP, GOOD.upper(), b"{}", NOW)


@pytest.mark.parametrize("seconds", [-301, 301, 86_400])
def test_case_128_a_signature_from_another_time_is_refused(seconds: int) -> None:
    assert not is_signed(SECRET, STAMP, GOOD, b"{}", NOW + timedelta(seconds=seconds))


@pytest.mark.parametrize(
    ("secret", "timestamp", "signature", "content"),
    [
        (SECRET + "x", STAMP, GOOD, b"{}"),
        (SECRET, str(int(STAMP) + 1), GOOD, b"{}"),
        (SECRET, STAMP, GOOD, b"{ }"),
        (SECRET, STAMP, GOOD[:-1], b"{}"),
        (SECRET, STAMP, "", b"{}"),
        (SECRET, STAMP, "é", b"{}"),
        (SECRET, "", GOOD, b"{}"),
        (SECRET, "now", GOOD, b"{}"),
        (SECRET, "-1", GOOD, b"{}"),
        (SECRET, "9" * 40, GOOD, b"{}"),
        (SECRET, "١٢٣", GOOD, b"{}"),
    ],
)
def test_case_128_any_other_signature_is_refused(secret: str, timestamp: str, signature: str, content: bytes) -> None:
    assert not is_signed(secret, timestamp, signature, content, NOW)
