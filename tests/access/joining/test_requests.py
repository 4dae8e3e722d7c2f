"""A new device shows a number, and somebody approves it (cases 63, 65)."""

import asyncio
import re

from server.access.joining import requests as join_requests
from server.access.models import JoinRequest, PairingCode
from server.db import Database
from server.people import flow
from server.people.flow import NewPatient
from tests.access.joining.scene import LET_IN, number_on
from tests.browser_without_screen import Browser, words
from tests.cast import Cast, work_by
from tests.conftest import Enter, StillClock
from tests.stories import rows


async def test_case_65_a_number_works_once_within_fifteen_minutes(
    phone: Browser, signed_in: Enter, cast: Cast, clock: StillClock
) -> None:
    rosa = await signed_in(cast.rosa)
    asked = {"code": await number_on(phone), "whose": cast.rosa.id}
    await rosa.submit(LET_IN, asked)
    assert "already been added" in words(await rosa.submit(LET_IN, asked))
    second = {"code": await number_on(phone), "whose": cast.rosa.id}
    clock.move(minutes=15)
    assert "has expired" in words(await rosa.submit(LET_IN, second))
    assert "has expired" in words(await phone.get("/join/asked"))
    clock.move(days=2)
    await number_on(phone)  # old requests are deleted


async def test_case_65_of_two_screens_that_approve_a_number_at_once_one_succeeds(
    phone: Browser, signed_in: Enter, cast: Cast, database: Database
) -> None:
    number = await number_on(phone)
    rosa, maria = await signed_in(cast.rosa), await signed_in(cast.maria)
    await asyncio.gather(rosa.csrf(), maria.csrf())
    before = len(await rows(database, PairingCode))
    answers = await asyncio.gather(
        rosa.submit(LET_IN, {"code": number, "whose": cast.luis.id}),
        maria.submit(f"/staff/patients/{cast.rosa.id}/devices", {"code": number}),
    )
    assert sorted(answer.status_code for answer in answers) == [200, 422]
    assert len(await rows(database, PairingCode)) == before + 1


async def test_case_65_guesses_and_requests_of_numbers_are_limited(
    phone: Browser, signed_in: Enter, cast: Cast
) -> None:
    rosa = await signed_in(cast.rosa)
    wrong = {"code": "0000 0000", "whose": cast.rosa.id}
    assert [(await rosa.submit(LET_IN, wrong)).status_code for _ in range(10)] == [422] * 10
    right = wrong | {"code": await number_on(phone)}
    assert "wait 15 minutes" in words(await rosa.submit(LET_IN, right))
    answers = [(await phone.submit("/join/ask", {})).status_code for _ in range(60)]
    assert (answers[0], answers[-1]) == (200, 429)


async def test_requests_of_earlier_days_are_deleted(database: Database, cast: Cast, clock: StillClock) -> None:
    for _ in range(2):
        async with database.writing() as db:
            await join_requests.ask(db, "iPhone", "203.0.113.5", clock())
        clock.move(days=2)
    assert len(await rows(database, JoinRequest)) == 1


async def test_joining_by_number_ends_the_pairing_code_of_before(
    phone: Browser, browser: Browser, signed_in: Enter, database: Database, cast: Cast
) -> None:
    async with database.writing() as db:
        other = await flow.register_patient(work_by(db, cast.maria), NewPatient("Ada", "UTC"))
    maria = await signed_in(cast.maria)
    shown = await maria.submit(f"/staff/patients/{other.id}/pair", {})
    code = re.search(r"\b\d{4} \d{4}\b", words(shown))
    assert code is not None
    await maria.submit(f"/staff/patients/{other.id}/devices", {"code": await number_on(phone)})
    assert (await browser.submit("/join/code", {"code": code[0]})).status_code == 422
