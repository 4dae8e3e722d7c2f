"""Tell whether the inbox may look different from when a page last asked."""

import hashlib
from datetime import timedelta

from sqlalchemy import select

from server.audit import AuditEvent
from server.db import Work
from server.flags.escalation import status as escalation_status

# The tables that the inbox shows; each change of them leaves an audit event.
AUDITED = ("flag", "flag_note", "expected_level", "response", "appointment", "phone_call", "text_reply")


async def version(work: Work) -> str:
    """A version that changes whenever the inbox may look different.

    It depends on the latest events, on notifications to staff since then, and on the current quarter of an hour.
    """
    since = work.now - timedelta(hours=12)
    newest = await work.db.scalars(
        select(AuditEvent.id)
        .where(
            AuditEvent.clinic_id == work.actor.clinic_id,
            AuditEvent.at > since,
            AuditEvent.subject.in_(AUDITED),
        )
        .order_by(AuditEvent.at.desc(), AuditEvent.id)
        .limit(20)  # more than one, so that an event that was committed late still changes the version
    )
    parts = [
        *newest,
        *await escalation_status.pulse(work.db, work.actor.clinic_id, since),
        str(int(work.now.timestamp() // 900)),
    ]
    return hashlib.sha256("".join(parts).encode()).hexdigest()[:16]
