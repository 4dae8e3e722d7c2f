"""The evidence of a flag, as its row stores it."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import permutations

from server.flags.evidence import Evidence, Standing, standing_of
from server.flags.rules import Condition, Screen, Severity
from server.flags.triggers.rules import Course, Trigger, fired
from server.questionnaires.respondents import Source

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


START = datetime(2026, 11, 16, 14, tzinfo=UTC)


def piece(severity: Severity, level: int, hours: int, source: Source = Source.PATIENT) -> Standing:
    due_at = START + timedelta(hours=hours)
    return Standing(severity, replace(EVIDENCE, now=level), due_at, source, f"r{level}", f"c{level}")


def test_the_worst_evidence_stands_whatever_its_order_and_is_due_no_later() -> None:
    pieces = [piece(Severity.THIS_WEEK, 1, 48), piece(Severity.URGENT, 4, 0), piece(Severity.TODAY, 3, 4)]
    for order in permutations(pieces):
        whole = standing_of(order)
        assert (whole.severity, whole.evidence.now, whole.due_at) == (Severity.URGENT, 4, START)
        assert (whole.response_id, whole.check_in_id) == (order[-1].response_id, order[-1].check_in_id)


def test_a_better_answer_leaves_the_evidence_and_the_time() -> None:
    before = piece(Severity.TODAY, 3, 4)
    assert before.with_news(piece(Severity.TODAY, 2, 8)).evidence == before.evidence
    assert before.with_news(piece(Severity.TODAY, 3, 2)).due_at == before.due_at


def test_the_patients_own_word_goes_before_the_caregivers() -> None:
    own, helpers = piece(Severity.TODAY, 3, 4), piece(Severity.TODAY, 3, 4, Source.CAREGIVER)
    assert [a.with_news(b).source for a, b in ((own, helpers), (helpers, own), (helpers, helpers))] == [
        Source.PATIENT,
        Source.PATIENT,
        Source.CAREGIVER,
    ]
