"""The keys of a subscription: decoded and checked (case 31)."""

import base64

import pytest

from server.channels.push.subscription_keys import BadKeys, check_keys, check_subscription_keys

POINT, SECRET = b"\x04" + bytes(64), bytes(16)
POINT, SECRET = b"\x04" + bytes(64), bytes(16)


def b64(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode()


@pytest.mark.parametrize("strip", ["", "="])
def test_keys_may_come_with_or_without_padding(strip: str) -> None:
    assert check_keys(b64(POINT).rstrip(strip), b64(SECRET).rstrip(strip)) == (POINT, SECRET)


@pytest.mark.parametrize(
    "p256dh",
    [
        "",
        "=",
        "A",
        b64(POINT[:-1]),
        b64(POINT + b"\0"),
        b64(b"\x02" + bytes(32)),
        b64(b"\x03" + bytes(64)),
        b64(POINT) + "==",
        b64(POINT)[:-2] + "+/",
        b64(POINT) + "\n",
        "é" * 87,
        "\ud800" * 87,
    ],
)
def test_case_31_a_bad_public_key_is_refused(p256dh: str) -> None:
    with pytest.raises(BadKeys):
        check_keys(p256dh, b64(SECRET))


@pytest.mark.parametrize("auth", ["", "A", b64(bytes(15)), b64(bytes(17)), b64(SECRET) + " ", "not base64url!"])
def test_case_31_a_bad_secret_is_refused(auth: str) -> None:
    with pytest.raises(BadKeys):
        check_keys(b64(POINT), auth)


def test_case_31_a_point_off_the_curve_is_refused() -> None:
    with pytest.raises(BadKeys, match="curve"):
        check_subscription_keys(b64(b"\x04" + b"\x01" * 64), b64(bytes(16)))
