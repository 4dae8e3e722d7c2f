"""Rosa reads Spanish: she joins, chooses her language, answers a whole check-in, and reads what follows."""

from playwright.async_api import Browser, Page, expect

from tests.browser.chromium import NOTIFICATIONS, axe_violations, deliver_push, new_page, service_worker_is_active
from tests.browser.eventually import eventually
from tests.browser.people import answer, answer_all, evaluate, press, sees
from tests.browser.running_site import RunningSite


async def _no_violation(page: Page) -> None:
    await page.wait_for_load_state()
    for scheme in ("light", "dark"):
        await page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
        assert await axe_violations(page) == []


async def _join_in_spanish(page: Page, code: str) -> None:
    await page.goto("/join")
    await press(page, "Español")
    await sees(page, "Únase a su clínica")
    await _no_violation(page)
    await page.get_by_label("Su código tiene 8 números").fill(code)
    await press(page, "Seguir")
    await sees(page, "Antes de empezar")
    await press(page, "Acepto")
    await sees(page, "¿Le podemos avisar?")


async def test_a_whole_check_in_works_in_spanish(chromium: Browser, site: RunningSite) -> None:
    page = await new_page(chromium, base_url=site.base_url, permissions=["notifications"])
    await _join_in_spanish(page, await site.pairing_code(site.cast.rosa))
    check_in = await site.check_in_due_now(site.cast.rosa, "daily-three")
    await page.goto("/")
    await sees(page, "Sus preguntas están listas", "Tres preguntas")
    await _no_violation(page)
    await answer(page, "Empezar")
    await expect(page.locator("html")).to_have_attribute("lang", "es")
    await answer(page, "2")
    await sees(page, "¿Cómo está de ánimo hoy?")
    await _no_violation(page)
    await answer_all(page, "Casi bien", "Sin problema")
    await sees(page, "Revisar y enviar", "2 de 10", "Casi bien")
    await _no_violation(page)
    await press(page, "Enviar a la clínica")
    await sees(page, "La clínica ya lo recibió")
    await _no_violation(page)
    await site.wait_for_response(check_in)


async def test_the_service_workers_own_words_follow_the_language(chromium: Browser, site: RunningSite) -> None:
    """The texts that it shows offline, or for a push that it cannot read, were English in the beginning."""
    page = await new_page(chromium, base_url=site.base_url, permissions=["notifications"])
    await page.goto("/join")
    await service_worker_is_active(page)
    await page.reload()
    await press(page, "Español")
    await sees(page, "Únase a su clínica")
    await page.wait_for_function(f"({CACHED_LANGUAGES})().then(all => all.join() === 'es,es')")
    await deliver_push(page, "not a message of ours")
    shown = await eventually(lambda: evaluate(page, SHOWN), "the notification")
    assert shown == ["Abra Interlude para ver qué hay de nuevo."]
    await page.context.set_offline(True)
    await page.goto("/privacy")
    await sees(page, "No hay red")
    await page.context.set_offline(False)


CACHED_LANGUAGES = """() => Promise.all(["/offline", "/offline/words"].map(async path => {
  const cached = await caches.match(path);
  return cached?.headers.get("content-language");
}))"""
SHOWN = f"{NOTIFICATIONS}.then(all => all.map(one => one.body))"
