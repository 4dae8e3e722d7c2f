"""Which entries the clinic accepts from a phone's queue, and from whom (cases 46, 61, 76)."""

from typing import Any

import pytest
from httpx import Response as Answer
from sqlalchemy import select

from server.access import departures, sessions
from server.access.models import Device
from server.checkins.models import CheckIn
from server.db import Database
from server.people.models import Caregiver, Patient
from server.responses.models import Draft
from tests.access.shared_phone.scene import JoinsFor
from tests.access.shared_phone.scene import joins_for as joins_for
from tests.browser_without_screen import Browser
from tests.cast import Cast, work_by
from tests.conftest import Enter, StillClock
from tests.responses.delivering import flagged
from tests.stories import due_check_in, entry, rows, sealed


@pytest.fixture
async def check_in(database: Database, cast: Cast) -> CheckIn:
    """Rosa's weekly check-in is due now."""
    async with database.writing() as db:
        return await due_check_in(db, cast.rosa)


CLIENT = "9f1c7a52-0000-4000-8000-000000000000"


async def deliver(device: Browser, check_in: CheckIn, content: Any) -> Answer:
    return await device.post_json(f"/check-ins/{check_in.id}/answers", sealed(CLIENT, content))


async def kept(database: Database) -> dict[str, str]:
    return {draft.link_id: draft.value for draft in await rows(database, Draft)}


@pytest.mark.parametrize(
    ("content", "status"),
    [
        (entry({"eyesight": "none"}), 422),
        (entry({"breathing": "worst"}), 422),
        (entry({"fall": ["yes"]}), 422),
        ({"answers": {"fall": "yes"}}, 400),
        (b"not json", 400),
    ],
)
async def test_an_invalid_answer_is_refused(
    signed_in: Enter, cast: Cast, database: Database, check_in: CheckIn, content: Any, status: int
) -> None:
    rosa = await signed_in(cast.rosa)
    assert (await deliver(rosa, check_in, content)).status_code == status
    assert (await kept(database), await flagged(database)) == ({}, [])


async def test_case_46_an_entry_of_another_person_is_refused(
    signed_in: Enter, cast: Cast, database: Database, check_in: CheckIn
) -> None:
    rosa = await signed_in(cast.rosa)
    mine = sealed(CLIENT, entry({"fall": "yes"}))
    path = f"/check-ins/{check_in.id}/answers"
    assert (await rosa.post_json(path, mine | {"owner": cast.luis.id})).status_code == 403
    assert await flagged(database) == []
    assert (await rosa.post_json(path, mine | {"owner": cast.rosa.id})).status_code == 200


async def test_case_61_another_persons_check_in_accepts_nothing(
    signed_in: Enter, cast: Cast, database: Database, check_in: CheckIn
) -> None:
    walter = await signed_in(cast.walter)
    assert (await deliver(walter, check_in, entry({"fall": "yes"}))).status_code == 404
    assert (await kept(database), await flagged(database)) == ({}, [])


async def test_case_76_a_caregiver_cannot_answer_the_mood(
    signed_in: Enter, cast: Cast, database: Database, check_in: CheckIn
) -> None:
    luis = await signed_in(cast.luis)
    assert (await deliver(luis, check_in, entry({"mood": "low"}, "helper"))).status_code == 422
    assert (await deliver(luis, check_in, entry({"pain": "4"}, "self"))).status_code == 200
    assert [draft.respondent for draft in await rows(database, Draft)] == ["helper"]


async def on_one_phone(
    phone: Browser, joins_for: JoinsFor, cast: Cast, clock: StillClock, database: Database
) -> CheckIn:
    """Luis's phone shows Rosa; he joins on it for Walter too. Walter's check-in, which is due now."""
    await joins_for(phone, cast.walter)
    async with database.writing() as db:
        return await due_check_in(db, cast.walter, now=clock())


async def test_case_97_a_phone_with_two_patients_sends_each_entry_as_its_owner(
    signed_in: Enter, joins_for: JoinsFor, cast: Cast, database: Database, clock: StillClock, check_in: CheckIn
) -> None:
    """The phone shows Walter. What waited for Rosa arrives as hers, from her own caregiver."""
    luis = await signed_in(cast.luis)
    his = await on_one_phone(luis, joins_for, cast, clock, database)
    helps_walter = next(each for each in await rows(database, Caregiver) if each.patient_id == cast.walter.id)
    for number, (due, owner) in enumerate([(check_in, cast.luis), (his, helps_walter)]):
        sent = sealed(CLIENT[:-1] + str(number), entry({"fall": "yes"}, respondent="helper")) | {"owner": owner.id}
        assert (await luis.post_json(f"/check-ins/{due.id}/answers", sent)).status_code == 200
        wrong = sealed(CLIENT[:-1] + "9", entry({"fall": "yes"}, respondent="helper")) | {"owner": owner.id}
        other = his if due is check_in else check_in
        assert (await luis.post_json(f"/check-ins/{other.id}/answers", wrong)).status_code == 404
    kept = {(draft.check_in_id, draft.source) for draft in await rows(database, Draft)}
    assert kept == {(check_in.id, "helper"), (his.id, "helper")}
    stranger = sealed(CLIENT, entry({"fall": "yes"})) | {"owner": cast.rosa.id}
    assert (await luis.post_json(f"/check-ins/{check_in.id}/answers", stranger)).status_code == 403


async def test_case_97_an_entry_for_a_patient_who_left_is_refused_and_the_others_are_taken(
    signed_in: Enter, joins_for: JoinsFor, cast: Cast, database: Database, clock: StillClock, check_in: CheckIn
) -> None:
    luis = await signed_in(cast.luis)
    his = await on_one_phone(luis, joins_for, cast, clock, database)
    helps_walter = next(each for each in await rows(database, Caregiver) if each.patient_id == cast.walter.id)
    async with database.writing() as db:
        await departures.leave(work_by(db, cast.walter, clock()), await db.get_one(Patient, cast.walter.id))
    answers = sealed(CLIENT, entry({"fall": "yes"}, respondent="helper"))
    path = "/check-ins/{}/answers"
    assert (await luis.post_json(path.format(his.id), answers | {"owner": helps_walter.id})).status_code == 410
    assert (await luis.post_json(path.format(check_in.id), answers | {"owner": cast.luis.id})).status_code == 200
    assert (await luis.post_json(path.format(check_in.id), answers | {"owner": "stranger"})).status_code == 401


async def test_case_97_an_entry_of_a_session_that_staff_ended_stays_on_the_phone(
    signed_in: Enter, joins_for: JoinsFor, cast: Cast, database: Database, clock: StillClock, check_in: CheckIn
) -> None:
    luis = await signed_in(cast.luis)
    await on_one_phone(luis, joins_for, cast, clock, database)
    async with database.writing() as db:
        rosas = await db.scalar(select(Device).where(Device.caregiver_id == cast.luis.id))
        assert rosas is not None
        await sessions.end_device(work_by(db, cast.maria, clock()), rosas)
    sent = sealed(CLIENT, entry({"fall": "yes"}, respondent="helper")) | {"owner": cast.luis.id}
    assert (await luis.post_json(f"/check-ins/{check_in.id}/answers", sent)).status_code == 403
