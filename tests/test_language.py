"""Words and dates in the reader's language."""

import asyncio
from datetime import date, datetime, time

import pytest

from server import language


def test_dates_and_times_read_as_people_say_them() -> None:
    with language.speaking("en"):
        assert language.day(date(2026, 12, 1)) == "Tuesday, December 1"
        assert language.day_short(date(2026, 12, 1)) == "Dec 1"
        assert language.hour(time(10)) == "10:00\u00a0AM"
        assert language.hour(datetime(2026, 12, 1, 14, 5)) == "2:05\u00a0PM"
        assert language.day_and_hour(datetime(2026, 12, 1, 10)) == "Tue, Dec 1, 10:00\u00a0AM"
        assert language.on_paper(datetime(2026, 12, 1, 10)) == "Dec 1, 2026, 10:00\u00a0AM"


def test_dates_and_times_in_spanish() -> None:
    with language.speaking("es"):
        assert language.day(date(2026, 12, 1)) == "martes 1 de diciembre"
        assert language.day_short(date(2026, 12, 1)) == "1 dic"
        assert language.hour(time(10)) == "10:00\u00a0a.m."
        assert language.hour(datetime(2026, 12, 1, 14, 5)) == "2:05\u00a0p.m."
        assert language.day_and_hour(datetime(2026, 12, 1, 10)) == "mar 1 dic, 10:00\u00a0a.m."
        assert language.on_paper(datetime(2026, 12, 1, 10)) == "1 dic 2026, 10:00\u00a0a.m."


@pytest.mark.parametrize(
    ("locale", "long", "short", "with_hour"),
    [
        ("en", "Tuesday, January 5, 2027", "Jan 5, 2027", "Tue, Jan 5, 2027, 10:00\u00a0AM"),
        ("es", "martes 5 de enero de 2027", "5 ene 2027", "mar 5 ene 2027, 10:00\u00a0a.m."),
    ],
)
def test_case_103_a_day_of_another_year_names_it(locale: str, long: str, short: str, with_hour: str) -> None:
    at, today = datetime(2027, 1, 5, 10), date(2026, 12, 31)
    with language.speaking(locale):
        assert language.day(at, today) == long
        assert language.day_short(at, today) == short
        assert language.day_and_hour(at, today) == with_hour
        assert language.day_and_hour(at, at.date()) == language.day_and_hour(at)


@pytest.mark.parametrize(
    ("locale", "words"),
    [("en", "Tomorrow, Friday, January 1, 2027"), ("es", "Mañana, viernes 1 de enero de 2027")],
)
def test_case_103_tomorrow_is_said_over_new_year(locale: str, words: str) -> None:
    with language.speaking(locale):
        assert language.day_from(datetime(2027, 1, 1, 8), date(2026, 12, 31)) == words


def test_words_and_plurals_in_spanish() -> None:
    with language.speaking("es"):
        assert language.gettext("Send to clinic") == "Enviar a la clínica"
        assert language.gettext("no such text") == "no such text"
        sentences = [language.ngettext("About %(n)s minute.", "About %(n)s minutes.", n) for n in (0, 1, 2)]
        assert sentences == ["Unos %(n)s minutos.", "Cerca de %(n)s minuto.", "Unos %(n)s minutos."]
        assert language.direction() == "ltr"


@pytest.mark.parametrize(
    ("header", "code"),
    [
        ("es-MX,es;q=0.9,en;q=0.8", "es"),
        ("fr-CH, fr;q=0.9, es;q=0.7, en;q=0.6, *;q=0.5", "es"),
        ("en-US,en;q=0.9,es;q=0.8", "en"),
        ("es;q=0.3, en;q=0.8", "en"),
        ("es;q=0, de", "en"),
        ("est, ES-us;q=0.1", "es"),
        ("de", "en"),
        ("", "en"),
        ("es;q=lots", "en"),
    ],
)
def test_the_browsers_preferred_language_is_chosen_from_ours(header: str, code: str) -> None:
    assert language.accepted(header) == code


@pytest.mark.parametrize("locale", ["", "xx", "../../etc", "en-US-x-lvariant"])
def test_an_unknown_language_falls_back_to_english(locale: str) -> None:
    with language.speaking(locale):
        assert language.current() == "en"
        assert language.gettext("Send to clinic") == "Send to clinic"


def test_singular_and_plural() -> None:
    assert language.ngettext("%(n)s visit", "%(n)s visits", 1) == "%(n)s visit"
    assert language.ngettext("%(n)s visit", "%(n)s visits", 2) == "%(n)s visits"


async def test_the_language_of_one_message_does_not_affect_another() -> None:
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


def test_the_language_is_restored_after_an_exception() -> None:
    with pytest.raises(KeyError), language.speaking("es"):
        raise KeyError
    assert language.current() == "en"


def test_weekdays_start_on_monday_and_are_labels() -> None:
    assert language.weekdays()[::6] == ["Monday", "Sunday"]
    assert language.weekdays("abbreviated")[0] == "Mon"
    with language.speaking("es"):
        assert language.weekdays()[0] == "Lunes"
