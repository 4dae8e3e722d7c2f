"""Password hashing blocks neither the event loop nor the database (case 120)."""

import asyncio
import threading
from collections.abc import Iterator
from functools import cache

import pytest
from argon2.exceptions import VerifyMismatchError
from litestar import Litestar

from server.access.staff import passwords
from server.access.staff.passwords import MOST_WAITING, TooBusy
from server.checkins import flow as checkins
from server.db import Database
from tests.browser.eventually import eventually
from tests.browser_without_screen import Browser, words
from tests.cast import NOW, Cast
from tests.conftest import Enter
from tests.stories import due_check_in

FLOOD = 80


@pytest.fixture
def slow_hashing(monkeypatch: pytest.MonkeyPatch) -> Iterator[threading.Event]:
    """No hash is finished before the event is set."""
    may_finish = threading.Event()

    def waits(_hash: str, _password: str) -> bool:
        may_finish.wait(30)
        return False

    monkeypatch.setattr(passwords, "_verify", waits)
    yield may_finish
    may_finish.set()


async def test_case_120_a_flood_of_sign_ins_does_not_stop_other_requests_and_ticks(
    slow_hashing: threading.Event, app: Litestar, signed_in: Enter, cast: Cast, database: Database
) -> None:
    async with database.writing() as db:
        check_in = await due_check_in(db, cast.rosa)
    rosa = await signed_in(cast.rosa)
    strangers = [Browser(app, address=f"203.0.113.{n}") for n in range(FLOOD)]
    flood = asyncio.gather(*(_guesses(stranger) for stranger in strangers))
    await eventually(_all_are_waiting, "as many hashes as are let in")

    saved = await rosa.submit(f"/check-ins/{check_in.id}/q/swallowing", {"answer": "some", "who": "self"})
    assert saved.status_code == 200
    async with database.writing() as db:  # as a tick of the worker does
        await checkins.schedule_all(db, NOW)
    assert not flood.done()

    slow_hashing.set()
    statuses = await flood
    assert set(statuses) == {422, 503}
    assert statuses.count(503) == FLOOD - MOST_WAITING  # sign-ins over the limit are refused at once
    for stranger in strangers:
        await stranger.close()


async def _all_are_waiting() -> bool:
    return passwords._waiting == MOST_WAITING


async def _guesses(stranger: Browser) -> int:
    guess = {"email": "maria@harbor.example", "password": "a guess of mine", "code": "000000"}
    return (await stranger.submit("/staff/sign-in", guess)).status_code


async def test_a_password_matches_only_its_own_hash() -> None:
    stored = await passwords.hashed("correct horse battery")
    assert stored.startswith("$argon2id$")
    assert await passwords.matches(stored, "correct horse battery")
    for password_hash, password in ((stored, "correct horse"), (None, "correct horse battery"), ("not a hash", "x")):
        assert not await passwords.matches(password_hash, password)


class Hasher:
    """Notes what it was asked, in place of argon2id."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    def hash(self, password: str) -> str:
        self.asked.append("hash")
        return "of nobody"

    def verify(self, password_hash: str, password: str) -> bool:
        self.asked.append("verify")
        raise VerifyMismatchError


@pytest.mark.parametrize("stored", [None, "of Maria"])
async def test_case_120_the_first_sign_in_hashes_as_often_with_an_account_as_without(
    stored: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    hasher = Hasher()
    monkeypatch.setattr(passwords, "_hasher", hasher)
    monkeypatch.setattr(passwords, "_nobodys", cache(passwords._nobodys.__wrapped__))
    for _ in range(2):
        assert not await passwords.matches(stored, "a guess of mine")
    assert hasher.asked == ["hash", "verify", "verify"]


async def test_hashes_over_the_limit_are_refused_and_later_ones_are_not(slow_hashing: threading.Event) -> None:
    waiting = [asyncio.create_task(passwords.matches(None, "x")) for _ in range(MOST_WAITING)]
    await asyncio.sleep(0)
    with pytest.raises(TooBusy):
        await passwords.matches(None, "x")
    slow_hashing.set()
    assert await asyncio.gather(*waiting) == [False] * MOST_WAITING
    assert not await passwords.matches(None, "x")


async def test_case_120_a_password_that_changes_during_a_sign_in_no_longer_works(
    app: Litestar, cast: Cast, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def matches_and_is_changed(_hash: str | None, _password: str) -> bool:
        async with database.writing() as db:
            (await db.merge(cast.maria)).password_hash = "another"
        return True

    monkeypatch.setattr(passwords, "matches", matches_and_is_changed)
    stranger = Browser(app)
    refused = await stranger.submit("/staff/sign-in", {"email": cast.maria.email, "password": "x", "code": "000000"})
    assert "don't match" in words(refused)
    await stranger.close()
