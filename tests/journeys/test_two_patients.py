"""Luis helps Rosa and Walter on one phone (case 97)."""

import json
import re
from datetime import timedelta

from playwright.async_api import Browser, Page, expect
from sqlalchemy import select

from server.access.models import Device
from server.checkins.models import CheckIn
from server.people import flow as people
from server.people.models import Caregiver, Patient
from server.questionnaires.respondents import Respondent
from server.reminders.message_text import payload, words_for
from server.reminders.states import ReminderKind
from server.responses.models import Response
from tests.browser.chromium import deliver_push, service_worker_is_active
from tests.browser.eventually import eventually
from tests.browser.interception import refuse
from tests.browser.people import (
    answer,
    answer_all,
    evaluate,
    fill,
    go,
    phone_of,
    press,
    sees,
    sees_not,
    without_background_sync,
)
from tests.browser.running_site import RunningSite
from tests.cast import work_by
from tests.journeys.offline_bundle import BUNDLE
from tests.journeys.test_notifications import pushed
from tests.journeys.unsent import NOT_YET, UPLOADS
from tests.stories import rows

LINKS = """navigator.serviceWorker.ready.then(worker => worker.getNotifications()).then(all =>
  Object.fromEntries(all.map(({title, data}) => [title, data.url])))"""


async def given_a_phone_for_two(chromium: Browser, site: RunningSite) -> tuple[Page, Caregiver]:
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
    return phone, walters


async def when_a_push_for_it_arrives(phone: Page, site: RunningSite, patient: Patient, check_in: CheckIn) -> str:
    """The link of the notification."""
    reminder_id, token = await site.hand_over(check_in.id)
    async with site.database.reading() as db:
        helpers = select(Caregiver.id).where(Caregiver.patient_id == patient.id)
        device = (await db.scalars(select(Device).where(Device.caregiver_id.in_(helpers)))).one()
    address = site.url(f"/for/{device.id}/check-ins/{check_in.id}?from={token}")
    first_name = patient.name.split()[0]
    words = words_for(ReminderKind.CHECK_IN, None, about=first_name)
    about = {"reminder_id": reminder_id, "token": token, "address": address, "locale": "en"}
    [shown] = await pushed(phone, payload(words, **about, reply_url=""))
    assert shown["title"] == f"A check-in about {first_name} is ready"
    links = await evaluate(phone, LINKS)
    return str(links[f"A check-in about {first_name} is ready"])


async def when_he_answers_as_he_sees_it(phone: Page) -> None:
    await answer(phone, "What I see (the helper's view)")
    await answer_all(phone, "4", "No trouble")
    await press(phone, "Send to clinic")


async def respondents(site: RunningSite) -> dict[str, str]:
    """Patient id → the respondent of the patient's only response."""
    checks = {each.id: each.patient_id for each in await rows(site.database, CheckIn)}
    return {checks[each.check_in_id]: each.respondent for each in await rows(site.database, Response)}


async def test_case_97_a_caregiver_of_two_patients_answers_for_both_on_one_phone(
    chromium: Browser, site: RunningSite
) -> None:
    phone, _ = await given_a_phone_for_two(chromium, site)
    rosas = await site.check_in_due_now(site.cast.rosa, "daily-three")
    walters = await site.check_in_due_now(site.cast.walter, "daily-three")

    await phone.goto("/")
    await expect(phone.locator("header")).to_contain_text("For Rosa Delgado")
    await phone.goto(await when_a_push_for_it_arrives(phone, site, site.cast.walter, walters))
    await expect(phone).to_have_url(re.compile(f"/check-ins/{walters.id}"))
    await expect(phone.locator("header")).to_contain_text("For Walter Brandt")
    await sees(phone, "Walter Brandt's answers, I tap for them")
    await site.wait_for_attempt(walters.id, "opened")
    await when_he_answers_as_he_sees_it(phone)
    await expect(phone.locator("h1")).to_have_text("The clinic has received it")

    await phone.goto("/")
    await phone.get_by_role("button", name="Rosa Delgado").click()
    await expect(phone.locator("header")).to_contain_text("For Rosa Delgado")
    await sees(phone, "Rosa Delgado's check‑in is ready")
    await sees_not(phone, "Walter Brandt's check‑in")
    await answer(phone, "Start")
    await when_he_answers_as_he_sees_it(phone)
    await expect(phone.locator("h1")).to_have_text("The clinic has received it")
    assert await site.responses_to(rosas) == 1
    helper = Respondent.CAREGIVER
    assert await respondents(site) == {site.cast.rosa.id: helper, site.cast.walter.id: helper}


async def test_case_97_without_a_network_the_other_patients_check_in_is_answered_as_that_patients(
    chromium: Browser, site: RunningSite
) -> None:
    """The phone shows Rosa, and has fetched what is due for both."""
    phone, _ = await given_a_phone_for_two(chromium, site)
    walters = await site.check_in_due_now(site.cast.walter, "daily-three")
    await phone.goto("/")
    await service_worker_is_active(phone)
    await eventually(lambda: phone.evaluate(f"{BUNDLE}.then(held => held?.forms.length)"), "the check-in to be held")
    await phone.context.set_offline(True)
    await phone.goto("/")
    await sees(phone, "Walter Brandt's check‑in is ready")
    await answer(phone, "Start")
    await when_he_answers_as_he_sees_it(phone)
    await sees(phone, "Saved on this phone")
    await phone.context.set_offline(False)
    await site.wait_for_response(walters)
    assert await respondents(site) == {site.cast.walter.id: Respondent.CAREGIVER}


async def test_case_97_what_an_ended_session_left_on_the_phone_goes_with_it(
    chromium: Browser, site: RunningSite
) -> None:
    """Rosa is shown. Her clinic signs the phone out for her, then for Walter; pushes are all that comes then."""
    phone, _ = await given_a_phone_for_two(chromium, site)
    rosas = await site.check_in_due_now(site.cast.rosa, "daily-three")
    walters = await site.check_in_due_now(site.cast.walter, "daily-three")
    await phone.goto("/")
    await eventually(lambda: is_kept(phone, rosas, walters), "both check-ins to be kept")
    await answer_all(phone, "Start", "What I see (the helper's view)", "4")
    await eventually(lambda: has_draft(phone, rosas), "the draft to be kept")

    await site.sign_out_everywhere(site.cast.rosa)
    await phone.goto("/")
    await sees(phone, "Your clinic signed this phone out")
    await eventually(lambda: is_kept(phone, walters), "Rosa's check-in to go")
    assert not await has_draft(phone, rosas)

    await phone.get_by_role("button", name="Walter Brandt").click()
    await sees(phone, "Walter Brandt's check‑in is ready")
    await site.sign_out_everywhere(site.cast.walter)
    notification = {"title": "Interlude", "body": "A visit", "tag": "one", "data": {"url": "/"}}
    await deliver_push(phone, json.dumps({"notification": notification}))
    await eventually(lambda: evaluate(phone, f"{BUNDLE}.then(held => held === null)"), "all to go")


async def is_kept(phone: Page, *check_ins: CheckIn) -> bool:
    ids = await evaluate(phone, f"{BUNDLE}.then(held => held?.forms.map(form => form.id) ?? null)")
    return set(ids or ()) == {each.id for each in check_ins}


async def has_draft(phone: Page, check_in: CheckIn) -> bool:
    return bool(await evaluate(phone, f"OfflineBundle.draft('{check_in.id}', 'helper')"))


async def test_case_97_without_a_network_help_is_that_of_the_patient_who_is_shown(
    chromium: Browser, site: RunningSite
) -> None:
    """Rosa is shown, and Walter's check-in is continued. The page leads to the help for the other one too."""
    phone, _ = await given_a_phone_for_two(chromium, site)
    walters = await site.check_in_due_now(site.cast.walter, "daily-three")
    await phone.goto("/")
    await service_worker_is_active(phone)
    await eventually(lambda: is_kept(phone, walters), "the check-in to be kept")
    await phone.context.set_offline(True)
    await phone.goto("/help")
    await sees(phone, "For Rosa Delgado")
    await phone.goto(f"/check-ins/{walters.id}")
    await sees(phone, "Who is answering?")
    await phone.goto("/help")
    await sees(phone, "For Walter Brandt")
    await press(phone, "Help for Rosa Delgado")
    await sees(phone, "For Rosa Delgado", "Help for Walter Brandt")


async def test_case_143_without_a_network_the_next_visit_of_each_patient_stays_readable(
    chromium: Browser, site: RunningSite
) -> None:
    phone, _ = await given_a_phone_for_two(chromium, site)
    first, later = await site.book_visit(timedelta(days=2)), await site.book_visit(timedelta(days=3))
    walters = await site.book_visit(timedelta(days=4), site.cast.walter)
    await phone.goto("/")
    await eventually(lambda: evaluate(phone, f"{BUNDLE}.then(held => held?.visits.length === 3)"), "all to be kept")
    await service_worker_is_active(phone)
    await phone.context.set_offline(True)
    await phone.goto("/")
    await sees(phone, "Rosa Delgado's next visit", "Walter Brandt's next visit")
    await sees(phone, *(f"{visit.starts:%A, %B} {visit.starts.day}" for visit in (first, walters)))
    await sees_not(phone, f"{later.starts:%A, %B} {later.starts.day}")


async def test_case_98_where_every_session_has_ended_what_waits_of_each_patient_is_said(
    chromium: Browser, site: RunningSite
) -> None:
    """The phone showed Rosa; what waits is about Walter."""
    phone, _ = await given_a_phone_for_two(chromium, site)
    await without_background_sync(phone)
    await site.check_in_due_now(site.cast.walter, "daily-three")
    await phone.goto("/")
    await phone.get_by_role("button", name="Walter Brandt").click()
    await answer(phone, "Start")
    await refuse(phone, UPLOADS)
    await when_he_answers_as_he_sees_it(phone)
    await sees(phone, NOT_YET)
    await phone.goto("/")
    await phone.get_by_role("button", name="Rosa Delgado").click()
    for patient in (site.cast.rosa, site.cast.walter):
        await site.sign_out_everywhere(patient)
    await phone.goto("/")
    await expect(phone.locator("h1")).to_have_text("You've been signed out here")
    await sees(phone, "1 check-in is still waiting on this phone")


async def test_case_97_signing_out_counts_only_what_waits_for_that_patient(
    chromium: Browser, site: RunningSite
) -> None:
    """What waits for the other one stays, and is sent."""
    phone, _ = await given_a_phone_for_two(chromium, site)
    await without_background_sync(phone)
    walters = await site.check_in_due_now(site.cast.walter, "daily-three")
    await phone.goto("/")
    await phone.get_by_role("button", name="Walter Brandt").click()
    await answer(phone, "Start")
    await refuse(phone, UPLOADS)
    await when_he_answers_as_he_sees_it(phone)
    await sees(phone, NOT_YET)
    await phone.goto("/sign-out")
    await sees(
        phone,
        "Not everything was sent",
        "1 check-in about Walter Brandt is still waiting on this phone. The clinic has not received it yet.",
    )
    await phone.goto("/")
    await sees(phone, "1 check-in is waiting on this phone")
    await phone.get_by_role("button", name="Rosa Delgado").click()
    await sees(phone, "1 check-in is waiting on this phone")
    await phone.goto("/sign-out")
    await phone.evaluate("Outbox.flushAndNotify()")
    await sees_not(phone, "Not everything was sent")
    await press(phone, "Sign out")
    await sees(phone, "This phone is signed out for Rosa Delgado")
    await phone.unroute_all(behavior="wait")
    await go(phone, "/")
    await site.wait_for_response(walters)
