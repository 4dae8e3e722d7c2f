"""Begin, keep and end a pause of all messages to a patient and the caregivers."""

from datetime import date

from server import audit
from server.db import Work
from server.people.models import Patient
from server.people.pauses.rules import MAY_HAVE_END, Pause
from server.people.rules import CONSENT_WITHDRAWN, ENDS_CARE, PauseReason


async def pause(work: Work, patient: Patient, why: PauseReason, until: date | None = None) -> None:
    """Stop all messages to the patient and the caregivers from now on. Flags still go to staff.

    It ends by itself as the day `until` begins in the patient's zone. While a death or hospice care is in force, any
    other reason waits behind it (case 117). A pause that may have an end never replaces withdrawn consent.
    """
    wanted = Pause(why, until if why in MAY_HAVE_END else None)
    if not patient.has_care_ended:
        if patient.pause_reason == CONSENT_WITHDRAWN and why in MAY_HAVE_END:
            return
        overruled = _pause_of(patient) if why in ENDS_CARE else None
        _set_former(patient, overruled)
        _set_pause(work, patient, wanted)
    elif why in ENDS_CARE:
        _set_pause(work, patient, wanted)
    elif patient.former_pause != CONSENT_WITHDRAWN:
        _set_former(patient, wanted)
    _record_pause(work, patient, wanted)


def _pause_of(patient: Patient) -> Pause | None:
    return Pause(patient.pause_reason, patient.paused_until) if patient.pause_reason else None


def _set_pause(work: Work, patient: Patient, wanted: Pause) -> None:
    patient.paused_at = patient.paused_at or work.now
    patient.pause_reason, patient.paused_until = wanted.why, wanted.until


def _set_former(patient: Patient, former: Pause | None) -> None:
    patient.former_pause = former.why if former else None
    patient.former_pause_until = former.until if former else None


def _record_pause(work: Work, patient: Patient, wanted: Pause) -> None:
    until = {"until": wanted.until.isoformat()} if wanted.until else {}
    audit.record(work, "patient.paused", patient, why=wanted.why, **until)


async def keep_paused(work: Work, patient: Patient, left: Pause) -> None:
    """Keep only this pause: the end of care that overruled it was a mistake."""
    patient.pause_reason, patient.paused_until = left.why, left.until
    if not patient.has_care_ended:
        _set_former(patient, None)
    _record_pause(work, patient, left)


async def resume(work: Work, patient: Patient, former: Pause | None = None) -> None:
    """End the pause. `former`: the pause to remember if it ended by itself, because the clock may have been wrong.

    `reminders.pauses` ends the reminders that fell due during the pause.
    """
    patient.paused_at = patient.pause_reason = patient.paused_until = None
    _set_former(patient, former)
    audit.record(work, "patient.resumed", patient)
