"""Every audit event has words for the page."""

import re

from server.desk import audit_words
from tests.test_audit_coverage import FEATURES

NOT_SHOWN = {
    "answer.copied", "answer.kept", "attempt.begun", "attempt.not-delivered",
    "check-in.scheduled", "check-in.missed", "check-in.recalculated",
    "appointment.recalculated", "clinic.changed", "clinic.on-call-wait", "clinic.channel-policy", "device.asked",
    "questionnaire.published", "staff.on-call",
    "response.conflict-kept", "series.booked", "session.begun", "staff.added", "staff.credentials-set",
    "staff.link-made", "staff.signed-in", "subscription.ended", "subscription.started",
}  # fmt: skip
AREAS_NOT_SHOWN = ("reminder.", "trigger.", "on-call.", "escalation.", "check-in.pulled")


def test_every_audited_act_has_its_words() -> None:
    verbs = {
        verb
        for path in FEATURES
        for verb in re.findall(r'audit\.record\(\s*\w+,\s*[^"]*?"([a-z-]+\.[a-z-]+)"', path.read_text())
    }
    assert len(verbs) > 40
    shown = {verb for verb in verbs - NOT_SHOWN if not verb.startswith(AREAS_NOT_SHOWN)}
    assert shown - audit_words.WORDS.keys() == set()


# Acts that concern no single patient, or that Interlude does by itself.
