"""A text that no program can read waits for staff until one of them has handled it (case 128)."""

from datetime import timedelta

from sqlalchemy import text as sql

from server.actor import Actor
from server.db import Database
from server.people.models import Patient, Staff
from server.people.texting import replies
from server.people.texting.models import TextReply
from server.people.texting.rules import ReplyFrom
from tests.cast import NOW, Cast, acting, work_by
from tests.people.texting.scene import ROSAS, arrives, share_phone, text
from tests.stories import audited, rows


async def waiting(database: Database, actor: Actor) -> list[TextReply]:
    async with database.reading() as db:
        return await replies.waiting(db, actor)


async def test_case_128_a_reply_is_sealed_and_waits_in_each_clinic_of_the_number(
    database: Database, cast: Cast
) -> None:
    await share_phone(database, cast)
    await arrives(database, text("Can I park there?"))
    found = await waiting(database, acting(cast.maria))
    assert {(reply.patient_id, reply.text, reply.author) for reply in found} == {
        (cast.rosa.id, "Can I park there?", ReplyFrom.PATIENT),
        (cast.walter.id, "Can I park there?", ReplyFrom.PATIENT),
    }
    assert [reply.patient_id for reply in await waiting(database, acting(cast.tom))] == [cast.helen.id]
    async with database.reading() as db:
        for stored in await db.scalars(sql("SELECT text_sealed FROM text_reply")):
            assert b"park" not in bytes(stored)


async def test_case_128_a_reply_from_a_caregivers_or_a_staff_members_phone_says_so(
    database: Database, cast: Cast
) -> None:
    async with database.writing() as db:
        rosa, ken = await db.get_one(Patient, cast.rosa.id), await db.get_one(Staff, cast.ken.id)
        rosa.caregiver_phone_tel, ken.phone_tel = "+12125550102", "+12125550103"
    await arrives(database, text("She sleeps", tel="+12125550102"))
    await arrives(database, text("On my way", tel="+12125550103", at=NOW - timedelta(hours=1)))
    found = await waiting(database, acting(cast.maria))
    assert [(reply.author, reply.patient_id, reply.staff_id) for reply in found] == [
        (ReplyFrom.STAFF, None, cast.ken.id),
        (ReplyFrom.CAREGIVER, cast.rosa.id, None),
    ]


async def test_case_128_the_first_who_handles_a_reply_is_remembered(database: Database, cast: Cast) -> None:
    await arrives(database, text("Cancel my visit", tel=ROSAS))
    [reply] = await rows(database, TextReply)
    for member in (cast.maria, cast.ken):
        async with database.writing() as db:
            work = work_by(db, member)
            found = await replies.find(db, work.actor, reply.id)
            assert found is not None
            await replies.handle(work, found)
    assert await waiting(database, acting(cast.maria)) == []
    async with database.reading() as db:
        [kept] = await replies.of_patient(db, cast.rosa.id)
        assert await replies.find(db, acting(cast.tom), reply.id) is None
    assert (kept.handled_by, kept.handled_at) == (cast.maria.id, NOW)
    assert await audited(database, reply.id) == ["text-reply.received", "text-reply.handled"]


async def test_case_128_a_patient_with_many_texts_keeps_those_that_wait(database: Database, cast: Cast) -> None:
    for minute in range(4):
        await arrives(database, text(f"text {minute}", at=NOW - timedelta(minutes=minute)))
    async with database.reading() as db:
        assert len(await replies.of_patient(db, cast.rosa.id, limit=2)) == 4
    async with database.writing() as db:
        for reply in await replies.waiting(db, acting(cast.maria)):
            await replies.handle(work_by(db, cast.maria), reply)
    async with database.reading() as db:
        assert [reply.text for reply in await replies.of_patient(db, cast.rosa.id, limit=2)] == ["text 0", "text 1"]
