"""A check-in, one question a page (cases 18, 71, 75, 76)."""

import pytest

from server.checkins.models import CheckIn
from server.db import Database
from server.flags.models import Flag
from server.questionnaires import flow as questionnaires
from server.questionnaires.answers import answers_from_json
from server.responses.models import Response
from tests.browser_without_screen import words
from tests.cast import Cast, work_by
from tests.conftest import Enter, StillClock
from tests.questionnaires.real import EVERYTHING
from tests.responses.delivering import check_in as check_in
from tests.responses.questions.scene import answer, drafts
from tests.stories import STEADY, answered, due_check_in, rows


async def test_one_press_answers_and_moves_on(
    signed_in: Enter, cast: Cast, database: Database, check_in: CheckIn
) -> None:
    rosa = await signed_in(cast.rosa)
    first = await rosa.get(f"/check-ins/{check_in.id}")
    assert "1 of 9 How is your breathing?" in words(first)
    second = await answer(rosa, check_in, "breathing", "none")
    assert "2 of 9 How is chewing and swallowing?" in words(second)
    assert await drafts(database) == {"breathing": '"none"'}
    third = await answer(rosa, check_in, "swallowing", "little")
    assert "3 of 10 Did you choke" in words(third)


async def test_an_unfinished_check_in_continues_where_it_was_left(
    signed_in: Enter, cast: Cast, check_in: CheckIn
) -> None:
    rosa, other = await signed_in(cast.rosa), await signed_in(cast.rosa)
    await answer(rosa, check_in, "breathing", "none")
    await rosa.submit(f"/check-ins/{check_in.id}/q/swallowing", {"skip": "1", "who": "self"})
    assert "How is speaking?" in words(await other.get(f"/check-ins/{check_in.id}"))


async def test_nothing_is_preselected_and_an_earlier_answer_is_shown(
    signed_in: Enter, cast: Cast, check_in: CheckIn
) -> None:
    rosa = await signed_in(cast.rosa)
    path = f"/check-ins/{check_in.id}/q/breathing"
    assert 'class="said"' not in (await rosa.get(path)).text
    await answer(rosa, check_in, "breathing", "some")
    assert (await rosa.get(path)).text.count('class="said"') == 1


NOT_THERE = [
    ("eyesight", "none"),
    ("breathing", "worst"),
    ("breathing", ""),
    ("pain", "11"),
    ("pain", "-1"),
    ("pain", "seven"),
    ("fall", "maybe"),
    ("choking", "no"),
    ("x" * 200, "none"),
    ("breathing", "<script>alert(1)</script>"),
]


async def test_an_invalid_answer_is_refused_and_the_others_stay(
    signed_in: Enter, cast: Cast, database: Database, check_in: CheckIn
) -> None:
    rosa = await signed_in(cast.rosa)
    await answer(rosa, check_in, "speech", "little")
    for link_id, value in NOT_THERE:
        refused = await answer(rosa, check_in, link_id, value)
        assert refused.status_code == 422, (link_id, value)
        assert "There is a problem" in words(refused)
        assert "<script>" not in refused.text
    assert await drafts(database) == {"speech": '"little"'}


@pytest.mark.parametrize("path", ["", "/q/breathing", "/check", "/who", "/sent", "/next", "/urgency"])
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_an_unknown_check_in_is_not_found(signed_in: Enter, cast: Cast, path: str) -> None:
    rosa = await signed_in(cast.rosa)
    assert (await rosa.get(f"/check-ins/{'0' * 32}{path}")).status_code == 404


async def test_case_18_a_closed_check_in_says_so_and_accepts_nothing(
    signed_in: Enter, cast: Cast, database: Database, clock: StillClock, check_in: CheckIn
) -> None:
    rosa = await signed_in(cast.rosa)
    clock.now = check_in.closes_at
    for page in (
        await rosa.get(f"/check-ins/{check_in.id}"),
        await rosa.get(f"/check-ins/{check_in.id}/q/breathing"),
        await answer(rosa, check_in, "breathing", "none"),
    ):
        assert "This check-in is closed" in words(page)
    assert await drafts(database) == {}


async def test_a_check_in_accepts_nothing_before_it_opens(
    signed_in: Enter, cast: Cast, database: Database, clock: StillClock, check_in: CheckIn
) -> None:
    rosa = await signed_in(cast.rosa)
    clock.now = check_in.due_at
    clock.move(seconds=-1)
    assert "closed" in words(await answer(rosa, check_in, "breathing", "none"))
    assert await drafts(database) == {}


async def test_case_18_an_old_notification_opens_the_status_of_its_check_in(
    signed_in: Enter, cast: Cast, database: Database, check_in: CheckIn
) -> None:
    rosa = await signed_in(cast.rosa)
    async with database.writing() as db:
        await answered(db, cast.rosa, await db.get_one(CheckIn, check_in.id), STEADY)
    for path in ("", "/q/breathing", "/check"):
        assert (await rosa.get(f"/check-ins/{check_in.id}{path}")).url.path == f"/check-ins/{check_in.id}/sent"
    assert (await answer(rosa, check_in, "breathing", "hard")).url.path == f"/check-ins/{check_in.id}/sent"
    assert (await drafts(database), len(await rows(database, Response))) == ({}, 1)


async def test_case_71_an_urgent_answer_shows_at_once_whom_to_call(
    signed_in: Enter, cast: Cast, database: Database, check_in: CheckIn
) -> None:
    rosa = await signed_in(cast.rosa)
    page = await answer(rosa, check_in, "breathing", "very-hard")
    page_text = words(page)
    assert "Is it very hard to breathe right now?" in page_text
    for number in ("tel:911", "tel:+12125550140"):
        assert f'href="{number}"' in page.text
    assert "Your clinic reads this only when it is open." in page_text
    [flag] = await rows(database, Flag)
    assert (flag.item, flag.severity, flag.response_id) == ("breathing", "urgent", None)
    assert "How is chewing" in words(await rosa.get(f"/check-ins/{check_in.id}/next?who=self&after=breathing"))


@pytest.mark.parametrize(
    ("day", "says"),
    [("16", "Someone will look at it today."), ("15", "Your clinic opens on Mon, Nov 16, 8:00 AM and will read this")],
)
async def test_case_75_outside_hours_the_page_promises_no_reader(
    signed_in: Enter, cast: Cast, clock: StillClock, check_in: CheckIn, database: Database, day: str, says: str
) -> None:
    if day == "15":
        clock.now = clock.now.replace(day=15)
        async with database.writing() as db:
            check_in = await due_check_in(db, cast.rosa, now=clock())
    rosa = await signed_in(cast.rosa)
    first = f"/check-ins/{check_in.id}/q/breathing?who=self"
    for before in ("/", first, f"/check-ins/{check_in.id}/who"):
        assert ("Your clinic opens on Mon, Nov 16, 8:00 AM" in words(await rosa.get(before))) == (day == "15")
    page = words(await answer(rosa, check_in, "fall", "yes"))
    assert says in page
    assert ("Your clinic reads this only when it is open." in page) == (day == "16")  # else it would be said twice


async def test_a_mistake_can_be_corrected_and_both_answers_stay_on_record(
    signed_in: Enter, cast: Cast, database: Database, check_in: CheckIn
) -> None:
    rosa = await signed_in(cast.rosa)
    await answer(rosa, check_in, "fall", "yes")
    assert "Did you fall" in words(await rosa.get(f"/check-ins/{check_in.id}/q/fall?who=self"))
    await answer(rosa, check_in, "fall", "no")
    assert await drafts(database) == {"fall": "false"}
    assert len(await rows(database, Flag)) == 1


async def test_case_76_a_caregiver_is_not_asked_for_the_mood(
    signed_in: Enter, cast: Cast, database: Database, check_in: CheckIn
) -> None:
    luis = await signed_in(cast.luis)
    assert (await luis.get(f"/check-ins/{check_in.id}/q/mood?who=helper")).status_code == 404
    assert (await answer(luis, check_in, "mood", "hard", "helper")).status_code == 422
    assert await drafts(database) == {}
    assert "Mood" not in words(await luis.get(f"/check-ins/{check_in.id}/check?who=helper"))


async def test_case_111_a_questionnaire_from_elsewhere_is_asked_with_all_its_texts(
    signed_in: Enter, cast: Cast, database: Database
) -> None:
    async with database.writing() as db:
        await questionnaires.publish(work_by(db, cast.ruth), EVERYTHING)
        asked = await due_check_in(db, cast.rosa, "everything-at-once")
    rosa, maria = await signed_in(cast.rosa), await signed_in(cast.maria)
    by_phone = words(await maria.get(f"/staff/check-ins/{asked.id}/by-phone"))
    assert all(text in by_phone for text in ("Think of today.", "Your body", "In a word?", "Lots"))
    assert "Think of today. Anything new?" in words(await rosa.get(f"/check-ins/{asked.id}"))
    assert "Which?" in words(await answer(rosa, asked, "asked", "yes"))
    assert "Your body How?" in words(await answer(rosa, asked, "which", "lots"))
    assert "Your body How often?" in words(await answer(rosa, asked, "level", "low"))
    assert "In a word?" in words(await answer(rosa, asked, "times", "3"))
    last = words(await answer(rosa, asked, "word", "Badly"))
    assert "Pain? 1 2 3 4 5 1 5" in last
    await answer(rosa, asked, "pain", "5")
    await rosa.submit(f"/check-ins/{asked.id}/send", {"who": "self"})
    [sent] = await rows(database, Response)
    given = {"asked": True, "which": "lots", "level": "low", "times": "3", "word": "Badly", "pain": 5}
    assert answers_from_json(sent.answers) == given
    for path in (
        "/staff/responses/" + sent.id,
        f"/staff/patients/{cast.rosa.id}",
        f"/staff/patients/{cast.rosa.id}/print",
    ):
        assert (await maria.get(path)).status_code == 200


@pytest.mark.parametrize("day", ["15", "16"])
async def test_case_106_the_crisis_page_never_says_that_the_clinic_is_away(
    signed_in: Enter, cast: Cast, clock: StillClock, database: Database, day: str
) -> None:
    clock.now = clock.now.replace(day=int(day))
    async with database.writing() as db:
        due = await due_check_in(db, cast.rosa, "day-after", clock())
    rosa = await signed_in(cast.rosa)
    await answer(rosa, due, "mood", "very-hard")
    asked = await rosa.get(f"/check-ins/{due.id}/q/self-harm?who=self")
    kept = asked.text.partition('<template id="red-crisis">')[2].partition("</template>")[0]
    shown = await answer(rosa, due, "self-harm", "yes")
    for page in (kept, shown.text.partition('id="red"')[2]):
        assert "You are not alone." in page
        assert not any(away in page for away in ("is closed", "opens on", "when it is open", "when it opens"))


async def test_case_106_closed_hours_are_one_quiet_line_with_the_next_opening(
    signed_in: Enter, cast: Cast, clock: StillClock, database: Database
) -> None:
    clock.now = clock.now.replace(day=15)
    async with database.writing() as db:
        due = await due_check_in(db, cast.rosa, now=clock())
    rosa = await signed_in(cast.rosa)
    for path in ("/", f"/check-ins/{due.id}/q/breathing?who=self"):
        page = await rosa.get(path)
        line = "Your clinic opens on Mon, Nov 16, 8:00 AM and will read this then."
        assert page.text.count('<p class="soft small">Your clinic opens on') == 1
        assert line in words(page)
    red = words(await answer(rosa, due, "breathing", "very-hard"))
    assert line in red
    assert "only when it is open" not in red
