"""What the migrations do to rows of earlier versions: words, sealed columns, phone numbers and passkeys."""

from functools import partial
from typing import Any

import pytest
from sqlalchemy import Connection, MetaData, select, text

from server import crypto, migrations
from server.access.models import Passkey
from server.crypto import Sealed
from server.db import Base, Database
from server.flags.models import Flag, TriggerVersion
from server.flags.rules import Severity
from server.people.models import Clinic, Patient, Staff
from server.people.rules import ContactBy
from server.people.texting import numbers
from server.reminders.models import Reminder
from server.reminders.states import ReminderKind, ReminderState
from tests.migrating import MADE, adder, fill, upgraded
from tests.migrating import bare_url as bare_url

pytestmark = pytest.mark.sweep


async def test_case_54_an_unknown_word_stops_the_upgrade_and_is_named(bare_url: str) -> None:
    database = Database(bare_url)
    await migrations.upgrade(database, "0015")
    async with database.engine.begin() as connection:
        await connection.run_sync(fill)
        await connection.execute(text("UPDATE flag SET severity = 'purple'"))
    with pytest.raises(RuntimeError, match=r"flag\.severity: 'purple'"):
        await migrations.upgrade(database)
    async with database.engine.connect() as connection:
        assert await connection.scalar(text("SELECT version_num FROM alembic_version")) == "0015"
    await database.close()


# Columns that came after the words were renamed: the former version had nothing in them.
LATER = {
    "patient.birth_date",
    "patient.record_number",
    "end_of_care.reason",
    "text_reply.text",
    "flag_evidence.evidence",
}


def sealed_attributes() -> list[tuple[type[Base], str, Sealed[Any]]]:
    """The sealed columns that the former version had too."""
    rows = [mapper.class_ for mapper in Base.registry.mappers]
    found = [(row, name, value) for row in rows for name, value in vars(row).items() if isinstance(value, Sealed)]
    return [each for each in found if each[2].binding not in LATER]


def _fill_and_seal_all(connection: Connection) -> None:
    """A row in each table; each sealed column, under its former name, holds a secret that names it."""
    fill(connection)
    for _, _, attribute in sealed_attributes():
        table, _, name = attribute.binding.partition(".")
        secret = crypto.seal(f"what {attribute.binding} held", f"{attribute.binding}:x")
        statement = f"UPDATE {table} SET {name}_sealed = :secret"  # the names are our own, so this is safe
        connection.execute(text(statement), {"secret": secret})


async def test_case_54_each_sealed_column_of_the_former_version_opens(bare_url: str) -> None:
    async with upgraded(bare_url, "0015", _fill_and_seal_all) as database, database.reading() as db:
        opened = {a.binding: getattr(await db.get_one(row, "x"), name) for row, name, a in sealed_attributes()}
    assert opened == {binding: f"what {binding} held" for binding in opened}
    assert len(opened) > 25


async def test_case_54_renamed_words_are_mapped(bare_url: str) -> None:
    async with upgraded(bare_url, "0015", fill) as database, database.reading() as db:
        flag, trigger = await db.get_one(Flag, "x"), await db.get_one(TriggerVersion, "x")
        patient, reminder = await db.get_one(Patient, "x"), await db.get_one(Reminder, "x")
    assert (flag.severity, trigger.severity, patient.contact) == (Severity.URGENT, Severity.TODAY, ContactBy.CAREGIVER)
    assert (reminder.kind, reminder.state) == (ReminderKind.DEVICE_CHECK, ReminderState.COMBINED)


async def test_audit_events_get_the_new_words(bare_url: str) -> None:
    def set_aside(connection: Connection) -> None:
        fill(connection)
        connection.execute(text("UPDATE audit_event SET verb = 'response.set-aside', subject = 'set_aside'"))

    async with upgraded(bare_url, "0015", set_aside) as database, database.engine.connect() as connection:
        event = (await connection.execute(text("SELECT verb, subject FROM audit_event"))).one()
    assert tuple(event) == ("response.conflict-kept", "conflicting_version")


# What was typed before numbers were read, and what is dialled for it after the migration.
NUMBERS = {"(212) 555-0140": "+12125550140", "+44 20 7946 0018": "+442079460018", "ask Luis": None, "911": None}


async def test_case_78_numbers_typed_earlier_are_read_or_left_for_staff(bare_url: str) -> None:
    async with upgraded(bare_url, "0009", _type_numbers) as database, database.reading() as db:
        patients = {p.id: p for p in await db.scalars(select(Patient)) if p.id != "x"}
        assert {p.phone: p.phone_tel for p in patients.values()} == NUMBERS
        clinic = await db.get_one(Clinic, "x")
        assert (clinic.country, clinic.emergency_number_tel, clinic.crisis_line_tel) == ("US", "911", "988")
        assert (clinic.phone, clinic.phone_tel) == ("x", None)
        assert clinic.text_countries == []


async def test_case_128_stored_numbers_get_the_hash_by_which_they_are_looked_up(bare_url: str) -> None:
    async with upgraded(bare_url, "0015", _seal_numbers) as database, database.reading() as db:
        patient, member = await db.get_one(Patient, "x"), await db.get_one(Staff, "x")
        assert patient.phone_tel_hash == numbers.number_hash("+12125550101")
        assert patient.caregiver_phone_tel_hash == numbers.number_hash("+12125550102")
        assert member.phone_tel_hash is None  # its row does not open
        assert patient.email_hash == crypto.keyed_hash("rosa@home.example", "email")


def _seal_numbers(connection: Connection) -> None:
    fill(connection)
    own = crypto.seal("+12125550101", "patient.phone_tel:x")
    helpers = crypto.seal("+12125550102", "patient.helper_phone_tel:x")
    email = crypto.seal("Rosa@home.example", "patient.email:x")
    numbers = "UPDATE patient SET phone_tel_sealed = :own, helper_phone_tel_sealed = :helpers, email_sealed = :email"
    connection.execute(text(numbers), {"own": own, "helpers": helpers, "email": email})
    connection.execute(text("UPDATE staff SET phone_tel_sealed = :own"), {"own": own})


def _type_numbers(connection: Connection) -> None:
    fill(connection)
    metadata = MetaData()
    metadata.reflect(connection)
    clinic, patient = metadata.tables["clinic"], metadata.tables["patient"]
    lines = {"zone": "America/New_York", "emergency_number": "911", "crisis_line": "988 (press 1)"}
    connection.execute(clinic.update().values(lines))
    [row] = connection.execute(select(patient)).mappings().all()
    for number, typed in enumerate(NUMBERS):
        sealed = crypto.seal(typed, f"patient.phone:p{number}")
        connection.execute(patient.insert().values({**row, "id": f"p{number}", "phone_sealed": sealed}))


@pytest.mark.parametrize(
    ("devices", "expected"),
    [
        ([("d1", 19, None)], ("d1", False)),
        ([("d1", 19, None), ("d2", 21, None)], ("d1", False)),  # the second device came later
        ([("d1", 18, 19), ("d2", 19, None)], ("d2", False)),  # the first device was signed out earlier
        ([("d1", 19, None), ("d2", 18, None)], (None, False)),
        ([("d1", 19, 22)], ("d1", True)),
        ([("d1", 19, None), ("d2", 18, 22)], (None, True)),
    ],
)
async def test_case_121_earlier_passkeys_are_bound_to_their_device(
    bare_url: str, devices: list[tuple[str, int, int | None]], expected: tuple[str | None, bool]
) -> None:
    """A device is (id, day in November it joined, day it was signed out). The passkey was made on the 20th."""
    make = partial(_with_passkey, devices=devices)
    async with upgraded(bare_url, "0009", make) as database, database.reading() as db:
        [passkey] = await db.scalars(select(Passkey))
        assert (passkey.device_id, passkey.ended_at is not None) == expected


def _with_passkey(connection: Connection, devices: list[tuple[str, int, int | None]]) -> None:
    add = adder(connection, {})
    for name, given in (("clinic", {}), ("patient", {}), ("passkey", {"made_at": MADE})):
        add(name, **given)
    for device_id, joined, ended in devices:
        when = {"joined_at": MADE.replace(day=joined), "ended_at": ended and MADE.replace(day=ended)}
        add("device", id=device_id, patient_id="x", **when)
