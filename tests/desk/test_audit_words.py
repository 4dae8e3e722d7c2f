"""Every audit event has words for the page."""

import re
from typing import get_args, get_type_hints

import pytest

from server import audit
from server.audit import AuditEvent, AuditVerb, FormerVerb
from server.desk import audit_words
from server.language import speaking
from tests.import_rules import SERVER
from tests.template_words import words_in

# Acts that concern no single patient, or that Interlude does by itself.
NOT_SHOWN = {
    "answer.copied", "answer.kept", "attempt.not-delivered", "attempt.shown", "attempt.opened", "attempt.answered",
    "check-in.scheduled", "check-in.missed", "check-in.recalculated",
    "appointment.recalculated", "clinic.changed", "clinic.on-call-wait", "clinic.channel-policy", "device.asked",
    "patient.texts-undeliverable", "questionnaire.published", "staff.on-call",
    "response.conflict-kept", "series.booked", "session.begun", "staff.added", "staff.credentials-set",
    "staff.link-made", "staff.signed-in", "staff.texts-resumed", "staff.texts-stopped", "staff.texts-undeliverable",
    "subscription.ended", "subscription.started",
}  # fmt: skip
AREAS_NOT_SHOWN = ("reminder.", "trigger.")


def test_every_audited_act_has_its_words() -> None:
    verbs = set(get_args(AuditVerb))
    assert len(verbs) > 40
    shown = {verb for verb in verbs - NOT_SHOWN if not verb.startswith(AREAS_NOT_SHOWN)}
    assert audit_words.WORDS.keys() == shown | set(get_args(FormerVerb))
    assert verbs >= NOT_SHOWN


def test_every_verb_is_written_by_a_feature() -> None:
    paths = [path for path in SERVER.rglob("*.py") if path.name not in ("audit.py", "audit_words.py")]
    sources = "\n".join(path.read_text() for path in paths if "versions" not in path.parts)
    written = set(re.findall(r'"([a-z-]+\.[a-z-]+)"', sources))
    assert set(get_args(AuditVerb)) <= written
    assert not set(get_args(FormerVerb)) & set(get_args(AuditVerb))


def test_mypy_knows_the_verbs_that_are_written_and_read() -> None:
    assert get_type_hints(audit.record)["verb"] == AuditVerb
    assert words_in(get_type_hints(AuditEvent)["verb"]) == {*get_args(AuditVerb), *get_args(FormerVerb)}


@pytest.mark.parametrize("verb", get_args(FormerVerb))
def test_a_verb_of_former_versions_is_read_in_words(verb: FormerVerb) -> None:
    with speaking("en"):
        assert audit_words.in_words(verb) != verb
