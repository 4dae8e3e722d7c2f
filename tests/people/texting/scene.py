"""Texts that arrive from Rosa's phone, without the web."""

from datetime import datetime
from itertools import count

from server.db import Database
from server.people.models import Patient
from server.people.texting import flow
from server.people.texting.rules import Incoming, IncomingKind
from tests.cast import NOW, Cast

ROSAS = "+12125550101"
_ids = count()


def text(words: str, tel: str = ROSAS, at: datetime = NOW) -> Incoming:
    return Incoming(f"m{next(_ids)}", IncomingKind.REPLY, tel, words, at)


def undeliverable(tel: str = ROSAS, at: datetime = NOW) -> Incoming:
    return Incoming(f"m{next(_ids)}", IncomingKind.UNDELIVERABLE, tel, "", at)


async def arrives(database: Database, incoming: Incoming, now: datetime = NOW) -> None:
    async with database.writing() as db:
        if await flow.is_new(db, incoming, now):
            await flow.take(db, incoming, now)


async def share_phone(database: Database, cast: Cast) -> None:
    """Walter, and Helen of another clinic, have Rosa's number too."""
    async with database.writing() as db:
        for patient in (cast.walter, cast.helen):
            row = await db.get_one(Patient, patient.id)
            row.phone, row.phone_tel = "(212) 555-0101", ROSAS


async def consent(database: Database, *patients: Patient) -> None:
    async with database.writing() as db:
        for patient in patients:
            (await db.get_one(Patient, patient.id)).text_consent_at = NOW
