"""Staff work through the inbox: seen, owned and closed; nothing half-said is lost; who is silent is called."""

from datetime import timedelta

from playwright.async_api import Browser, Locator, Page, expect
from sqlalchemy import select

from server.audit import AuditEvent
from server.checkins.models import CheckIn
from server.clock import system_clock
from server.flags.models import Flag
from server.people import flow as people
from server.people.flow import NewPatient
from server.people.models import PhoneCall
from server.responses.submission import closing
from tests.browser.chromium import PHONE, new_page
from tests.browser.people import answer_all, desk_of, phone_of, press, sees, sees_not
from tests.browser.running_site import LAST_WEEK, RunningSite
from tests.cast import work_by
from tests.stories import due_check_in, rows

DAYS_3 = timedelta(days=3)
SWALLOWING = ("No trouble", "Hard", "No", "Same as ever", "No trouble", "No trouble", "No", "None", "1", "Good")


async def test_a_worsening_swallow_is_seen_owned_and_closed_by_keyboard_alone(
    chromium: Browser, site: RunningSite
) -> None:
    """Maria sits at her inbox; it comes in by itself, and she never touches the mouse."""
    await site.check_in_due_now(site.cast.rosa, "weekly-als", LAST_WEEK)
    maria = await desk_of(chromium, site, site.cast.maria)
    await sees(maria, "No one is waiting.")

    rosa = await phone_of(chromium, site, site.cast.rosa)
    await when_all_is_answered(rosa, SWALLOWING)

    row = await then_it_comes_in_by_itself(maria)
    await expect(row).to_contain_text("Chewing and swallowing: Hard (last time: A little trouble)")
    await expect(row).to_contain_text("4 hours left")
    await maria.keyboard.press("j")
    await expect(row.get_by_role("link", name="Rosa Delgado")).to_be_focused()

    await maria.keyboard.press("e")
    await expect(maria.get_by_label("Assigned to")).to_be_focused()
    await maria.keyboard.type("Maria")
    await maria.keyboard.press("Tab")
    await maria.keyboard.press("Enter")
    await expect(row.locator(".has")).to_have_text("Maria Alvarez")
    await expect(row.get_by_role("link", name="Rosa Delgado")).to_be_focused()

    await maria.keyboard.press("a")
    await expect(maria.get_by_label("Called")).to_be_focused()
    await maria.keyboard.press("Space")
    await maria.keyboard.press("Enter")
    await sees(maria, "Rosa Delgado, Chewing and swallowing: Called.", "No one is waiting.")

    await maria.keyboard.press("u")
    await sees(maria, "Chewing and swallowing: Hard")
    assert (await only_flag(site)).closed_at is None


async def test_a_half_answered_check_in_with_a_red_flag_is_not_lost(chromium: Browser, site: RunningSite) -> None:
    """Rosa says that she choked, and lays the phone down: it is with the clinic before and after the window ends."""
    check_in = await site.check_in_due_now(site.cast.rosa, "weekly-als", LAST_WEEK)
    rosa = await phone_of(chromium, site, site.cast.rosa)
    await rosa.goto("/")
    await answer_all(rosa, "Start", "No trouble", "A little trouble", "Yes")
    await sees(rosa, "The clinic has received this answer.")
    await rosa.context.close()

    maria = await desk_of(chromium, site, site.cast.maria)
    row = maria.locator("#flags [data-row]")
    await expect(row).to_contain_text("Choking: yes (last time: no)")
    await expect(row).to_contain_text("act now")

    await when_the_window_ends(site, check_in)
    await maria.goto("/staff?show=new")
    await sees(maria, "Rosa Delgado", "partial")
    await maria.get_by_role("link", name="Rosa Delgado").first.click()
    await sees(maria, "Did you choke on food or drink this week?", "yes", "partial")
    assert (await only_flag(site)).severity == "urgent"
    assert await site.responses_to(check_in) == 1


async def test_a_silent_patient_is_called_on_day_3(chromium: Browser, site: RunningSite) -> None:
    """Maria calls Rosa, enters what she says, and Rosa is off the list; nobody answers at Walter's."""
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
    await when_it_is_said_by_phone(
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


async def test_case_74_two_staff_acknowledge_at_once(chromium: Browser, site: RunningSite) -> None:
    """Both have the row open; one outcome stands, one owner, and both tries are on record."""
    await site.check_in_due_now(site.cast.rosa, "weekly-als", LAST_WEEK)
    rosa = await phone_of(chromium, site, site.cast.rosa)
    await when_all_is_answered(rosa, SWALLOWING)
    maria, ken = await desk_of(chromium, site, site.cast.maria), await desk_of(chromium, site, site.cast.ken)
    for desk, outcome in ((maria, "Called"), (ken, "Plan changed")):
        await desk.get_by_role("link", name="Rosa Delgado").click()
        await desk.get_by_label(outcome).check()
    await maria.get_by_role("button", name="Acknowledge").click()
    await ken.get_by_role("button", name="Acknowledge").click()
    await sees(maria, "No one is waiting.", "Rosa Delgado, Chewing and swallowing: Called.")
    await sees(ken, "Maria Alvarez got there first", "Maria Alvarez closed this flag: Called")
    flag = await only_flag(site)
    assert (flag.outcome, flag.closed_by, flag.owner_id) == ("called", site.cast.maria.id, site.cast.maria.id)
    tries = await rows(site.database, AuditEvent, AuditEvent.subject_id == flag.id, AuditEvent.verb == "flag.closed")
    assert {(event.actor_id, event.detail["late"]) for event in tries} == {
        (site.cast.maria.id, False),
        (site.cast.ken.id, True),
    }


async def test_what_a_colleague_does_does_not_take_the_row_out_of_hand(chromium: Browser, site: RunningSite) -> None:
    """Ken writes at a row while Maria closes it and another comes in above: his words and his focus stay."""
    await site.check_in_due_now(site.cast.rosa, "weekly-als", LAST_WEEK)
    rosa = await phone_of(chromium, site, site.cast.rosa)
    await when_all_is_answered(rosa, SWALLOWING)
    ken, maria = await desk_of(chromium, site, site.cast.ken), await desk_of(chromium, site, site.cast.maria)
    await ken.get_by_role("link", name="Rosa Delgado").click()
    note = ken.get_by_label("Note", exact=True)
    await note.fill("She coughs at")

    await site.check_in_due_now(site.cast.walter, "daily-three")
    walter = await phone_of(chromium, site, site.cast.walter)
    await walter.goto("/")
    await answer_all(walter, "Start", "2", "Good", "Very hard")
    await expect(ken.locator("#flags [data-row]")).to_have_count(2, timeout=25_000)
    await expect(ken.locator("#flags [data-row]").first).to_contain_text("Walter Brandt")  # red comes first
    await expect(ken.get_by_role("status").filter(has_text="New: Walter Brandt.")).to_be_visible()
    await expect(note).to_be_focused()
    await expect(note).to_have_value("She coughs at")

    await maria.reload()
    await maria.get_by_role("link", name="Rosa Delgado").click()
    await maria.get_by_label("Called").check()
    await maria.get_by_role("button", name="Acknowledge").click()
    await expect(ken.get_by_text("A colleague has changed this.")).to_be_visible(timeout=25_000)
    await expect(note).to_have_value("She coughs at")
    await expect(note).to_be_focused()


async def test_case_92_a_long_list_of_late_patients_keeps_every_row_and_the_row_in_hand(
    chromium: Browser, site: RunningSite
) -> None:
    """Maria shows more, logs a call far down, and stands at the next patient with all rows still there."""
    now = system_clock()
    for number in range(250):
        due = now - timedelta(days=5) + timedelta(minutes=number)
        new = NewPatient(f"Patient {number:03}", "UTC")
        async with site.database.writing() as db:  # one each: the worker of the site waits for the same lock
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


async def test_keys_are_all_shown_and_can_be_switched_off(chromium: Browser, site: RunningSite) -> None:
    maria = await desk_of(chromium, site, site.cast.maria)
    await maria.keyboard.press("?")
    panel = maria.get_by_role("dialog", name="Keyboard")
    for key in ("j", "k", "Enter", "a", "s", "e", "u", "?"):
        await expect(panel.locator("kbd", has_text=key).first).to_be_visible()
    await panel.get_by_label("Use these keys").uncheck()
    await panel.get_by_role("button", name="Close").click()
    await maria.keyboard.press("?")
    await expect(panel).to_be_hidden()
    await maria.reload()
    await maria.keyboard.press("?")
    await expect(panel).to_be_hidden()
    await press(maria, "Keyboard")
    await expect(panel).to_be_visible()


async def test_case_163_the_panel_of_keys_is_as_high_as_what_it_says(chromium: Browser, site: RunningSite) -> None:
    maria = await desk_of(chromium, site, site.cast.maria)
    await press(maria, "Keyboard")
    panel = maria.get_by_role("dialog", name="Keyboard")
    await expect(panel).to_be_visible()
    assert await panel.evaluate("dialog => getComputedStyle(dialog).display") == "block"
    shown, content = await panel.bounding_box(), await panel.locator(".content").bounding_box()
    assert shown
    assert content
    assert shown["height"] - content["height"] < 60


async def test_without_javascript_a_flag_is_opened_and_closed_on_a_phone(chromium: Browser, site: RunningSite) -> None:
    await site.check_in_due_now(site.cast.rosa, "weekly-als", LAST_WEEK)
    rosa = await phone_of(chromium, site, site.cast.rosa)
    await when_all_is_answered(rosa, SWALLOWING)
    signed_in = await (await desk_of(chromium, site, site.cast.maria)).context.storage_state()
    maria = await new_page(
        chromium, size=PHONE, storage_state=signed_in, java_script_enabled=False, base_url=site.base_url
    )
    await maria.goto("/staff")
    await press(maria, "Rosa Delgado")
    await maria.get_by_label("No action, and why").check()
    await maria.get_by_label("Note", exact=True).fill("Known, and seen yesterday.")
    await press(maria, "Acknowledge")
    await sees(maria, "No one is waiting.", "No action, and why")
    await press(maria, "Undo Rosa Delgado, Chewing and swallowing")
    await sees(maria, "Hard (last time: A little trouble)")
    await sees_not(maria, "No one is waiting.")


async def test_an_expected_level_is_quiet_and_what_is_worse_comes_back(chromium: Browser, site: RunningSite) -> None:
    await site.check_in_due_now(site.cast.rosa, "weekly-als", LAST_WEEK)
    rosa = await phone_of(chromium, site, site.cast.rosa)
    await when_all_is_answered(rosa, SWALLOWING)
    maria = await desk_of(chromium, site, site.cast.maria)
    await maria.keyboard.press("j")
    await maria.keyboard.press("s")
    await expect(maria.get_by_label("Expected, or better")).to_be_focused()
    await maria.get_by_label("Days").fill("30")
    await maria.get_by_label("Why", exact=True).fill("Waits for the clinic's dietitian.")
    await maria.get_by_role("button", name="Snooze").click()
    await sees(maria, "No one is waiting.", "Expected for now")
    await maria.goto(f"/staff/patients/{site.cast.rosa.id}")
    await sees(maria, "Expected levels", "Chewing and swallowing: Hard", "Waits for the clinic's dietitian.")


async def test_a_row_opens_and_closes_in_its_place_and_says_when_it_can_not(
    chromium: Browser, site: RunningSite
) -> None:
    await site.check_in_due_now(site.cast.rosa, "weekly-als", LAST_WEEK)
    rosa = await phone_of(chromium, site, site.cast.rosa)
    await when_all_is_answered(rosa, SWALLOWING)
    maria = await desk_of(chromium, site, site.cast.maria)
    link, note = maria.get_by_role("link", name="Rosa Delgado").first, maria.get_by_label("Note", exact=True)
    await maria.route("**/staff/flags/*", lambda route: route.fulfill(status=503, body="<div class=detail>Busy</div>"))
    await link.click()
    await expect(maria.get_by_role("status").filter(has_text="That didn't load.")).to_be_visible()
    await sees_not(maria, "Busy")

    await maria.unroute("**/staff/flags/*")
    await link.click()
    await expect(note).to_be_visible()
    await expect(link).to_have_attribute("aria-expanded", "true")
    assert (await maria.title(), maria.url) == ("Inbox · Interlude", site.url("/staff"))
    await link.click()
    await expect(note).to_have_count(0)
    await expect(link).to_have_attribute("aria-expanded", "false")
    async with maria.context.expect_page() as opened:
        await link.click(modifiers=["Control"])
    await sees(await opened.value, "Back to the inbox")
    await expect(note).to_have_count(0)


async def test_a_session_that_ends_takes_no_typed_words_away(chromium: Browser, site: RunningSite) -> None:
    """The inbox asks for changes while Maria writes; nobody is signed in any more."""
    await site.check_in_due_now(site.cast.rosa, "weekly-als", LAST_WEEK)
    rosa = await phone_of(chromium, site, site.cast.rosa)
    await when_all_is_answered(rosa, SWALLOWING)
    maria = await desk_of(chromium, site, site.cast.maria)
    await maria.get_by_role("link", name="Rosa Delgado").first.click()
    await maria.get_by_label("Note", exact=True).fill("She coughs at")
    await maria.context.clear_cookies()
    async with maria.expect_response("**/staff/inbox/changes"):
        await maria.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    await maria.wait_for_timeout(500)
    await expect(maria.get_by_label("Note", exact=True)).to_have_value("She coughs at")
    assert maria.url == site.url("/staff")


async def when_all_is_answered(phone: Page, said: tuple[str, ...]) -> None:
    await phone.goto("/")
    await answer_all(phone, "Start", *said)
    await press(phone, "Send to clinic")
    await press(phone, "It can wait")
    await expect(phone.locator("h1")).to_have_text("The clinic has received it")


async def then_it_comes_in_by_itself(desk: Page) -> Locator:
    row = desk.locator("#flags [data-row]")
    await expect(row).to_have_count(1, timeout=25_000)
    await expect(desk.get_by_role("status").filter(has_text="New: Rosa Delgado.")).to_be_visible()
    return row


async def when_the_window_ends(site: RunningSite, check_in: CheckIn) -> None:
    """As the worker's tick does it, three days on. The worker would reopen one that was closed before its end."""
    async with site.database.writing() as db:
        ended = await db.get_one(CheckIn, check_in.id)
        ended.due_at, ended.closes_at = ended.due_at - DAYS_3, ended.closes_at - DAYS_3
        await db.flush()
        assert await closing.close_ended(db, system_clock()) == 1


async def when_it_is_said_by_phone(desk: Page, *said: tuple[str, str]) -> None:
    for question, answer in said:
        await desk.get_by_role("group", name=question).get_by_label(answer, exact=True).check()
    await press(desk, "Save these answers")


async def only_flag(site: RunningSite) -> Flag:
    async with site.database.reading() as db:
        return (await db.scalars(select(Flag))).one()


async def test_case_89_two_nurses_on_one_flag_lose_nothing_of_what_they_typed(
    chromium: Browser, site: RunningSite
) -> None:
    """Maria and Ken have the same flag open; Ken is quicker. Maria reads that, and her words become a note."""
    await site.check_in_due_now(site.cast.rosa, "weekly-als", LAST_WEEK)
    rosa = await phone_of(chromium, site, site.cast.rosa)
    await when_all_is_answered(rosa, SWALLOWING)
    maria = await desk_of(chromium, site, site.cast.maria)
    ken = await desk_of(chromium, site, site.cast.ken)
    for desk in (maria, ken):
        await desk.locator("#flags [data-open]").first.click()
        await expect(desk.get_by_label("Note", exact=True)).to_be_visible()

    await maria.get_by_label("Plan changed").check()
    await maria.get_by_label("Note", exact=True).fill("Thicker drinks from today.")
    await ken.get_by_label("Called").check()
    await ken.get_by_label("Note", exact=True).fill("Left a message with Luis.")
    await press(ken, "Acknowledge")
    await sees(ken, "Rosa Delgado, Chewing and swallowing: Called.")

    await press(maria, "Acknowledge")
    await sees(maria, "Ken Osei got there first", "Left a message with Luis.")
    kept = maria.get_by_label("Add a note")
    await expect(kept).to_have_value("Plan changed: Thicker drinks from today.")
    await press(maria, "Save")
    flag = await only_flag(site)
    assert (flag.outcome, flag.note) == ("called", "Left a message with Luis.")
    await ken.goto(f"/staff/flags/{flag.id}")
    await sees(ken, "Plan changed: Thicker drinks from today.", "Maria Alvarez")
