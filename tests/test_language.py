"""Words and dates in the reader's language."""

import asyncio
from datetime import date, datetime, time

import pytest

from server import language


def test_dates_and_times_as_people_say_them() -> None:
    with language.speaking("en"):
        assert language.day(date(2026, 12, 1)) == "Tuesday, December 1"
        assert language.day_short(date(2026, 12, 1)) == "Dec 1"
        assert language.hour(time(10)) == "10:00\u00a0AM"
        assert language.hour(datetime(2026, 12, 1, 14, 5)) == "2:05\u00a0PM"
        assert language.day_and_hour(datetime(2026, 12, 1, 10)) == "Tue, Dec 1, 10:00\u00a0AM"


@pytest.mark.parametrize("locale", ["", "xx", "../../etc", "en-US-x-lvariant"])
def test_a_language_that_we_do_not_have_is_english(locale: str) -> None:
    with language.speaking(locale):
        assert language.current() == "en"
        assert language.gettext("Send to clinic") == "Send to clinic"


def test_one_and_many() -> None:
    assert language.ngettext("%(n)s visit", "%(n)s visits", 1) == "%(n)s visit"
    assert language.ngettext("%(n)s visit", "%(n)s visits", 2) == "%(n)s visits"


async def test_what_one_message_speaks_does_not_reach_another(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(language, "LOCALES", ("en", "es"))
    began, go_on = asyncio.Event(), asyncio.Event()

    async def spanish() -> str:
        with language.speaking("es"):
            began.set()
            await go_on.wait()
            return language.current()

    task = asyncio.create_task(spanish())
    await began.wait()
    assert language.current() == "en"
    go_on.set()
    assert await task == "es"
    assert language.current() == "en"


def test_the_language_comes_back_after_an_exception(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(language, "LOCALES", ("en", "es"))
    with pytest.raises(KeyError), language.speaking("es"):
        raise KeyError
    assert language.current() == "en"
