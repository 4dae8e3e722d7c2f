"""Who answers, and whose words the answers are: pure (case 76)."""

import pytest

from server.actor import ActorKind
from server.questionnaires.respondents import Respondent, respondent_from, source_of


@pytest.mark.parametrize(
    ("claimed", "by_patient", "by_caregiver"),
    [
        ("self", Respondent.SELF, Respondent.CAREGIVER),
        ("hands", Respondent.HANDS, Respondent.HANDS),
        ("helper", Respondent.CAREGIVER, Respondent.CAREGIVER),
        ("", Respondent.SELF, Respondent.CAREGIVER),
        ("nobody", Respondent.SELF, Respondent.CAREGIVER),
    ],
)
def test_case_76_a_caregivers_device_never_answers_as_the_patient(
    claimed: str, by_patient: Respondent, by_caregiver: Respondent
) -> None:
    assert respondent_from(claimed, ActorKind.PATIENT) == by_patient
    assert respondent_from(claimed, ActorKind.CAREGIVER) == by_caregiver


def test_whoever_only_taps_speaks_for_the_patient() -> None:
    assert [source_of(respondent) for respondent in Respondent] == ["patient", "patient", "helper"]


def test_the_words_that_devices_keep_stay_as_they_are() -> None:
    assert [respondent.value for respondent in Respondent] == ["self", "hands", "helper"]
