"""The on-call rota: the order of the contacts, and why a rota is refused (case 73)."""

import pytest

from server.db import Database
from server.people import on_call
from server.people.models import Clinic, Staff
from server.people.on_call import Contact
from server.people.rules import Refused
from tests.cast import NOW, Cast, work_by

PHONE = "(212) 555-0150"


async def change(database: Database, cast: Cast, contacts: dict[str, Contact], wait: int = 10) -> Refused | None:
    async with database.writing() as db:
        clinic = await db.get_one(Clinic, cast.harbor.id)
        return await on_call.change(work_by(db, cast.ruth), clinic, contacts, wait)


async def order(database: Database, clinic: Clinic) -> list[str]:
    async with database.reading() as db:
        return [member.name for member in await on_call.order(db, clinic.id)]


async def test_case_73_contacts_are_listed_in_order(database: Database, cast: Cast) -> None:
    contacts = {cast.maria.id: Contact(2, ""), cast.ken.id: Contact(1, PHONE), cast.ruth.id: Contact(None, "")}
    assert await change(database, cast, contacts) is None
    assert await order(database, cast.harbor) == ["Ken Osei", "Maria Alvarez"]
    assert await order(database, cast.mesa) == []


async def test_case_73_a_staff_member_who_left_is_not_a_contact(database: Database, cast: Cast) -> None:
    await change(database, cast, {cast.maria.id: Contact(1, ""), cast.ken.id: Contact(2, "")})
    async with database.writing() as db:
        (await db.get_one(Staff, cast.maria.id)).ended_at = NOW
    assert await order(database, cast.harbor) == ["Ken Osei"]


@pytest.mark.parametrize(("second", "wait", "why"), [(1, 10, "twice"), (2, 4, "wait"), (2, 61, "wait")])
async def test_an_invalid_rota_changes_nothing(
    database: Database, cast: Cast, second: int, wait: int, why: str
) -> None:
    contacts = {cast.maria.id: Contact(1, PHONE), cast.ken.id: Contact(second, "")}
    assert await change(database, cast, contacts, wait) == Refused(why)  # type: ignore[arg-type]
    assert await order(database, cast.harbor) == []


async def test_a_contact_of_another_clinic_is_left_out(database: Database, cast: Cast) -> None:
    await change(database, cast, {cast.tom.id: Contact(1, PHONE), cast.ken.id: Contact(2, "")})
    assert await order(database, cast.harbor) == ["Ken Osei"]
    assert await order(database, cast.mesa) == []


async def test_an_unreadable_number_stays_if_nobody_edits_it(database: Database, cast: Cast) -> None:
    async with database.writing() as db:
        (await db.get_one(Staff, cast.ken.id)).phone = "ask Maria"
    assert await change(database, cast, {cast.ken.id: Contact(1, "ask Maria")}) is None
    async with database.reading() as db:
        ken = await db.get_one(Staff, cast.ken.id)
        assert (ken.phone, ken.phone_tel, ken.on_call) == ("ask Maria", None, 1)
