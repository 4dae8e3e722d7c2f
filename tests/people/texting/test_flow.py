"""STOP, START and undeliverable change a number for all who share it; other texts are kept (case 128)."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import ColumnElement

from server.audit import AuditEvent
from server.db import Database
from server.people.models import Patient, Staff
from server.people.texting import flow, numbers
from server.people.texting.models import TakenMessage, TextNumber, TextReply
from server.people.texting.rules import NumberState
from tests.cast import NOW, Cast
from tests.people.texting.scene import ROSAS, arrives, share_phone, text, undeliverable
from tests.stories import audited, rows

OTHER = "+12125550171"


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


@pytest.mark.parametrize(
    ("numbers_of", "actor"),
    [
        ({"rosa": "phone_tel"}, ("patient", "text")),
        ({"rosa": "caregiver_phone_tel"}, ("caregiver", "text")),
        ({"rosa": "caregiver_phone_tel", "walter": "phone_tel"}, ("caregiver", "text")),
        ({"rosa": "phone_tel", "helen": "phone_tel"}, ("system", "someone")),
        ({"rosa": "phone_tel", "ken": "phone_tel"}, ("system", "someone")),
    ],
)
@pytest.mark.parametrize(("says", "verb"), [("STOP", "patient.texts-stopped"), ("Hello", "text-reply.received")])
async def test_case_76_a_text_is_of_whose_number_it_came_from(
    database: Database, cast: Cast, numbers_of: dict[str, str], actor: tuple[str, str], says: str, verb: str
) -> None:
    async with database.writing() as db:
        for name, field in numbers_of.items():
            person = getattr(cast, name)
            setattr(await db.get_one(type(person), person.id), field, OTHER)
    await arrives(database, text(says, tel=OTHER))
    of_rosas = {cast.rosa.id, *(reply.id for reply in await rows(database, TextReply, is_rosas(cast)))}
    events = await rows(database, AuditEvent, AuditEvent.verb == verb, AuditEvent.subject_id.in_(of_rosas))
    assert [(event.actor_kind, event.actor_id) for event in events] == [actor]


async def test_case_76_a_staff_members_text_is_not_a_patients(database: Database, cast: Cast) -> None:
    async with database.writing() as db:
        (await db.get_one(Staff, cast.ken.id)).phone_tel = OTHER
    await arrives(database, text("STOP", tel=OTHER))
    [event] = await rows(database, AuditEvent, AuditEvent.verb == "staff.texts-stopped")
    assert event.actor_kind == "staff"


def is_rosas(cast: Cast) -> ColumnElement[bool]:
    return TextReply.patient_id == cast.rosa.id
