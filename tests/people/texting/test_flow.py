"""STOP, START and undeliverable change a number for all who share it; other texts are kept (case 128)."""

from dataclasses import replace
from datetime import timedelta

from server.db import Database
from server.people.models import Patient
from server.people.texting import flow, numbers
from server.people.texting.models import TakenMessage, TextNumber, TextReply
from server.people.texting.rules import NumberState
from tests.cast import NOW, Cast
from tests.people.texting.scene import ROSAS, arrives, share_phone, text, undeliverable
from tests.stories import audited, rows


async def state(database: Database) -> NumberState:
    [number] = await rows(database, TextNumber)
    assert number.number_hash == numbers.number_hash(ROSAS)
    return number.state


async def test_case_128_stop_and_start_are_audited_for_each_patient_of_the_number(
    database: Database, cast: Cast
) -> None:
    await share_phone(database, cast)
    await arrives(database, text("STOP"))
    assert await state(database) == NumberState.STOPPED
    await arrives(database, text("Alta", at=NOW + timedelta(minutes=1)), NOW + timedelta(minutes=1))
    assert await state(database) == NumberState.OPEN
    for patient in (cast.rosa, cast.walter, cast.helen):
        assert (await audited(database, patient.id))[-2:] == ["patient.texts-stopped", "patient.texts-resumed"]
    assert await rows(database, TextReply) == []


async def test_case_128_an_earlier_event_that_arrives_late_changes_nothing(database: Database, cast: Cast) -> None:
    await arrives(database, text("STOP"))
    await arrives(database, text("START", at=NOW - timedelta(minutes=1)))
    assert await state(database) == NumberState.STOPPED
    assert (await audited(database, cast.rosa.id)).count("patient.texts-resumed") == 0


async def test_case_128_a_message_is_taken_once_and_its_id_is_forgotten(database: Database, cast: Cast) -> None:
    message = text("Where do I park?")
    for _ in range(3):
        await arrives(database, message)
    assert len(await rows(database, TextReply)) == 1
    await arrives(database, replace(undeliverable(), id=message.id))  # the ids of the two kinds are apart
    assert await state(database) == NumberState.UNDELIVERABLE
    async with database.writing() as db:
        await flow.forget(db, NOW + timedelta(days=29))
    assert len(await rows(database, TakenMessage)) == 2
    async with database.writing() as db:
        await flow.forget(db, NOW + timedelta(days=31))
    assert await rows(database, TakenMessage) == []


async def test_case_128_a_time_in_the_future_counts_as_now(database: Database, cast: Cast) -> None:
    await arrives(database, text("STOP", at=NOW + timedelta(days=900)))
    assert [number.changed_at for number in await rows(database, TextNumber)] == [NOW]
    await arrives(database, text("START", at=NOW + timedelta(hours=1)), NOW + timedelta(hours=1))
    assert await state(database) == NumberState.OPEN


async def test_case_128_a_number_of_nobody_is_remembered_too(database: Database, cast: Cast) -> None:
    """Somebody gets the number later: the provider would still refuse texts to it."""
    await arrives(database, text("STOP", tel="+12125550199"))
    await arrives(database, text("Who is this?", tel="+12125550199"))
    assert await rows(database, TextReply) == []
    async with database.writing() as db:
        rosa = await db.get_one(Patient, cast.rosa.id)
        rosa.phone_tel = "+12125550199"
        assert (await numbers.blocked_of(db, [rosa])).keys() == {rosa.id}
