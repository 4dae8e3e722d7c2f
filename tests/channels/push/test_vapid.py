"""The operator's subject and the keys that a channel signs with."""

import pytest

from server.channels.push.channel import PushChannel
from server.channels.push.vapid import BadSubject
from server.channels.push.vapid_keys import BadVapidKey, new_vapid_key
from tests.channels.conftest import NOW, SUBJECT, loopback

NEW = new_vapid_key()


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
