"""The rows of texts that wait for staff name whose number it is (case 128)."""

from server.db import Database
from server.desk.inbox import text_replies
from server.desk.inbox.changes import version
from server.people.models import Staff
from tests.cast import Cast, work_by
from tests.people.texting.scene import arrives, text


async def test_case_128_a_row_names_the_patient_or_the_staff_member(database: Database, cast: Cast) -> None:
    async with database.writing() as db:
        (await db.get_one(Staff, cast.ken.id)).phone_tel = "+12125550103"
        before = await version(work_by(db, cast.maria))
    await arrives(database, text("Can I park there?"))
    await arrives(database, text("On my way", tel="+12125550103"))
    async with database.reading() as db:
        found = {row.reply.text: row for row in await text_replies.waiting(work_by(db, cast.maria))}
        assert await text_replies.waiting(work_by(db, cast.tom)) == []
        assert await version(work_by(db, cast.maria)) != before  # an open inbox fetches its lists again
    rosa, ken = found["Can I park there?"], found["On my way"]
    assert (rosa.name, rosa.patient and rosa.patient.id) == ("Rosa Delgado", cast.rosa.id)
    assert (ken.name, ken.patient) == ("Ken Osei", None)
