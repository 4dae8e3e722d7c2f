"""The Authorization headers of pushes, signed with VAPID keys (RFC 8292). Only this module imports py_vapid."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from py_vapid.jwt import sign

from server.channels.push.vapid_keys import BadVapidKey, private_key, public_half
from server.clock import Clock

TOKEN_LIFE = timedelta(hours=12)  # RFC 8292 §2 allows 24 hours
TOKEN_REST = timedelta(minutes=10)
MOST_TOKENS = 256
_DOMAIN = r"(?:[a-z0-9-]+\.)+[a-z][a-z0-9-]*[a-z0-9]"
_SUBJECT = re.compile(rf"mailto:[^\s@<>,;:?\"\\]+@{_DOMAIN}|https://{_DOMAIN}(?:/\S*)?", re.IGNORECASE)


class LostVapidKey(ValueError):
    """The keyring no longer has this VAPID key."""


class BadSubject(ValueError):
    """Invalid VAPID subject: not a contactable mailto: or https: URI."""


@dataclass(frozen=True)
class _Token:
    header: str
    ends: datetime


class Signer:
    """One Authorization header per origin and key, signed again shortly before it expires."""

    def __init__(self, keys: Mapping[str, str], subject: str, now: Clock) -> None:
        if not keys:
            raise BadVapidKey("pushing needs at least one VAPID key")
        if not _SUBJECT.fullmatch(subject):
            raise BadSubject("the push subject is mailto: with a full address, or an https address")
        self._keys = {key_id: private_key(raw) for key_id, raw in keys.items()}
        self._subject = subject
        self._now = now
        self._tokens: dict[tuple[str, str], _Token] = {}

    def header(self, key_id: str, origin: str) -> str:
        key_id = key_id or next(iter(self._keys))
        token = self._tokens.get((key_id, origin))
        # Renew it when it is about to expire, or when a clock set back makes it valid for longer than services accept.
        if token is None or not TOKEN_REST <= token.ends - self._now() <= TOKEN_LIFE:
            token = self._tokens[key_id, origin] = self._signed(key_id, origin)
        return token.header

    def _signed(self, key_id: str, origin: str) -> _Token:
        if key_id not in self._keys:
            raise LostVapidKey("the VAPID key of this subscription is no longer held; the device has to subscribe anew")
        if len(self._tokens) >= MOST_TOKENS:
            self._tokens.clear()  # a vendor has a few origins; this many are an attack
        key, ends = self._keys[key_id], self._now() + TOKEN_LIFE
        claims = {"aud": origin, "exp": int(ends.timestamp()), "sub": self._subject}
        return _Token(f"vapid t={sign(claims, key)}, k={public_half(key)}", ends)
