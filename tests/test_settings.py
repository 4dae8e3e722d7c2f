"""The operator's settings are read from the environment. An invalid one is refused with a reason."""

import pytest

from server import settings
from server.settings import BadSetting, Settings


def test_the_defaults_are_one_machine_with_sqlite() -> None:
    assert settings.read({}) == Settings()
    assert Settings().database_url.startswith("sqlite:///")
    assert Settings().is_loopback


def test_each_setting_is_read_from_its_own_variable() -> None:
    found = settings.read(
        {"INTERLUDE_BASE_URL": "https://interlude.example.org", "INTERLUDE_PUSH_SERVICES": "a.example"}
    )
    assert (found.base_url, found.push_services) == ("https://interlude.example.org", "a.example")
    assert found.host == "interlude.example.org"
    assert not found.is_loopback


def test_a_port_changes_only_the_default_address() -> None:
    assert settings.read({"PORT": "9001"}).base_url == "http://localhost:9001"
    assert settings.read({"PORT": "9001", "INTERLUDE_BASE_URL": "https://a.example"}).base_url == "https://a.example"


@pytest.mark.parametrize(
    "base_url",
    [
        "https://a.example?x=1",
        "https://a.example#x",
        "https://me:pw@a.example",
        "https://a.example:port",
        "https://a.example:0",
        "ftp://a.example",
        "https://",
        "https://a.example/app",
        "https://a.example?",
        "https://a.example#",
        "https://@a.example",
        "https://a.example\\",
        "https://a..example",
        "https://a example",
        "https://a.example:99999",
        "https://a\u200b.example",
        "https://bücher.example",
        "a.example",
        "http://a.example",
        "http://10.0.0.1",
    ],
)
def test_an_address_that_phones_cannot_use_is_refused(base_url: str) -> None:
    with pytest.raises(BadSetting, match="INTERLUDE_BASE_URL"):
        settings.read({"INTERLUDE_BASE_URL": base_url})


def test_case_128_a_short_secret_of_the_text_provider_is_refused_in_words() -> None:
    with pytest.raises(BadSetting, match=r"INTERLUDE_TEXT_WEBHOOK_SECRET needs 32 characters or more"):
        settings.read({"INTERLUDE_TEXT_WEBHOOK_SECRET": "x" * 31})
    assert settings.read({"INTERLUDE_TEXT_WEBHOOK_SECRET": "x" * 32}).text_webhook_secret == "x" * 32


@pytest.mark.parametrize("base_url", ["http://localhost:8000", "http://127.0.0.1:8000", "http://[::1]:8000"])
def test_plain_http_is_allowed_only_on_this_machine(base_url: str) -> None:
    assert settings.read({"INTERLUDE_BASE_URL": base_url}).is_loopback


@pytest.mark.parametrize("url", ["mysql://x/y", "interlude.db", ""])
def test_an_unsupported_database_is_refused(url: str) -> None:
    with pytest.raises(BadSetting, match="INTERLUDE_DATABASE_URL"):
        settings.read({"INTERLUDE_DATABASE_URL": url})


def test_a_push_subject_that_apple_refuses_is_refused_here() -> None:
    with pytest.raises(BadSetting, match="INTERLUDE_PUSH_SUBJECT"):
        settings.read({"INTERLUDE_PUSH_SUBJECT": "push@a.example"})


def test_the_default_push_subject_is_a_real_address() -> None:
    assert Settings().vapid_subject == "mailto:push@interlude.example"
    assert Settings(base_url="https://a.example").vapid_subject == "mailto:push@a.example"
    assert Settings(push_subject="https://a.example/push").vapid_subject == "https://a.example/push"


@pytest.mark.parametrize("typed", ["https://a.example/", "https://a.example//", " https://a.example "])
def test_case_85_a_slash_or_a_blank_at_the_end_of_the_address_is_no_fault(typed: str) -> None:
    assert settings.read({"INTERLUDE_BASE_URL": typed}).base_url == "https://a.example"


@pytest.mark.parametrize(
    ("typed", "origin"),
    [
        ("HTTPS://A.Example/", "https://a.example"),
        ("https://a.example:443", "https://a.example"),
        ("https://a.example:8443/", "https://a.example:8443"),
        ("https://a.example:", "https://a.example"),
        ("HTTP://LocalHost:8000", "http://localhost:8000"),
        ("http://localhost:80", "http://localhost:80"),
    ],
)
def test_case_85_the_address_is_read_as_browsers_name_an_origin(typed: str, origin: str) -> None:
    assert settings.read({"INTERLUDE_BASE_URL": typed}).base_url == origin
