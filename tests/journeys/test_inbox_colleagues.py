"""Two staff members work in the inbox at once, and neither loses what they typed."""

from playwright.async_api import Browser, expect

from server.audit import AuditEvent
from tests.browser.people import answer_all, desk_of, phone_of, press, sees
from tests.browser.running_site import LAST_WEEK, RunningSite
from tests.journeys.inbox import LOOKS_AGAIN, SWALLOWING, only_flag, when_all_is_answered
from tests.stories import rows


async def test_case_74_two_staff_members_acknowledge_at_once(chromium: Browser, site: RunningSite) -> None:
    """Both have the row open. One outcome and one owner result, and both attempts are audited."""
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


async def test_a_colleagues_changes_do_not_close_the_row_in_use(chromium: Browser, site: RunningSite) -> None:
    """Ken types in a row while another flag comes in above it and Maria closes his. He keeps his text and his focus."""
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
    await ken.evaluate(LOOKS_AGAIN)
    await expect(ken.locator("#flags [data-row]")).to_have_count(2)
    await expect(ken.locator("#flags [data-row]").first).to_contain_text("Walter Brandt")  # urgent comes first
    await expect(ken.get_by_role("status").filter(has_text="New: Walter Brandt.")).to_be_visible()
    await expect(note).to_be_focused()
    await expect(note).to_have_value("She coughs at")

    await maria.reload()
    await maria.get_by_role("link", name="Rosa Delgado").click()
    await maria.get_by_label("Called").check()
    await maria.get_by_role("button", name="Acknowledge").click()
    await ken.evaluate(LOOKS_AGAIN)
    await expect(ken.get_by_text("A colleague has changed this.")).to_be_visible()
    await expect(note).to_have_value("She coughs at")
    await expect(note).to_be_focused()


async def test_case_89_two_nurses_on_one_flag_lose_nothing_they_typed(chromium: Browser, site: RunningSite) -> None:
    """Maria and Ken have the same flag open, and Ken is quicker. Maria reads that, and can save her text as a note."""
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


async def test_a_session_that_ends_removes_no_typed_text(chromium: Browser, site: RunningSite) -> None:
    """The inbox asks for changes while Maria types and her session has ended."""
    await site.check_in_due_now(site.cast.rosa, "weekly-als", LAST_WEEK)
    rosa = await phone_of(chromium, site, site.cast.rosa)
    await when_all_is_answered(rosa, SWALLOWING)
    maria = await desk_of(chromium, site, site.cast.maria)
    await maria.get_by_role("link", name="Rosa Delgado").first.click()
    await maria.get_by_label("Note", exact=True).fill("She coughs at")
    await maria.context.clear_cookies()
    async with maria.expect_response("**/staff/inbox/changes"):
        await maria.evaluate(LOOKS_AGAIN)
    await maria.wait_for_timeout(500)
    await expect(maria.get_by_label("Note", exact=True)).to_have_value("She coughs at")
    assert maria.url == site.url("/staff")
