"""Close the reminders of an answered subject, or limit them to the patient's own devices."""

from server import audit
from server.db import Work
from server.reminders import rules
from server.reminders.flow import cancel, of_subject, set_audience
from server.reminders.states import NOTIFIED, ReminderState


async def settle(work: Work, subject_id: str) -> None:
    """The subject was answered, on whatever channel: sent reminders count as answered, pending ones are cancelled."""
    await note_answered(work, subject_id)
    await cancel(work, subject_id, "answered")


async def leave_to_patient(work: Work, subject_id: str) -> None:
    """Others answered all but the patient's private questions: remind only the patient's own devices from now on."""
    await note_answered(work, subject_id)
    for reminder in await of_subject(work.db, subject_id):
        if reminder.state == ReminderState.SENT:
            reminder.next_channel_at = None
    await set_audience(work, subject_id, rules.PATIENT_ALONE)


async def leave_to_all(work: Work, subject_id: str) -> None:
    """The answers of others were undone: pending reminders go to everybody again."""
    await set_audience(work, subject_id, rules.EVERYBODY)


async def note_answered(work: Work, subject_id: str) -> None:
    """Mark the subject's sent or failed reminders as answered; pending ones stay.

    Reminders to staff stay too: the patient does not know of them.
    """
    for reminder in await of_subject(work.db, subject_id):
        if reminder.staff_id is None and reminder.state in NOTIFIED and reminder.answered_at is None:
            reminder.answered_at = work.now
            audit.record(work, "reminder.answered", reminder)
