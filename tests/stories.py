"""The start of many tests: a due check-in, a phone that takes pushes, an entry that a phone sealed."""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any, TypeVar
from uuid import uuid4

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from sqlalchemy import ColumnElement, select
from sqlalchemy.ext.asyncio import AsyncSession

from server import crypto
from server.access.models import Device, Subscription
from server.actor import Actor, system
from server.audit import AuditEvent
from server.channels.push.host_list import HostList
from server.checkins import flow
from server.checkins.models import CheckIn
from server.checkins.occasions import Timing
from server.checkins.rules import Rhythm
from server.clock import on_day, to_wall
from server.db import Base, Database, Work
from server.devices import subscriptions
from server.people.models import Caregiver, Patient, Staff
from server.questionnaires.respondents import Respondent
from server.responses.offline import sealed_entries
from server.responses.submission import submit
from server.responses.submission.submission import Submission, Taken
from tests.cast import NOW, acting, work_by

Row = TypeVar("Row", bound=Base)
PUSH = "https://fcm.googleapis.com/fcm/send/"
STEADY = {"breathing": "none", "swallowing": "none", "speech": "none", "saliva": "none", "strength": "none"} | {
    "fall": False,
    "cramps": "none",
    "pain": 1,
    "mood": "none",
}


async def rows(database: Database, table: type[Row], *where: ColumnElement[bool]) -> list[Row]:
    """All stored rows, of any clinic."""
    async with database.reading() as db:
        return list(await db.scalars(select(table).where(*where)))


async def audited(database: Database, subject_id: str) -> list[str]:
    """The verbs of the audit events about a row, in order."""
    found = await rows(database, AuditEvent, AuditEvent.subject_id == subject_id)
    return [event.verb for event in sorted(found, key=lambda event: event.at)]


async def due_check_in(db: AsyncSession, patient: Patient, slug: str = "weekly-als", now: datetime = NOW) -> CheckIn:
    """A weekly check-in that falls due now; in an hour that the clocks repeat, an hour ago."""
    wall = to_wall(now, patient.zone)
    now = on_day(wall.date(), wall.time(), patient.zone)
    rhythm = Timing(Rhythm.WEEKLY, wall.time(), wall.date(), wall.weekday())
    plan = await flow.add_plan(Work(db, system(patient.clinic_id), now), patient, slug, rhythm)
    found = await db.scalar(select(CheckIn).where(CheckIn.plan_id == plan.id, CheckIn.due_at == now))
    assert found is not None
    return found


async def answered(
    db: AsyncSession, patient: Patient, check_in: CheckIn, answers: Mapping[str, object], now: datetime = NOW
) -> Taken:
    """The patient's own answers, sent at `now`."""
    submission = Submission(check_in.client_id, answers, Respondent.SELF, now)
    taken = await submit.submit(work_by(db, patient, now), check_in, submission)
    assert isinstance(taken, Taken)
    return taken


async def device_of(db: AsyncSession, person: Patient | Caregiver | Staff, now: datetime = NOW) -> Device:
    owner = {Patient: "patient_id", Caregiver: "caregiver_id", Staff: "staff_id"}[type(person)]
    device = Device(clinic_id=person.clinic_id, name="iPhone", joined_at=now, seen_at=now, **{owner: person.id})
    db.add(device)
    await db.flush()
    return device


async def subscribed(db: AsyncSession, person: Patient | Caregiver | Staff, now: datetime = NOW) -> Subscription:
    """A new device of this person that takes pushes."""
    device = await device_of(db, person, now)
    who = acting(person)
    actor = Actor(who.kind, who.id, who.clinic_id, device_id=device.id)
    taken = await subscriptions.subscribe(
        Work(db, actor, now), subscriptions.NewSubscription(PUSH + uuid4().hex, *browser_keys()), HostList.parse("")
    )
    assert isinstance(taken, Subscription)
    return taken


def browser_keys() -> tuple[str, str]:
    """p256dh and auth, as a browser makes them for a subscription."""
    return crypto.b64(_point(ec.generate_private_key(ec.SECP256R1()))), crypto.b64(b"sixteen bytes...")


def push_subscription(**changed: Any) -> dict[str, Any]:
    """The JSON of a browser's PushSubscription."""
    p256dh, auth = browser_keys()
    keys = {"p256dh": p256dh, "auth": auth}
    return {"endpoint": PUSH + uuid4().hex, "expirationTime": None, "keys": keys} | changed


def sealed(client_id: str, content: Any) -> dict[str, str]:
    """What pwa/checkin-submission.js makes of `content`: a new key pair, ECDH with the server's key, HKDF, AES-GCM."""
    key_id, point = crypto.outbox_public()
    theirs = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), crypto.unb64(point))
    ours = ec.generate_private_key(ec.SECP256R1())
    public, iv = _point(ours), b"twelve bytes"
    key = HKDF(SHA256(), 32, salt=public, info=sealed_entries.INFO).derive(ours.exchange(ec.ECDH(), theirs))
    text = content if isinstance(content, bytes) else json.dumps(content).encode()
    box = AESGCM(key).encrypt(iv, text, client_id.encode())
    parts = {"public": crypto.b64(public), "iv": crypto.b64(iv), "box": crypto.b64(box)}
    return {"client_id": client_id, "key": key_id} | parts


def entry(answers: Mapping[str, object], respondent: str = "self", at: datetime = NOW) -> dict[str, Any]:
    """The content of a sealed entry. A phone counts in milliseconds."""
    return {"answers": dict(answers), "respondent": respondent, "answered_at": int(at.timestamp() * 1000)}


def _point(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
