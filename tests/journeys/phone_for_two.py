"""Luis's phone, on which he helps Rosa and Walter."""

from playwright.async_api import Browser, Page

from server.checkins.models import CheckIn
from server.people import flow as people
from tests.browser.interception import refuse
from tests.browser.people import answer, answer_all, evaluate, fill, phone_of, press, sees, without_background_sync
from tests.browser.running_site import RunningSite
from tests.cast import work_by
from tests.journeys.offline_bundle import BUNDLE
from tests.journeys.unsent import NOT_YET, UPLOADS


async def given_a_phone_for_two(chromium: Browser, site: RunningSite) -> Page:
    """Luis joined for Walter first. The phone shows Rosa, for whom he joined last."""
    async with site.database.writing() as db:
        walters = await people.add_caregiver(work_by(db, site.cast.maria), site.cast.walter, "Luis Delgado", "friend")
    phone = await phone_of(chromium, site, walters, permissions=["notifications"])
    await phone.goto("/settings")
    await press(phone, "Help someone else too")
    await fill(phone, "Your code has 8 digits", await site.pairing_code(site.cast.luis))
    await press(phone, "Continue")
    await sees(phone, "This phone is for helping Walter Brandt")
    await press(phone, "I agree. Keep both on this phone.")
    await phone.wait_for_url("**/reminders")
    await sees(phone, "Rosa Delgado", "Walter Brandt")
    return phone


async def when_he_answers_as_he_sees_it(phone: Page) -> None:
    await answer(phone, "What I see (the helper's view)")
    await answer_all(phone, "4", "No trouble")
    await press(phone, "Send to clinic")


async def given_an_answer_about_walter_waits(chromium: Browser, site: RunningSite) -> tuple[Page, CheckIn]:
    """The network refuses it, and the browser sends nothing by itself."""
    phone = await given_a_phone_for_two(chromium, site)
    await without_background_sync(phone)
    check_in = await site.check_in_due_now(site.cast.walter, "daily-three")
    await phone.goto("/")
    await phone.get_by_role("button", name="Walter Brandt").click()
    await answer(phone, "Start")
    await refuse(phone, UPLOADS)
    await when_he_answers_as_he_sees_it(phone)
    await sees(phone, NOT_YET)
    return phone, check_in


async def is_kept(phone: Page, *check_ins: CheckIn) -> bool:
    ids = await evaluate(phone, f"{BUNDLE}.then(held => held?.forms.map(form => form.id) ?? null)")
    return set(ids or ()) == {each.id for each in check_ins}
