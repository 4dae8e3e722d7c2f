"""A phone's authenticator in software. It makes passkeys and signs with them, as WebAuthn (level 3) describes."""

import json
from hashlib import sha256
from secrets import token_bytes
from typing import Any

import cbor2
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256

from server.crypto import b64
from tests.browser_without_screen import ORIGIN, Browser

PRESENT_AND_VERIFIED = 0x05
HAS_KEY = 0x40


class Authenticator:
    """Keeps its keys even if the browser forgets them. A cloud may copy them to another phone of the same person."""

    def __init__(self) -> None:
        self.keys: dict[bytes, ec.EllipticCurvePrivateKey] = {}

    async def make(self, phone: Browser) -> bytes:
        """Make a passkey on a phone that is signed in, and return its credential id."""
        options = (await phone.post_json("/passkey/options", {})).json()
        credential_id, key = token_bytes(16), ec.generate_private_key(ec.SECP256R1())
        numbers = key.public_key().public_numbers()
        public = {1: 2, 3: -7, -1: 1, -2: numbers.x.to_bytes(32, "big"), -3: numbers.y.to_bytes(32, "big")}
        credential_data = bytes(16) + len(credential_id).to_bytes(2, "big") + credential_id + cbor2.dumps(public)
        attested = {"fmt": "none", "attStmt": {}, "authData": _data(PRESENT_AND_VERIFIED | HAS_KEY) + credential_data}
        response = {"attestationObject": b64(cbor2.dumps(attested))}
        made = await phone.post_json("/passkey", self._credential(credential_id, "webauthn.create", options, response))
        assert made.status_code == 200, made.text
        self.keys[credential_id] = key
        return credential_id

    async def sign_in(self, phone: Browser, credential_id: bytes) -> tuple[int, str]:
        """Sign in with a passkey, and return the status and the reason for a refusal."""
        status, answer = await self.prove(phone, credential_id)
        return status, answer.get("detail", "")

    async def prove(self, phone: Browser, credential_id: bytes) -> tuple[int, dict[str, str]]:
        """The status, and what the page's script is told."""
        options = (await phone.post_json("/passkey/sign-in/options", {})).json()
        response: dict[str, str] = {"authenticatorData": b64(_data(PRESENT_AND_VERIFIED))}
        credential = self._credential(credential_id, "webauthn.get", options, response)
        signed = _data(PRESENT_AND_VERIFIED) + sha256(_client("webauthn.get", options)).digest()
        credential["response"]["signature"] = b64(self.keys[credential_id].sign(signed, ec.ECDSA(SHA256())))
        answer = await phone.post_json("/passkey/sign-in", credential)
        return answer.status_code, answer.json()

    def _credential(self, credential_id: bytes, kind: str, options: Any, response: dict[str, str]) -> dict[str, Any]:
        return {
            "id": b64(credential_id),
            "rawId": b64(credential_id),
            "type": "public-key",
            "response": response | {"clientDataJSON": b64(_client(kind, options))},
        }


def _client(kind: str, options: Any) -> bytes:
    return json.dumps({"type": kind, "challenge": options["challenge"], "origin": ORIGIN}).encode()


def _data(flags: int) -> bytes:
    return sha256(b"localhost").digest() + bytes([flags]) + bytes(4)
