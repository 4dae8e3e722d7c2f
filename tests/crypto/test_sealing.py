"""Columns that are sealed at rest (case 59)."""

from dataclasses import replace

import pytest
from sqlalchemy import update

from server import crypto
from server.crypto import Keyring, MissingKey
from server.db import Base, Database
from server.people.models import Patient
from tests.cast import Cast


def test_a_sealed_value_opens_and_is_not_readable() -> None:
    sealed = crypto.seal("Rosa Delgado", "patient.name:1")
    assert b"Rosa" not in sealed
    assert crypto.unseal(sealed, "patient.name:1") == "Rosa Delgado"
    assert crypto.seal("Rosa Delgado", "patient.name:1") != sealed


def test_a_value_moved_or_altered_does_not_open() -> None:
    sealed = crypto.seal("Rosa Delgado", "patient.name:1")
    for blob, bound in (
        (sealed, "patient.name:2"),
        (sealed, "patient.phone:1"),
        (sealed[:-1] + b"x", "patient.name:1"),
    ):
        with pytest.raises(ValueError, match="does not open"):
            crypto.unseal(blob, bound)


def test_case_59_a_rotated_key_still_opens_old_rows(keyring: Keyring) -> None:
    sealed = crypto.seal("Rosa Delgado", "patient.name:1")
    rotated = replace(keyring, data=crypto.new_keyring().data | keyring.data)
    crypto.use(rotated)
    assert crypto.unseal(sealed, "patient.name:1") == "Rosa Delgado"
    assert crypto.seal("x", "y").startswith(rotated.current.encode())


def test_case_59_an_unknown_key_is_named_in_the_error() -> None:
    sealed = crypto.seal("Rosa Delgado", "patient.name:1")
    crypto.use(crypto.new_keyring())
    with pytest.raises(MissingKey, match="is not in the keyring"):
        crypto.unseal(sealed, "patient.name:1")


async def test_a_sealed_column_moved_to_another_row_does_not_open(database: Database, cast: Cast) -> None:
    async with database.writing() as db:
        moved = update(Patient).where(Patient.id == cast.walter.id).values(name_sealed=cast.rosa.name_sealed)
        await db.execute(moved)
    async with database.reading() as db:
        walter = await db.get_one(Patient, cast.walter.id)
        with pytest.raises(ValueError, match="moved from another row"):
            walter.name  # noqa: B018


# Stored ciphertexts are bound to these names. A table or attribute may be renamed, but its binding must stay.
BINDINGS = {
    "appointment.instructions",
    "caregiver.name",
    "draft.value",
    "expected_level.note",
    "flag.note",
    "flag.reason",
    "flag_note.text",
    "patient.email",
    "patient.helper_phone",
    "patient.helper_phone_tel",
    "patient.instructions",
    "patient.name",
    "patient.phone",
    "patient.phone_tel",
    "phone_call.note",
    "plan.end_reason",
    "reminder.detail",
    "response.answers",
    "set_aside.answers",
    "staff.email",
    "staff.name",
    "staff.phone",
    "staff.phone_tel",
    "staff.totp",
    "subscription.auth",
    "subscription.endpoint",
    "subscription.p256dh",
    "trigger.end_reason",
}


def test_each_sealed_column_keeps_its_binding() -> None:
    attributes = [value for mapper in Base.registry.mappers for value in vars(mapper.class_).values()]
    found = [value.binding for value in attributes if isinstance(value, crypto.Sealed)]
    assert len(found) == len(set(found))
    assert set(found) >= BINDINGS
