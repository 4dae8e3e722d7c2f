"""Keyrings, and the outbox key (case 59)."""

from dataclasses import replace
from pathlib import Path

import pytest

from server import crypto
from server.crypto import Keyring, MissingKey


def test_a_keyring_survives_writing_and_reading(tmp_path: Path, keyring: Keyring) -> None:
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
def test_an_unreadable_keyring_raises_an_error(text: str, tmp_path: Path) -> None:
    (tmp_path / "keys.json").write_text(text)
    for source in (str(tmp_path / "keys.json"), str(tmp_path / "missing.json")):
        with pytest.raises(MissingKey, match="INTERLUDE_SECRET_KEYS holds no keyring"):
            crypto.load_keyring(source)


def test_a_keyring_without_a_current_key_raises_an_error(keyring: Keyring) -> None:
    with pytest.raises(MissingKey):
        crypto.load_keyring(crypto.dump_keyring(replace(keyring, data={})))


def test_the_outbox_key_is_a_point_that_webcrypto_imports(keyring: Keyring) -> None:
    key_id, public = crypto.outbox_public()
    assert key_id == next(iter(keyring.outbox))
    assert crypto.unb64(public)[0] == 4
    assert len(crypto.unb64(public)) == 65
    with pytest.raises(MissingKey):
        crypto.outbox_private("gone")
