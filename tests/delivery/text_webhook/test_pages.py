"""The provider's signed requests, over HTTP (case 128)."""

from dataclasses import replace
from datetime import timedelta

import pytest
from litestar import Litestar

from server.audit import AuditEvent
from server.db import Database
from server.delivery.text_webhook.pages import BODY_LIMIT
from server.people.texting.models import TakenMessage, TextNumber, TextReply
from server.people.texting.rules import NumberState
from server.settings import Settings
from tests.browser_without_screen import Browser
from tests.cast import NOW, Cast
from tests.delivery.text_webhook.scene import PATH, SECRET, body, send
from tests.stories import rows


@pytest.fixture(autouse=True)
def secret(app: Litestar, settings: Settings) -> None:
    app.state.update({"settings": replace(settings, text_webhook_secret=SECRET)})


async def changes(database: Database) -> int:
    return sum([len(await rows(database, table)) for table in (TextNumber, TakenMessage, TextReply, AuditEvent)])


async def test_case_128_a_signed_message_is_taken_once(browser: Browser, cast: Cast, database: Database) -> None:
    first, second = await send(browser, body()), await send(browser, body())
    assert (first.status_code, first.json()) == (200, {"status": "taken"})
    assert (second.status_code, second.json()) == (200, {"status": "repeated"})
    assert "set-cookie" not in first.headers
    assert [number.state for number in await rows(database, TextNumber)] == [NumberState.STOPPED]


async def test_case_128_without_a_right_signature_nothing_changes(
    browser: Browser, cast: Cast, database: Database
) -> None:
    before = await changes(database)
    wrong: list[dict[str, str]] = [
        {"interlude-signature": "0" * 64},
        {"interlude-signature": ""},
        {"interlude-timestamp": str(int(NOW.timestamp()) + 1)},
        {"interlude-timestamp": ""},
    ]
    for headers in wrong:
        assert (await send(browser, body(), headers=headers)).status_code == 403
    assert (await send(browser, body(), NOW - timedelta(seconds=301))).status_code == 403
    assert (await browser.http.post(PATH, content=body())).status_code == 403
    assert await changes(database) == before


@pytest.mark.parametrize("content", [b"{", b"[]", b"\xff", body("delivered"), body(at="now"), body(id=None)])
async def test_case_128_a_signed_message_that_cannot_be_read_is_refused_in_words(
    browser: Browser, cast: Cast, database: Database, content: bytes
) -> None:
    before = await changes(database)
    refused = await send(browser, content)
    assert refused.status_code == 400
    assert refused.json()["detail"]
    assert await changes(database) == before


async def test_case_128_a_body_that_is_too_large_is_refused(browser: Browser, cast: Cast, database: Database) -> None:
    assert (await send(browser, body(text="x" * BODY_LIMIT))).status_code == 413
    assert await rows(database, TextReply) == []


async def test_case_128_too_many_replies_are_put_off(browser: Browser, cast: Cast, database: Database) -> None:
    answers = [await send(browser, body(id=f"m{n}", text="hello")) for n in range(21)]
    assert [answer.status_code for answer in answers] == [200] * 20 + [429]
    assert (await send(browser, body(id="stop"))).status_code == 200


async def test_case_128_without_a_secret_there_is_no_such_address(
    browser: Browser, app: Litestar, settings: Settings, cast: Cast, database: Database
) -> None:
    app.state.update({"settings": settings})
    assert (await send(browser, body())).status_code == 404
    assert await rows(database, TakenMessage) == []
