"""A session reads and changes the rows of one clinic only."""

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import aliased

from server.db import Database, scope, unscoped
from server.people.models import Caregiver, Patient, Staff
from tests.cast import Cast
from tests.stories import rows


async def test_a_session_never_reads_the_rows_of_another_clinic(database: Database, cast: Cast) -> None:
    async with database.reading() as db:
        scope(db, cast.harbor.id)
        names = {patient.name for patient in await db.scalars(select(Patient))}
        assert names == {"Rosa Delgado", "Walter Brandt"}
        assert await db.get(Patient, cast.helen.id) is None
        assert await db.scalar(select(Patient.id).where(Patient.id == cast.helen.id)) is None
        assert await db.scalar(select(func.count()).select_from(Patient)) == 2
        other = aliased(Patient)
        assert await db.scalar(select(other.id).where(other.id == cast.helen.id)) is None
        joined = select(Staff.id).join(Patient, Patient.clinic_id == Staff.clinic_id)
        assert cast.tom.id not in set(await db.scalars(joined))


async def test_each_session_has_its_own_scope(database: Database, cast: Cast) -> None:
    """The statement is compiled once and run in both sessions. Each gets the rows of its own clinic."""
    for clinic, count in ((cast.harbor, 2), (cast.mesa, 1), (cast.harbor, 2)):
        async with database.reading() as db:
            scope(db, clinic.id)
            assert len(list(await db.scalars(select(Patient)))) == count


async def test_a_session_never_changes_the_rows_of_another_clinic(database: Database, cast: Cast) -> None:
    async with database.writing() as db:
        scope(db, cast.harbor.id)
        await db.execute(update(Patient).where(Patient.id == cast.helen.id).values(contact="text"))
        await db.execute(update(Patient).values(contact="caregiver"))
        await db.execute(delete(Caregiver).where(Caregiver.clinic_id == cast.mesa.id))
        await db.execute(delete(Caregiver))
    contacts = {patient.name: patient.contact for patient in await rows(database, Patient)}
    assert contacts == {"Rosa Delgado": "caregiver", "Walter Brandt": "caregiver", "Helen Marsh": "call"}
    assert await rows(database, Caregiver) == []


async def test_a_delete_leaves_the_rows_of_another_clinic(database: Database, cast: Cast) -> None:
    async with database.writing() as db:
        scope(db, cast.mesa.id)
        await db.execute(delete(Caregiver))
    assert [caregiver.name for caregiver in await rows(database, Caregiver)] == ["Luis Delgado"]


async def test_a_query_over_all_clinics_must_ask_for_it(database: Database, cast: Cast) -> None:
    async with database.reading() as db:
        scope(db, cast.harbor.id)
        with unscoped(db):
            assert len(list(await db.scalars(select(Patient)))) == 3
        assert len(list(await db.scalars(select(Patient)))) == 2
