"""A visit moves while its page is open on the phone: whoever looks at it again reads the new time (case 87)."""

from datetime import timedelta

from playwright.async_api import Browser, Page, expect

from server import language
from server.appointments import flow as appointments
from server.appointments.models import Appointment
from server.clock import system_clock
from tests.browser.chromium import deliver_push, service_worker_is_active
from tests.browser.people import phone_of, sees, sees_not
from tests.browser.running_site import RunningSite
from tests.cast import work_by

LOOKS_AGAIN = "document.dispatchEvent(new Event('visibilitychange'))"  # as when the phone is unlocked


async def test_case_87_a_page_that_is_looked_at_again_shows_the_new_time(chromium: Browser, site: RunningSite) -> None:
    rosa, visit = await given_her_visit_is_open(chromium, site)
    moved = await when_it_moves(site, visit)
    await sees_not(rosa, moved)
    await rosa.evaluate(LOOKS_AGAIN)
    await sees(rosa, moved)


async def test_case_87_a_push_brings_the_open_page_up_to_date(chromium: Browser, site: RunningSite) -> None:
    rosa, visit = await given_her_visit_is_open(chromium, site)
    moved = await when_it_moves(site, visit)
    await deliver_push(rosa, "{}")
    await sees(rosa, moved)


async def test_case_87_home_is_up_to_date_after_going_back(chromium: Browser, site: RunningSite) -> None:
    rosa, visit = await given_her_visit_is_open(chromium, site)
    await rosa.goto("/")
    await rosa.goto("/help")
    moved = await when_it_moves(site, visit)
    await rosa.go_back()
    await sees(rosa, moved)


async def test_case_87_an_unchanged_page_and_one_with_typed_text_stay_as_they_are(
    chromium: Browser, site: RunningSite
) -> None:
    rosa, _ = await given_her_visit_is_open(chromium, site)
    await rosa.evaluate("window.isSame = true")
    async with rosa.expect_response("**/visits/*") as looked:
        await rosa.evaluate(LOOKS_AGAIN)
    assert (await looked.value).ok
    assert await rosa.evaluate("window.isSame")

    await rosa.goto("/settings/phones")
    await rosa.locator("main summary").first.click()
    name = rosa.get_by_label("New name").first
    await name.fill("Rosa's own phone")
    await rosa.evaluate("document.body.dataset.state = 'of an earlier page'")
    await rosa.evaluate(LOOKS_AGAIN)
    await rosa.wait_for_load_state("networkidle")
    await expect(name).to_have_value("Rosa's own phone")


async def given_her_visit_is_open(chromium: Browser, site: RunningSite) -> tuple[Page, Appointment]:
    """Rosa looks at her visit, under the service worker."""
    visit = await site.book_visit(timedelta(days=9))
    rosa = await phone_of(chromium, site, site.cast.rosa, permissions=["notifications"])
    await service_worker_is_active(rosa)
    await rosa.goto(f"/visits/{visit.id}")
    return rosa, visit


async def when_it_moves(site: RunningSite, visit: Appointment) -> str:
    """Maria moves it by three hours. Returns the new time, as pages show it."""
    starts = visit.starts + timedelta(hours=3)
    async with site.database.writing() as db:
        stored = await db.get_one(Appointment, visit.id)
        await appointments.move(work_by(db, site.cast.maria, system_clock()), stored, starts)
    return language.hour(starts)
