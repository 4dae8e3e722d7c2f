"""The evidence of a flag, as its row stores it."""

from dataclasses import replace

from server.flags.evidence import Evidence
from server.flags.rules import Condition, Screen, Severity
from server.flags.triggers.rules import Course, Trigger, fired

FALL = Trigger("t1", "fall", Condition.AT_LEAST, 1, Severity.URGENT, Screen.FALL)
EVIDENCE = Evidence(Condition.WORSE_THAN_PREVIOUS, 3, 1, None, 2, "t1")


def test_the_evidence_holds_what_the_trigger_compared() -> None:
    [raised] = fired([FALL], Course({"fall": 1}, {"fall": 0}, {}))
    assert Evidence.of(raised, 4) == Evidence(Condition.AT_LEAST, 1, 0, None, 4, "t1")


def test_the_evidence_survives_being_stored() -> None:
    assert Evidence.from_json(EVIDENCE.to_json()) == EVIDENCE


def test_a_row_stored_without_its_trigger_still_reads() -> None:
    former = EVIDENCE.to_json().replace(', "rule": "t1"', "")
    assert Evidence.from_json(former) == replace(EVIDENCE, trigger_id="")
