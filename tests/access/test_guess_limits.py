"""Guesses are counted across all web processes, and a right guess resets the count (cases 65, 67)."""

from litestar import Litestar

from server import app as composition
from server.access import guess_limits
from server.access.joining import flow as joining
from server.db import Database
from server.people import flow
from server.people.flow import NewPatient
from server.settings import Settings
from tests.access.scene import Issue, agreeing
from tests.browser_without_screen import Browser, words
from tests.cast import NOW, Cast, work_by
from tests.conftest import StillClock


async def test_case_65_guesses_are_limited_across_all_processes(
    app: Litestar, settings: Settings, clock: StillClock, issue: Issue
) -> None:
    code, database = await issue(), Database(settings.database_url)
    one, other = Browser(app), Browser(composition.create(settings, clock, database))
    statuses = []
    for turn in range(12):
        answer = await (one, other)[turn % 2].submit("/join/code", {"code": "0000 0000"})
        statuses.append(answer.status_code)
    assert statuses == [422] * 10 + [429] * 2
    assert "wait 15 minutes" in words(answer)
    assert (await other.submit("/join", agreeing(code))).status_code == 429
    clock.move(minutes=15)
    assert (await other.submit("/join", agreeing(code))).url.path == "/reminders"
    for device in (one, other):
        await device.close()
    await database.close()


async def test_case_67_a_forged_address_gives_no_extra_guesses(browser: Browser, cast: Cast) -> None:
    forged = [{"x_forwarded_for": f"203.0.113.{n}", "forwarded": f"for=203.0.113.{n}"} for n in range(11)]
    answers = [await browser.submit("/join/code", {"code": "0000 0000"}, **headers) for headers in forged]
    assert [answer.status_code for answer in answers] == [422] * 10 + [429]


async def test_a_day_of_joining_on_the_clinics_network_locks_nobody_out(
    app: Litestar, database: Database, cast: Cast, clock: StillClock
) -> None:
    """Ten patients of a group join one after another, with right codes."""
    for number in range(10):
        async with database.writing() as db:
            new = NewPatient(f"Patient {number}", "America/New_York")
            patient = await flow.register_patient(work_by(db, cast.maria, clock()), new)
            code = await joining.issue_pairing(work_by(db, cast.maria, clock()), patient, None)
        phone = Browser(app)
        assert (await phone.submit("/join/code", {"code": code})).status_code == 200, number
        assert (await phone.submit("/join", agreeing(code))).url.path == "/reminders", number
        await phone.close()


async def test_a_right_guess_is_taken_back_and_a_success_clears_the_count(database: Database) -> None:
    async with database.writing() as db:
        assert [await guess_limits.count_guess(db, "here", NOW, 3) for _ in range(4)] == [2, 1, 0, -1]
        await guess_limits.forgive_guess(db, "here", NOW)
        assert await guess_limits.count_guess(db, "here", NOW, 3) == -1
        assert await guess_limits.count_guess(db, "elsewhere", NOW, 3) == 2
        await guess_limits.forget_guesses(db, "here", NOW)
        assert await guess_limits.count_guess(db, "here", NOW, 3) == 2
