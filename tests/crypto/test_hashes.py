"""Keyed hashes and tokens."""

from server import crypto


def test_a_hash_depends_on_key_purpose_and_value() -> None:
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
