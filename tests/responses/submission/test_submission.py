"""What remains to be asked of a check-in once it was sent (case 123)."""

from datetime import timedelta

import pytest

from server.checkins.models import CheckIn
from server.questionnaires.answers import Value
from server.questionnaires.respondents import Respondent
from server.responses.models import ResponseStatus
from server.responses.submission.submission import Submission, private_waits, state_after
from tests.cast import NOW
from tests.questionnaires.made_up import library

DAY = timedelta(days=1)
OPEN, OVER = CheckIn(closes_at=NOW + DAY), CheckIn(closes_at=NOW)


def waits(
    check_in: CheckIn,
    respondent: Respondent,
    answers: dict[str, Value],
    status: ResponseStatus = ResponseStatus.COMPLETED,
) -> bool:
    submission = Submission("c" * 32, answers, respondent, NOW, status)
    return private_waits(check_in, library("weekly-als"), submission, answers, NOW)


def test_case_123_an_open_check_in_sent_without_the_mood_waits_for_the_patient() -> None:
    assert waits(OPEN, Respondent.HANDS, {"pain": 1})
    assert not waits(OVER, Respondent.HANDS, {"pain": 1})
    assert not waits(OPEN, Respondent.HANDS, {"pain": 1}, ResponseStatus.IN_PROGRESS)


@pytest.mark.parametrize("mood", ["hard", None])
def test_case_123_nothing_waits_once_the_mood_was_asked_or_for_another_respondent(mood: str | None) -> None:
    assert not waits(OPEN, Respondent.HANDS, {"pain": 1, "mood": mood})
    assert not waits(OPEN, Respondent.SELF, {"pain": 1})
    assert not waits(OPEN, Respondent.CAREGIVER, {"pain": 1})


def test_the_state_says_whether_all_or_part_was_sent() -> None:
    assert state_after(ResponseStatus.COMPLETED, True) == "waiting"
    assert state_after(ResponseStatus.COMPLETED, False) == "done"
    assert state_after(ResponseStatus.IN_PROGRESS, False) == "partial"
