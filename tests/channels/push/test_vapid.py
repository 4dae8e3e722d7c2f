"""VAPID keys, the operator's subject, and the tokens made from them."""

import re

import pytest

from server.channels.push.channel import PushChannel
from server.channels.push.vapid import BadSubject, BadVapidKey, new_vapid_key, vapid_public_key
from tests.channels.conftest import NOW, SUBJECT, loopback
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


def test_a_missing_vapid_key_is_refused() -> None:
    with pytest.raises(BadVapidKey):
        PushChannel({}, SUBJECT, loopback(1), now=lambda: NOW)


@pytest.mark.parametrize(
    "subject",
    [
        "",
        "push@clinic.example",
        "mailto:",
        "mailto:push",
        "mailto:push@localhost",
        "mailto: push@clinic.example",
        "mailto:<push@clinic.example>",
        "http://clinic.example",
        "https://localhost",
        "https://10.0.0.1",
    ],
)
def test_a_subject_that_apple_answers_with_403_is_refused(subject: str) -> None:
    with pytest.raises(BadSubject):
        PushChannel({"v1": NEW}, subject, loopback(1), now=lambda: NOW)


@pytest.mark.parametrize("subject", ["mailto:a.b+c@clinic.example", "https://clinic.example/contact"])
def test_a_complete_subject_is_accepted(subject: str) -> None:
    assert PushChannel({"v1": NEW}, subject, loopback(1), now=lambda: NOW).name == "push"
