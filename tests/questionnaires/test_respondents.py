"""Who may be the respondent of an answer (case 76)."""

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


def test_a_person_who_only_taps_answers_for_the_patient() -> None:
    assert [source_of(respondent) for respondent in Respondent] == ["patient", "patient", "helper"]


def test_the_values_that_devices_store_stay_the_same() -> None:
    assert [respondent.value for respondent in Respondent] == ["self", "hands", "helper"]
