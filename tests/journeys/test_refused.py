"""The phone explains rejected answers, and deletes them once they are read (cases 40, 43, 50, 51)."""

from datetime import timedelta

from playwright.async_api import Browser, Page, expect

from server.checkins.models import CheckIn
from server.checkins.rules import CheckInState
from server.clock import system_clock
from server.questionnaires import flow as questionnaires
from server.questionnaires.models import Questionnaire
from server.responses import history
from server.responses.models import ConflictingVersion, Response
from tests.browser.people import answer, answer_all, desk_of, nothing_waits, phone_of, press, sees, sees_not
from tests.browser.running_site import RunningSite
from tests.cast import work_by
from tests.journeys.offline_bundle import SAVED, given_it_is_kept_offline
from tests.stories import audited, rows

LOOK = "Please look at something you sent"


async def test_case_40_different_answers_on_two_phones_are_both_kept_and_the_phone_says_so(
    chromium: Browser, site: RunningSite
) -> None:
    rosa, check_in = await given_it_is_sent_without_a_network(chromium, site)
    other = await phone_of(chromium, site, site.cast.rosa)
    await other.goto(f"/check-ins/{check_in.id}")
    await answer_all(other, "9", "Low", "No trouble")
    await press(other, "Send to clinic")
    await site.wait_for_response(check_in)

    await rosa.context.set_offline(False)
    await sees(rosa, "The clinic couldn't accept this. Please call them.")
    await sees_not(rosa, "We'll send it")
    await rosa.goto("/")
    await sees(rosa, LOOK, "All done for now")
    await rosa.evaluate("Outbox.flush()")  # not sent again
    [kept] = await rows(site.database, ConflictingVersion)
    [response] = await rows(site.database, Response)
    assert (history.answers_of(response)["pain"], '"pain": 4' in kept.answers) == (9, True)
    maria = await desk_of(chromium, site, site.cast.maria)
    await maria.goto(f"/staff/responses/{response.id}")
    await sees(maria, "Other versions")

    await press(rosa, LOOK)
    await sees(rosa, "This was already sent, with other answers. The clinic has both.")
    await sees_not(rosa, "It came too late", "could not read it", "Nothing on this phone")
    await press(rosa, "I've read this. Remove it from this phone.")
    await rosa.wait_for_url(site.url("/"))
    await sees_not(rosa, LOOK)
    await nothing_waits(rosa)


async def test_case_43_a_phone_whose_clock_is_years_off_answers_without_a_network(
    chromium: Browser, site: RunningSite
) -> None:
    rosa, check_in = await given_it_is_kept_offline(chromium, site, "daily-three")
    await rosa.context.set_offline(True)
    await rosa.context.clock.install(time=system_clock() - timedelta(days=2000))
    await rosa.goto("/")
    await answer_all(rosa, "Start", "4", "Good", "No trouble")
    await answer(rosa, "Send to clinic")
    await sees(rosa, SAVED)
    await rosa.context.set_offline(False)
    await site.wait_for_response(check_in)
    [response] = await rows(site.database, Response)
    assert history.answers_of(response)["pain"] == 4
    assert abs(response.answered_at - system_clock()) < timedelta(minutes=5)
    assert response.claimed_at is not None
    assert response.received_at - response.claimed_at > timedelta(days=1999)


async def test_case_50_the_clinic_changes_the_questions_while_answers_wait(
    chromium: Browser, site: RunningSite
) -> None:
    rosa, check_in = await given_it_is_sent_without_a_network(chromium, site)
    async with site.database.writing() as db:
        stored = await db.get_one(CheckIn, check_in.id)
        old = await db.get_one(Questionnaire, stored.questionnaire_id)
        item = {"linkId": "sleep", "text": "Did you sleep?", "type": "boolean"}
        changed = old.resource | {"version": "2", "item": [item]}
        stored.questionnaire_id = (
            await questionnaires.publish(work_by(db, site.cast.ruth, system_clock()), changed)
        ).id
    await rosa.context.set_offline(False)
    await expect(rosa.locator("h1")).to_have_text("The clinic has received it")
    [response] = await rows(site.database, Response)
    assert response.questionnaire_id == old.id
    assert history.answers_of(response) == {"pain": 4, "mood": "none", "breathing": "none"}


async def test_case_51_consent_is_withdrawn_while_answers_wait(chromium: Browser, site: RunningSite) -> None:
    rosa, check_in = await given_it_is_sent_without_a_network(chromium, site)
    other = await phone_of(chromium, site, site.cast.rosa)
    await other.goto("/settings/leave")
    await press(other, "Leave, and sign out all phones")
    await other.wait_for_url("**/join")

    await rosa.context.set_offline(False)
    await sees(rosa, "You have left Interlude. The clinic no longer gets your answers.")
    await sees_not(rosa, "We'll send it")
    assert await site.responses_to(check_in) == 0
    assert "check-in.refused" in await audited(site.database, site.cast.rosa.id)


async def test_case_51_answers_to_a_cancelled_check_in_are_refused_in_clear_words(
    chromium: Browser, site: RunningSite
) -> None:
    rosa, check_in = await given_it_is_sent_without_a_network(chromium, site)
    async with site.database.writing() as db:
        (await db.get_one(CheckIn, check_in.id)).state = CheckInState.CANCELLED
    await rosa.context.set_offline(False)
    await sees(rosa, "It came too late, or it was cancelled. The clinic did not accept it.")
    await rosa.goto("/set-aside")
    await sees(rosa, "It came too late, or it was cancelled. The clinic did not accept it.")
    await expect(rosa.locator("a[href='tel:+12125550140']")).to_be_visible()
    assert "check-in.refused" in await audited(site.database, check_in.id)


async def given_it_is_sent_without_a_network(chromium: Browser, site: RunningSite) -> tuple[Page, CheckIn]:
    """Rosa sends the daily three offline. The phone says that they are saved here, and nowhere else."""
    rosa, check_in = await given_it_is_kept_offline(chromium, site, "daily-three")
    await rosa.context.set_offline(True)
    await rosa.goto("/")
    await answer_all(rosa, "Start", "4", "Good", "No trouble")
    await answer(rosa, "Send to clinic")
    await sees(rosa, SAVED)
    return rosa, check_in
