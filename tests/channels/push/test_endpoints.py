"""To which addresses we push (cases 28 and 30)."""

from urllib.parse import urlsplit

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from yarl import URL

from server.channels.push.endpoints import BadEndpoint, PermanentlyRemoved, check_endpoint
from server.channels.push.host_list import HostList
from tests.channels.hostile_endpoints import HOSTILE
from tests.examples import examples

HOSTS = HostList.parse(
    "push.example.org, *.push.example.net, 127.0.0.1:8123, push.example.com:8443", base_url_is_loopback=True
)
FINE = [
    "https://fcm.googleapis.com/fcm/send/cXyZ:APA91b_-x",
    "https://fcm.googleapis.com:443/wp/a",
    "https://updates.push.services.mozilla.com/wpush/v2/gAAAAA-_=",
    "https://updates-autopush.push.services.mozilla.com/wpush/v1/a",
    "https://web.push.apple.com/QGtn",
    "https://api.push.apple.com/3/a",
    "https://wns2-by3p.notify.windows.com/w/?token=BQYAAAD%2fa%2b%3d",
    "https://push.example.org/a",
    "https://a.b.push.example.net/a",
    "https://push.example.com:8443/a",
    "http://127.0.0.1:8123/a",
    "https://127.0.0.1:8123/a",
    f"https://fcm.googleapis.com/{'a' * 2021}",
]


@pytest.mark.parametrize("url", FINE)
def test_a_known_push_service_is_accepted(url: str) -> None:
    check_endpoint(url, HOSTS)
    with pytest.raises(BadEndpoint):
        check_endpoint(url.replace("://", "://evil.example@"), HOSTS)


@pytest.mark.parametrize("url", FINE)
def test_other_parsers_see_the_same_host(url: str) -> None:
    """We connect to the host that we checked, whichever parser reads the address."""
    scheme, _, authority = check_endpoint(url, HOSTS).partition("://")
    split, sent = urlsplit(url), URL(url, encoded=True)
    assert split.scheme == sent.scheme == scheme
    assert split.hostname == sent.raw_host == authority.partition(":")[0]
    assert url.endswith(authority + sent.raw_path_qs) or ":443" in url


def test_the_list_of_hostile_endpoints_is_long_and_has_no_duplicates() -> None:
    assert len(HOSTILE) == len(set(HOSTILE)) >= 100


@pytest.mark.parametrize("url", HOSTILE)
def test_case_28_a_hostile_endpoint_is_refused(url: str) -> None:
    with pytest.raises(BadEndpoint) as refusal:
        check_endpoint(url, HOSTS)
    words = str(refusal.value)
    assert " " in words
    assert "evil" not in words
    assert "googleapis" not in words


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("http://fcm.googleapis.com/a", "not https"),
        ("https://8.8.8.8/a", "IP address"),
        ("https://[2606:4700::1]/a", "IP address"),
        ("https://0x08080808/a", "IP address"),
        ("https://127.0.0.1/a", "loopback"),
        ("https://a@fcm.googleapis.com/a", "user name"),
        ("https://fcm.googleapis.com:0443/a", "port"),
        ("https://fcm.googleapis.com:8443/a", "own port"),
        ("https://fcm.googleapis.com/a#b", "fragment"),
        ("https://fcm.googleapis.com./a", "plain lowercase"),
        ("https://xn--a.push.example.net/a", "beyond a to z"),
        ("https://fcm.googleapis.com", "path"),
        ("https://fcm.googleapis.com/a b", "characters"),
        ("https://fcm.googleapis.com/" + "a" * 2048, "longer than 2048"),
        ("https://evil.example/a", "service that we know"),
    ],
)
def test_case_28_the_refusal_gives_the_reason(url: str, words: str) -> None:
    with pytest.raises(BadEndpoint, match=words):
        check_endpoint(url, HOSTS)


@settings(derandomize=True, database=None, max_examples=examples(300), deadline=None)
@given(
    st.text(alphabet="htps:/[].@#?%\\\t\n0123456789abcdefx-fcm.googleapis.com", max_size=60)
    | st.text(max_size=40).map("https://fcm.googleapis.com".__add__)
    | st.text(max_size=20).map(lambda text: f"https://{text}.googleapis.com/a")
)
def test_case_28_an_accepted_endpoint_names_the_host_itself(url: str) -> None:
    try:
        check_endpoint(url, HostList())
    except BadEndpoint:
        return
    assert url.startswith(("https://fcm.googleapis.com/", "https://fcm.googleapis.com:443/"))


def test_case_30_a_permanently_removed_endpoint_gets_its_own_refusal() -> None:
    with pytest.raises(PermanentlyRemoved, match="subscribe anew"):
        check_endpoint("https://permanently-removed.invalid/fcm/send/a", HOSTS)


@pytest.mark.parametrize("url", ["http://127.0.0.1:8123/a", "https://127.0.0.1:8123/a"])
def test_case_28_loopback_is_allowed_only_for_a_site_on_loopback(url: str) -> None:
    public_site = HostList.parse("127.0.0.1:8123", base_url_is_loopback=False)
    with pytest.raises(BadEndpoint, match="site on loopback"):
        check_endpoint(url, public_site)


@pytest.mark.parametrize(
    ("url", "origin"),
    [
        ("https://fcm.googleapis.com/a/b?c", "https://fcm.googleapis.com"),
        ("https://fcm.googleapis.com:443/a", "https://fcm.googleapis.com"),
        ("https://push.example.com:8443/a", "https://push.example.com:8443"),
        ("http://127.0.0.1:8123/a", "http://127.0.0.1:8123"),
        ("http://[::1]:8123/a", "http://[::1]:8123"),
    ],
)
def test_the_origin_leaves_out_the_default_port(url: str, origin: str) -> None:
    hosts = HostList.parse("push.example.com:8443, 127.0.0.1:8123, [::1]:8123", base_url_is_loopback=True)
    assert check_endpoint(url, hosts) == origin
