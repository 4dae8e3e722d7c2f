"""Which language a person reads: their own choice, the clinic's entry, or the browser's preference."""

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from server import language
from server.access import rules
from server.db import Database
from server.people.models import Patient
from tests.browser_without_screen import Browser, markup, words
from tests.cast import Cast
from tests.conftest import Enter

SPANISH = {"accept-language": "es-MX,es;q=0.9,en;q=0.5"}


async def locale_of(database: Database, patient: Patient) -> str:
    db: AsyncSession
    async with database.reading() as db:
        return (await db.get_one(Patient, patient.id)).locale


async def test_before_sign_in_the_browsers_preference_counts(browser: Browser) -> None:
    page = await browser.get("/join", **SPANISH)
    assert '<html lang="es" dir="ltr"' in page.text
    assert page.headers["content-language"] == "es"
    assert "Únase a su clínica" in words(page)
    assert "Join your clinic" in words(await browser.get("/join", accept_language="de"))
    for path in (
        "/help",
        "/privacy",
        "/install",
        "/offline",
        "/offline/unsent",
        "/offline/desk",
        "/nothing/here",
        "/check-ins/none",
    ):
        assert '<html lang="es"' in (await browser.get(path, **SPANISH)).text, path


async def test_the_language_chosen_on_join_stays_on_this_browser(browser: Browser) -> None:
    before = await browser.get("/join", **SPANISH)
    assert 'value="en" lang="en"' in markup(before)
    assert 'value="es"' not in before.text
    after = await browser.submit("/language", {"language": "en", "back": "join"}, **SPANISH)
    assert after.url.path == "/join"
    assert "Join your clinic" in words(after)
    assert "Your privacy" in words(await browser.get("/privacy", **SPANISH))


@pytest.mark.parametrize("chosen", ["", "xx", "../en"])
async def test_an_unknown_language_is_refused(browser: Browser, chosen: str) -> None:
    assert (await browser.submit("/language", {"language": chosen})).status_code == 422


async def test_choosing_a_language_returns_only_to_our_own_pages(browser: Browser) -> None:
    assert (await browser.submit("/language", {"language": "es", "back": "//else"})).url.path == "/join"


async def test_a_language_chosen_before_joining_stays_afterwards(
    signed_in: Enter, browser: Browser, database: Database, cast: Cast
) -> None:
    await browser.submit("/language", {"language": "es"})
    maria = await signed_in(cast.maria)
    code = (await maria.submit(f"/staff/patients/{cast.rosa.id}/pair")).text.partition('id="pairing-code">')[2][:9]
    notice = await browser.submit("/join/code", {"code": code})
    assert "Antes de empezar" in words(notice)
    joined = await browser.submit("/join", {"code": code, "agree": rules.CONSENT_VERSION})
    assert "¿Le podemos avisar?" in words(joined)
    assert await locale_of(database, cast.rosa) == "es"


async def test_a_patients_choice_applies_to_every_page(signed_in: Enter, database: Database, cast: Cast) -> None:
    rosa, walter = await signed_in(cast.rosa), await signed_in(cast.walter)
    page = await rosa.get("/settings/language")
    assert 'lang="es">Español' in page.text
    chosen = await rosa.submit("/settings/language", {"language": "es"})
    assert chosen.url.path == "/settings"
    assert "Ajustes" in words(chosen)
    assert await locale_of(database, cast.rosa) == "es"
    other_phone = await signed_in(cast.rosa)
    assert "Todo listo por ahora" in words(await other_phone.get("/"))
    assert "All done for now" in words(await walter.get("/", **SPANISH))
    assert (await rosa.submit("/settings/language", {"language": "xx"})).status_code == 422


async def test_a_caregivers_choice_applies_to_their_own_phone(signed_in: Enter, database: Database, cast: Cast) -> None:
    luis = await signed_in(cast.luis)
    assert "Ajustes" in words(await luis.submit("/settings/language", {"language": "es"}))
    assert await locale_of(database, cast.rosa) == "en"
    assert "Settings" in words(await (await signed_in(cast.rosa)).get("/settings"))


async def test_error_messages_use_the_patients_language_too(signed_in: Enter, cast: Cast) -> None:
    rosa = await signed_in(cast.rosa)
    await rosa.submit("/settings/language", {"language": "es"})
    assert "No encontramos esa página" in words(await rosa.get("/nothing-is-here"))
    assert "No encontramos esa página" in words(await rosa.get("/visits/none"))


@pytest.mark.parametrize(
    ("path", "status"), [("/nothing-is-here", 404), ("/staff/nothing", 404), ("/static/no.css", 404)]
)
async def test_an_unknown_address_is_reported_in_the_browsers_language(
    browser: Browser, path: str, status: int
) -> None:
    await browser.submit("/language", {"language": "es", "back": "join"})
    language.speak("en")  # the next request runs in another task
    missed = await browser.get(path)
    assert (missed.status_code, 'lang="es"' in missed.text) == (404, True)


async def test_a_form_refused_before_it_is_read_uses_the_browsers_language_too(browser: Browser) -> None:
    await browser.submit("/language", {"language": "es", "back": "join"})
    language.speak("en")
    refused = await browser.http.post("/join/code", data={"code": "1"}, headers={"accept": "text/html"})
    assert (refused.status_code, 'lang="es"' in refused.text) == (403, True)


async def test_staff_record_a_patients_language(signed_in: Enter, database: Database, cast: Cast) -> None:
    maria = await signed_in(cast.maria)
    form = {"name": "Ana Ruiz", "zone": "America/New_York", "language": "es"}
    made = await maria.submit("/staff/patients", form)
    patient_id = made.url.path.rpartition("/")[2]
    async with database.reading() as db:
        assert (await db.get_one(Patient, patient_id)).locale == "es"
    assert 'value="es" checked' in (await maria.get(f"/staff/patients/{patient_id}/edit")).text
    await maria.submit(f"/staff/patients/{patient_id}/edit", form | {"language": "xx"})
    async with database.reading() as db:
        assert (await db.get_one(Patient, patient_id)).locale == "en"


async def test_staff_read_their_own_language_not_the_patients(signed_in: Enter, cast: Cast) -> None:
    maria = await signed_in(cast.maria)
    assert "Bandeja" in words(await maria.get("/staff", **SPANISH))
    account = await maria.submit("/language", {"language": "es", "back": "account"})
    assert account.url.path == "/staff/account"
    assert "Mi cuenta" in words(account)
    page = words(await maria.get(f"/staff/patients/{cast.rosa.id}"))
    assert "Preguntas de la semana" in page


async def test_the_manifest_and_the_service_workers_texts_follow_the_language(
    signed_in: Enter, browser: Browser, cast: Cast
) -> None:
    english = (await browser.get("/manifest.json")).json()
    spanish = (await browser.get("/manifest.json", **SPANISH)).json()
    assert (english["lang"], spanish["lang"], spanish["dir"]) == ("en", "es", "ltr")
    assert english["description"] != spanish["description"]
    for shortcut, translated in zip(english["shortcuts"], spanish["shortcuts"], strict=True):
        assert shortcut["name"] != translated["name"]
        assert shortcut["url"] == translated["url"]
    assert [shot["label"] for shot in spanish["screenshots"]] != [shot["label"] for shot in english["screenshots"]]
    rosa = await signed_in(cast.rosa)
    assert (await rosa.get("/offline/words")).json()["body"] == "Open Interlude to see what's new."
    await rosa.submit("/settings/language", {"language": "es"})
    words_of_worker = (await rosa.get("/offline/words")).json()
    assert words_of_worker == {"body": "Abra Interlude para ver qué hay de nuevo.", "lang": "es"}
