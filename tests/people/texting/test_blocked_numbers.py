"""The list of numbers that texts would go to and that get none (case 128)."""

from server.db import Database
from server.people.models import Patient, Staff
from server.people.rules import ContactBy
from server.people.texting import blocked_numbers
from server.people.texting.rules import NumberState
from tests.cast import NOW, Cast, acting
from tests.people.texting.scene import ROSAS, arrives, consent, share_phone, text, undeliverable


async def listed(database: Database, person: Staff) -> list[tuple[str, str, NumberState, str]]:
    async with database.reading() as db:
        found = await blocked_numbers.worklist(db, acting(person))
    assert all(row.changed_at == NOW for row in found)
    return [(row.name, row.field, row.state, row.mend) for row in found]


async def test_case_128_each_clinic_lists_its_own_patients_who_agreed_to_texts(database: Database, cast: Cast) -> None:
    await share_phone(database, cast)
    await arrives(database, text("STOP"))
    assert await listed(database, cast.maria) == []
    await consent(database, cast.rosa, cast.helen)
    stopped = NumberState.STOPPED
    edit = "/staff/patients/{}/edit#phone"
    assert await listed(database, cast.maria) == [("Rosa Delgado", "phone", stopped, edit.format(cast.rosa.id))]
    assert [row[3] for row in await listed(database, cast.tom)] == [edit.format(cast.helen.id)]
    await arrives(database, text("START", at=NOW))
    assert len(await listed(database, cast.maria)) == 1  # at the same moment STOP counts


async def test_case_128_staff_on_call_come_first_and_a_helpers_number_is_named(database: Database, cast: Cast) -> None:
    async with database.writing() as db:
        rosa, ken = await db.get_one(Patient, cast.rosa.id), await db.get_one(Staff, cast.ken.id)
        rosa.contact, rosa.caregiver_phone, rosa.caregiver_phone_tel = ContactBy.CAREGIVER, "555-0101", ROSAS
        rosa.phone_tel, rosa.text_consent_at = "+12125550109", NOW
        ken.phone, ken.phone_tel, ken.on_call = "555-0103", "+12125550103", 1
    await arrives(database, undeliverable())
    await arrives(database, undeliverable("+12125550103"))
    assert [row[:3] for row in await listed(database, cast.maria)] == [
        ("Ken Osei", "phone", NumberState.UNDELIVERABLE),
        ("Rosa Delgado", "caregiver_phone", NumberState.UNDELIVERABLE),
    ]
    async with database.writing() as db:
        (await db.get_one(Staff, cast.ken.id)).on_call = None
        (await db.get_one(Patient, cast.rosa.id)).contact = ContactBy.TEXT
    assert await listed(database, cast.maria) == []
