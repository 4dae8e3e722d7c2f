"""The server opens what a phone sealed offline, and nothing else."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server import crypto
from server.responses.offline.sealed_entries import BadSealedEntry, SealedBody, decrypt_entry
from tests.cast import NOW
from tests.stories import entry, sealed

CLIENT = "0b9f1f0e-2f6c-4c57-9f2e-6d6f0f8f4d11"
BOX = {"client_id": CLIENT, "key": "o1", "public": "AA", "iv": "AA", "box": "AA"}


def opened(body: Any) -> Any:
    return decrypt_entry(SealedBody.read(body))


def test_an_entry_that_a_phone_sealed_opens() -> None:
    found = opened(sealed(CLIENT, entry({"pain": 3, "fall": False, "mood": None}, "hands")))
    assert found.client_id == CLIENT
    assert found.answers == {"pain": 3, "fall": False, "mood": None}
    assert (found.respondent, found.answered_at) == ("hands", NOW)


def test_sealing_twice_gives_two_ciphertexts_of_the_same_content() -> None:
    one, other = (sealed(CLIENT, entry({"pain": 3})) for _ in range(2))
    assert one["box"] != other["box"]
    assert opened(one) == opened(other)


def test_a_rotated_outbox_key_still_opens_waiting_entries(keyring: crypto.Keyring) -> None:
    waited = sealed(CLIENT, entry({"pain": 3}))
    new = crypto.new_keyring()
    crypto.use(crypto.Keyring(keyring.data, keyring.lookup, keyring.vapid, new.outbox | keyring.outbox))
    assert sealed(CLIENT, entry({}))["key"] != waited["key"]
    assert opened(waited).answers == {"pain": 3}


@pytest.mark.parametrize("part", ["public", "iv", "box"])
def test_an_altered_entry_does_not_open(part: str) -> None:
    body = sealed(CLIENT, entry({"pain": 3}))
    raw = crypto.unb64(body[part])
    with pytest.raises(BadSealedEntry):
        opened(body | {part: crypto.b64(raw[:-1] + bytes([raw[-1] ^ 1]))})


def test_an_entry_does_not_open_under_another_id() -> None:
    with pytest.raises(BadSealedEntry):
        opened(sealed(CLIENT, entry({"pain": 3})) | {"client_id": CLIENT.replace("0", "1")})


def test_an_entry_sealed_to_an_unknown_key_is_refused() -> None:
    body = sealed(CLIENT, entry({"pain": 3}))
    crypto.use(crypto.new_keyring())
    for changed in (body, body | {"key": next(iter(crypto.keyring().outbox))}):
        with pytest.raises(BadSealedEntry):
            opened(changed)


@pytest.mark.parametrize(
    "body",
    [
        None,
        [],
        "box",
        {},
        {name: BOX[name] for name in ("client_id", "key")},
        BOX | {"box": 5},
        BOX | {"client_id": "short"},
        BOX | {"client_id": "x" * 41},
        BOX | {"client_id": "../../etc"},
        BOX | {"client_id": "--------"},
        BOX | {"client_id": "ééééééééé"},
        BOX | {"public": "A"},
        BOX | {"iv": "é"},
        BOX | {"public": "", "iv": "", "box": ""},
        BOX,
    ],
)
def test_junk_is_a_bad_entry(body: Any) -> None:
    with pytest.raises(BadSealedEntry):
        opened(body)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"not json",
        b"[]",
        b"5",
        b"{}",
        b'{"answers": [], "answered_at": 0}',
        b'{"answers": {}}',
        b'{"answers": {}, "answered_at": "yesterday"}',
        b'{"answers": {}, "answered_at": null}',
        b'{"answers": {}, "answered_at": NaN}',
        b'{"answers": {}, "answered_at": Infinity}',
        b'{"answers": {}, "answered_at": 1e300}',
        b'{"answers": {}, "answered_at": -1e15}',
        b'{"answers": {}, "answered_at": 1' + b"0" * 5000 + b"}",
        b"[" * 100_000,
        b"\xff\xfe",
    ],
    ids=lambda content: content[:40].decode(errors="replace"),
)
def test_case_68_an_entry_with_junk_inside_is_a_bad_entry(content: bytes) -> None:
    with pytest.raises(BadSealedEntry):
        opened(sealed(CLIENT, content))


@pytest.mark.parametrize("at", [datetime(1970, 1, 1, tzinfo=UTC), datetime(2199, 7, 1, tzinfo=UTC)])
def test_case_43_a_phones_clock_may_be_years_off(at: datetime) -> None:
    assert opened(sealed(CLIENT, entry({}, at=at))).answered_at == at


@given(body=st.dictionaries(st.sampled_from(sorted(BOX)), st.one_of(st.text(), st.integers(), st.none())))
def test_any_input_is_a_bad_entry_or_none(body: Mapping[str, Any]) -> None:
    with pytest.raises(BadSealedEntry):
        opened(dict(body))
