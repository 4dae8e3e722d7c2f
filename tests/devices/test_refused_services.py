"""Push services that we turn away are counted, with the setting that would admit each (case 95)."""

import pytest

from server.access.models import Subscription
from server.db import Database
from server.devices import refused_services
from server.devices.models import RefusedService
from tests.browser_without_screen import Browser
from tests.cast import NOW, Cast
from tests.conftest import Enter
from tests.stories import push_subscription, rows


async def subscribe(phone: Browser, endpoint: str) -> tuple[int, str]:
    answer = await phone.post_json("/push/subscriptions", push_subscription(endpoint=endpoint))
    return answer.status_code, answer.json().get("detail", "")


async def test_case_95_a_browser_of_the_newest_chrome_gets_its_reminders(
    signed_in: Enter, cast: Cast, database: Database
) -> None:
    rosa = await signed_in(cast.rosa)
    assert await subscribe(rosa, "https://jmt17.google.com/fcm/send/abc") == (200, "")
    assert len(await rows(database, Subscription)) == 1


async def test_case_95_any_host_that_is_turned_away_is_counted(
    signed_in: Enter, cast: Cast, database: Database
) -> None:
    rosa, luis = await signed_in(cast.rosa), await signed_in(cast.luis)
    for phone in (rosa, luis):
        assert await subscribe(phone, "https://push.example.org/a") == (400, "unknown-service")
    for host in (
        "push.example.org:8443",
        "203.0.113.5",
        "[2001:db8::1]",
        "xn--bcher-kva.example",
        "fcm.googleapis.com:1",
    ):
        assert await subscribe(rosa, f"https://{host}/a") == (400, "unknown-service")
    for other in ("http://push.example.org/a", "nothing", "https://permanently-removed.invalid/x"):
        status, detail = await subscribe(rosa, other)
        assert (status, detail != "unknown-service") == (400, True)
    assert {row.service: row.times for row in await rows(database, RefusedService)} == {
        "push.example.org": 2,
        "push.example.org:8443": 1,
        "203.0.113.5": 1,
        "[2001:db8::1]": 1,
        "xn--bcher-kva.example": 1,
        "fcm.googleapis.com:1": 1,
    }


async def test_hosts_that_somebody_makes_up_do_not_fill_the_table(database: Database) -> None:
    async with database.writing() as db:
        for number in range(refused_services.MOST + 5):
            await refused_services.count(db, f"push{number}.example", NOW)
        await refused_services.count(db, "push0.example", NOW)
    async with database.reading() as db:
        found = await refused_services.refused(db)
    assert [(row.service, row.times) for row in found[:2]] == [("others", 5), ("push0.example", 2)]
    assert len(found) == refused_services.MOST + 1


@pytest.mark.parametrize(
    ("service", "settings", "expected"),
    [
        ("push.example.org", "", "INTERLUDE_PUSH_SERVICES=push.example.org"),
        ("push.example.org:8443", "a.example", "INTERLUDE_PUSH_SERVICES=a.example,push.example.org:8443"),
        ("push.example.org", "*.example.org", None),
        ("203.0.113.5", "", ""),
        ("xn--bcher-kva.example", "", ""),
        ("others", "", ""),
        ("127.0.0.1:9", "", ""),
    ],
)
def test_case_95_the_setting_names_what_was_there_before(service: str, settings: str, expected: str | None) -> None:
    assert refused_services.setting_for(service, settings, base_url_is_loopback=False) == expected
