"""Luis helps Rosa and Walter on one phone (case 97)."""

import re
from datetime import timedelta

from playwright.async_api import Browser, Page, expect
from sqlalchemy import select

from server.access.models import Device
from server.checkins.models import CheckIn
from server.people.models import Caregiver, Patient
from server.questionnaires.respondents import Respondent
from server.reminders.message_text import payload, words_for
from server.reminders.states import ReminderKind
from server.responses.models import Response
from tests.browser.chromium import NOTIFICATIONS, service_worker_is_active
from tests.browser.eventually import eventually
from tests.browser.people import (
    answer,
    evaluate,
    press,
    sees,
    sees_not,
)
from tests.browser.running_site import RunningSite
from tests.journeys.offline_bundle import BUNDLE
from tests.journeys.phone_for_two import given_a_phone_for_two, is_kept, when_he_answers_as_he_sees_it
from tests.journeys.test_notifications import pushed
from tests.stories import rows

LINKS = f"{NOTIFICATIONS}.then(all => Object.fromEntries(all.map(({{title, data}}) => [title, data.url])))"


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


async def respondents(site: RunningSite) -> dict[str, str]:
    """Patient id → the respondent of the patient's only response."""
    checks = {each.id: each.patient_id for each in await rows(site.database, CheckIn)}
    return {checks[each.check_in_id]: each.respondent for each in await rows(site.database, Response)}


async def test_case_97_a_caregiver_of_two_patients_answers_for_both_on_one_phone(
    chromium: Browser, site: RunningSite
) -> None:
    phone = await given_a_phone_for_two(chromium, site)
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
    phone = await given_a_phone_for_two(chromium, site)
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


async def test_case_97_without_a_network_help_is_that_of_the_patient_who_is_shown(
    chromium: Browser, site: RunningSite
) -> None:
    """Rosa is shown, and Walter's check-in is continued. The page leads to the help for the other one too."""
    phone = await given_a_phone_for_two(chromium, site)
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
    phone = await given_a_phone_for_two(chromium, site)
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
