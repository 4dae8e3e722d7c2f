"""The encryption of pushes, against the vector in RFC 8291, pywebpush and a device that decrypts."""

import os

import http_ece  # type: ignore[import-untyped]
import pytest
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric import ec
from hypothesis import given, settings
from hypothesis import strategies as st

from server.channels.push import encryption
from server.channels.push.encryption import device_key, encrypt
from server.channels.push.subscription_keys import BadKeys, from_base64url
from tests.channels.push_service import Phone
from tests.examples import examples

# RFC 8291, section 5 and appendix A.
PLAINTEXT = b"When I grow up, I want to be a watermelon"
DEVICE = "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4"
SECRET = "BTBZMqHH6r4Tts7J_aSIgg"
OURS = "yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw"
SALT = "DGv6ra1nlYgDCS1FRnbzlw"
BODY = (
    "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A_"
    "yl95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN"
)


def test_the_vector_of_the_rfc() -> None:
    ours = ec.derive_private_key(int.from_bytes(from_base64url(OURS), "big"), ec.SECP256R1())
    body = encryption._encrypted(PLAINTEXT, device_key(DEVICE, SECRET), ours, from_base64url(SALT))
    assert body == from_base64url(BODY)


def test_the_same_bytes_as_pywebpush_makes_of_the_same_key_and_salt() -> None:
    """pywebpush encrypts by http_ece."""
    device, ours, salt = device_key(DEVICE, SECRET), ec.generate_private_key(ec.SECP256R1()), os.urandom(16)
    theirs = http_ece.encrypt(
        PLAINTEXT, salt=salt, private_key=ours, dh=device.point, auth_secret=device.secret, version="aes128gcm"
    )
    assert encryption._encrypted(PLAINTEXT, device, ours, salt) == theirs


@given(st.binary(min_size=1, max_size=3993))
@settings(max_examples=examples(50))
def test_the_device_reads_any_payload(payload: bytes) -> None:
    private, secret = ec.generate_private_key(ec.SECP256R1()), os.urandom(16)
    device = encryption.DeviceKey(private.public_key(), encryption.public_point(private.public_key()), secret)
    opened = http_ece.decrypt(encrypt(payload, device), private_key=private, auth_secret=secret, version="aes128gcm")
    assert opened == payload


def test_each_push_has_a_key_pair_and_a_salt_of_its_own() -> None:
    device = device_key(DEVICE, SECRET)
    bodies = [encrypt(PLAINTEXT, device) for _ in range(20)]
    assert len({body[:16] for body in bodies}) == len({body[21:86] for body in bodies}) == 20


def test_another_device_does_not_open_it() -> None:
    phone, other = Phone(), Phone()
    address = phone.address("https://localhost/push/1")
    body = encrypt(PLAINTEXT, device_key(address.p256dh, address.auth))
    assert phone.open(body) == PLAINTEXT.decode()
    with pytest.raises((InvalidTag, http_ece.ECEException)):
        other.open(body)


@pytest.mark.parametrize(("p256dh", "auth"), [("", SECRET), (DEVICE, ""), (DEVICE[:-4] + "AAAA", SECRET)])
def test_bad_keys_are_refused_each_time(p256dh: str, auth: str) -> None:
    for _ in range(2):
        with pytest.raises(BadKeys):
            device_key(p256dh, auth)
