"""People who leave: a caregiver whose access ends, a patient who withdraws consent or has died."""

from datetime import date

from sqlalchemy import select

from server import audit
from server.access.models import Device, PairingCode, Passkey
from server.access.rules import SessionEnd
from server.access.sessions import devices_of, end_codes, end_device, end_passkeys
from server.db import Work
from server.people import flow as people
from server.people import rules
from server.people.models import Caregiver, Patient
from server.people.pauses import flow as pausing
from server.people.rules import PauseReason


async def end_caregiver(work: Work, caregiver: Caregiver) -> None:
    """End the caregiver's access on every device. Their answers stay."""
    devices = await work.db.scalars(
        select(Device).where(Device.caregiver_id == caregiver.id, Device.ended_at.is_(None))
    )
    for device in list(devices):
        await end_device(work, device, SessionEnd.ACCESS_ENDED)
    await end_passkeys(work, Passkey.caregiver_id == caregiver.id)
    codes = (PairingCode.caregiver_id == caregiver.id) | (PairingCode.made_by == caregiver.id)
    await end_codes(work, codes)
    caregiver.ended_at = caregiver.ended_at or work.now
    audit.record(work, "caregiver.ended", caregiver)


async def pause(work: Work, patient: Patient, why: PauseReason, until: date | None = None) -> None:
    """Pause all messages to the patient. After a death or withdrawn consent, pairing codes expire too."""
    await pausing.pause(work, patient, why, until)
    if why in rules.ENDS_CODES:
        await end_codes(work, PairingCode.patient_id == patient.id)


async def leave(work: Work, patient: Patient) -> None:
    """The patient withdraws consent: pause messages, sign out every device. Staff keep the data the law requires."""
    await people.lock(work.db, patient)
    await pause(work, patient, rules.CONSENT_WITHDRAWN)
    for device in await devices_of(work.db, patient.id):
        await end_device(work, device, SessionEnd.LEFT)
    await end_passkeys(work, Passkey.patient_id == patient.id)
    audit.record(work, "patient.left", patient)
