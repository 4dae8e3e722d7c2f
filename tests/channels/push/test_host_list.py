"""The operator's list of push services."""

import pytest

from server.channels.push.endpoints import BadEndpoint, check_endpoint
from server.channels.push.host_list import BadHostList, HostList


@pytest.mark.parametrize(
    "text",
    [
        "127.0.0.1",
        "localhost",
        "*.localhost:1",
        "10.0.0.1",
        "10.0.0.1:8443",
        "[fd00::1]:443",
        "127.1:8123",
        "0x7f.1",
        "*",
        "*.",
        "*.com",
        "intranet",
        "https://push.example.org",
        "push.example.org/a",
        "push.example.org:",
        "push.example.org:0",
        "push.example.org:99999",
        "user@push.example.org",
        "a.*.example.org",
        "push.example.org.",
        "[localhost]:1",
        "::1:8123",
    ],
)
def test_an_unusable_entry_is_named_in_the_error(text: str) -> None:
    with pytest.raises(BadHostList):
        HostList.parse(f"push.example.org, {text}")


@pytest.mark.parametrize("text", ["", " ", ",", " , "])
def test_an_empty_list_adds_nothing(text: str) -> None:
    assert HostList.parse(text) == HostList()


@pytest.mark.parametrize("path", ["fcm/send/abc", "wp/abc"])
def test_case_95_chrome_beta_dev_and_chromium_on_linux_are_known(path: str) -> None:
    assert check_endpoint(f"https://jmt17.google.com/{path}", HostList()) == "https://jmt17.google.com"


def test_loopback_may_be_listed_by_name_and_by_ipv6() -> None:
    hosts = HostList.parse("LOCALHOST:9000 [::1]:9000", base_url_is_loopback=True)
    check_endpoint("http://localhost:9000/a", hosts)
    check_endpoint("http://[::1]:9000/a", hosts)
    with pytest.raises(BadEndpoint):
        check_endpoint("http://localhost:9001/a", hosts)
