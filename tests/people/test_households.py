"""Which patients share a mailbox or a number (case 102)."""

from server.db import Database
from server.people import households
from server.people.models import Patient
from server.people.rules import ContactBy
from tests.cast import Cast


async def test_case_102_who_shares_a_mailbox_or_a_number_is_found(database: Database, cast: Cast) -> None:
    async with database.writing() as db:
        rosa, walter = await db.get_one(Patient, cast.rosa.id), await db.get_one(Patient, cast.walter.id)
        rosa.email, walter.email = "Family@Home.example", "family@home.example"
        walter.caregiver_phone_tel, walter.contact = rosa.phone_tel, ContactBy.CALL
    async with database.reading() as db:
        found = await households.by_address(db, [await db.get_one(Patient, cast.rosa.id)])
        assert {patient.id for patient in found[rosa.email_hash or ""]} == {rosa.id, walter.id}
        assert [patient.id for patient in found[rosa.phone_tel_hash or ""]] == [rosa.id]  # his texts go elsewhere
    async with database.writing() as db:
        (await db.get_one(Patient, cast.walter.id)).contact = ContactBy.CAREGIVER
    async with database.reading() as db:
        found = await households.by_address(db, [await db.get_one(Patient, cast.rosa.id)])
        assert {patient.id for patient in found[rosa.phone_tel_hash or ""]} == {rosa.id, walter.id}
        assert await households.by_address(db, []) == {}


async def test_case_102_one_alone_is_called_as_chosen(cast: Cast) -> None:
    assert households.label(cast.rosa, [cast.rosa]).text == "Rosa"
    assert households.label(cast.rosa, [cast.rosa, cast.walter]).text == "Rosa"
