"""Columns sealed at rest, keyed hashes, keyrings (case 59)."""

from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import update

from server import crypto
from server.crypto import Keyring, MissingKey
from server.db import Base, Database
from server.operations import keyring_file
from server.people.models import Patient
from tests.cast import Cast
from tests.stories import rows


def test_what_was_sealed_opens_and_is_not_seen() -> None:
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


def test_case_59_an_unknown_key_is_named() -> None:
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


async def test_case_59_we_do_not_start_without_the_key_of_the_data(database: Database, cast: Cast) -> None:
    await keyring_file.check(database)
    crypto.use(crypto.new_keyring())
    with pytest.raises(MissingKey, match="Put the old key back into INTERLUDE_SECRET_KEYS"):
        await keyring_file.check(database)


async def test_case_59_nor_with_a_key_of_the_same_name_that_is_another(
    database: Database, cast: Cast, keyring: Keyring
) -> None:
    other = dict.fromkeys(keyring.data, bytes(32))
    crypto.use(replace(keyring, data=other))
    with pytest.raises(MissingKey, match="can't be opened"):
        await keyring_file.check(database)


async def test_an_empty_database_needs_no_old_key(database: Database) -> None:
    crypto.use(crypto.new_keyring())
    await keyring_file.check(database)
    assert await rows(database, Patient) == []


def test_a_keyring_survives_its_file(tmp_path: Path, keyring: Keyring) -> None:
    (tmp_path / "keys.json").write_text(crypto.dump_keyring(keyring))
    assert crypto.load_keyring(str(tmp_path / "keys.json")) == keyring
    assert crypto.load_keyring(crypto.dump_keyring(keyring)) == keyring


UNREADABLE = [
    "",
    "{",
    "{}",
    "[]",
    '{"data": [], "lookup": "", "vapid": {}, "outbox": {}}',
    '{"data": {}, "lookup": ""}',
]


@pytest.mark.parametrize("text", UNREADABLE)
def test_a_keyring_that_cannot_be_read_says_so(text: str, tmp_path: Path) -> None:
    (tmp_path / "keys.json").write_text(text)
    for source in (str(tmp_path / "keys.json"), str(tmp_path / "missing.json")):
        with pytest.raises(MissingKey, match="INTERLUDE_SECRET_KEYS holds no keyring"):
            crypto.load_keyring(source)


def test_a_keyring_without_a_current_key_says_so(keyring: Keyring) -> None:
    with pytest.raises(MissingKey):
        crypto.load_keyring(crypto.dump_keyring(replace(keyring, data={})))


def test_a_hash_is_of_its_key_its_purpose_and_its_value() -> None:
    one = crypto.keyed_hash("maria@harbor.example", "email")
    assert one == crypto.keyed_hash("maria@harbor.example", "email")
    assert len({one, crypto.keyed_hash("maria@harbor.example", "pairing"), crypto.keyed_hash("m", "email")}) == 3
    crypto.use(crypto.new_keyring())
    assert crypto.keyed_hash("maria@harbor.example", "email") != one


def test_tokens_differ_and_only_their_hash_is_stored() -> None:
    tokens = {crypto.new_token() for _ in range(100)}
    assert len(tokens) == 100
    assert all(len(token) >= 43 for token in tokens)
    assert crypto.token_hash(next(iter(tokens))) not in tokens


def test_the_outbox_key_is_a_point_that_webcrypto_imports(keyring: Keyring) -> None:
    key_id, public = crypto.outbox_public()
    assert key_id == next(iter(keyring.outbox))
    assert crypto.unb64(public)[0] == 4
    assert len(crypto.unb64(public)) == 65
    with pytest.raises(MissingKey):
        crypto.outbox_private("gone")


# Stored data: ciphertexts are bound to these names. A table or an attribute may be renamed; its binding stays.
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


def test_each_sealed_column_keeps_its_binding_whatever_its_name() -> None:
    attributes = [value for mapper in Base.registry.mappers for value in vars(mapper.class_).values()]
    found = [value.binding for value in attributes if isinstance(value, crypto.Sealed)]
    assert len(found) == len(set(found))
    assert set(found) >= BINDINGS
