"""Staff call patients who have not answered, and enter their answers by phone."""

from datetime import timedelta

from playwright.async_api import Browser, Page, expect

from server.clock import system_clock
from server.people import flow as people
from server.people.flow import NewPatient
from server.people.models import PhoneCall
from tests.browser.people import desk_of, press, sees
from tests.browser.running_site import RunningSite
from tests.cast import work_by
from tests.stories import due_check_in, rows


async def test_staff_call_a_silent_patient_on_day_3(chromium: Browser, site: RunningSite) -> None:
    """Maria calls Rosa and enters her answers, so Rosa leaves the list. Walter does not pick up."""
    await site.unanswered_for(site.cast.rosa, "weekly-als", timedelta(days=3))
    await site.unanswered_for(site.cast.walter, "weekly-als", timedelta(days=4))
    maria = await desk_of(chromium, site, site.cast.maria)
    await maria.goto("/staff?show=late")
    to_call = maria.locator("#late-call [data-row]")
    await expect(to_call).to_have_count(2)
    await expect(to_call.nth(1)).to_contain_text("Rosa Delgado")
    await expect(to_call.nth(1)).to_contain_text("555-0101")
    await expect(to_call.nth(1)).to_contain_text("voice call")

    await to_call.nth(1).get_by_role("link", name="Enter answers").click()
    await when_staff_enter_answers_by_phone(
        maria, ("How is your breathing?", "No trouble"), ("How is speaking?", "Hard to follow")
    )
    await sees(maria, "The patient's answers, entered by phone by Maria Alvarez")

    await maria.goto("/staff?show=late")
    await expect(to_call).to_have_count(1)
    await to_call.get_by_text("Log a call").click()
    await to_call.get_by_label("No answer").check()
    await to_call.get_by_role("button", name="Log the call").click()
    await sees(maria, "No one needs a call about a check-in.", "No answer, Maria Alvarez")
    [call] = await rows(site.database, PhoneCall)
    assert (call.patient_id, call.outcome) == (site.cast.walter.id, "no-answer")
    await maria.goto("/staff")
    await sees(maria, "Rosa Delgado", "Speech: Hard to follow")


async def test_case_92_a_long_list_of_late_patients_keeps_its_rows_and_the_place(
    chromium: Browser, site: RunningSite
) -> None:
    """Maria presses "Show more" and logs a call far down.

    She is then at the next patient, with all rows still there.
    """
    now = system_clock()
    for number in range(250):
        due = now - timedelta(days=5) + timedelta(minutes=number)
        new = NewPatient(f"Patient {number:03}", "UTC")
        async with (
            site.database.writing() as db
        ):  # one transaction each, because the site's worker waits for the same lock
            patient = await people.register_patient(work_by(db, site.cast.maria, due), new)
            await due_check_in(db, patient, now=due.replace(second=0, microsecond=0))
    maria = await desk_of(chromium, site, site.cast.maria)
    await maria.goto("/staff?show=late")
    rows_shown = maria.locator("#late-call [data-row]")
    await expect(rows_shown).to_have_count(200)
    await press(maria, "Show more")
    await expect(rows_shown).to_have_count(250)
    await expect(rows_shown.nth(200).get_by_role("link", name="Patient 200").first).to_be_focused()

    row = rows_shown.nth(230)
    await row.get_by_text("Log a call").click()
    await row.get_by_label("No answer").check()
    await row.get_by_role("button", name="Log the call").click()
    await expect(maria.locator("#late-called [data-row]")).to_have_count(1)
    await expect(rows_shown).to_have_count(249)
    await expect(rows_shown.nth(230).get_by_role("link", name="Patient 231").first).to_be_focused()
    await expect(rows_shown.nth(230)).to_be_in_viewport()


async def when_staff_enter_answers_by_phone(desk: Page, *answers: tuple[str, str]) -> None:
    for question, answer in answers:
        await desk.get_by_role("group", name=question).get_by_label(answer, exact=True).check()
    await press(desk, "Save these answers")
