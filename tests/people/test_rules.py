"""Pure rules about people."""

from server.people import rules
from server.people.rules import PauseReason


def test_staff_choose_every_reason_for_a_pause_but_the_patients_own_wish() -> None:
    assert set(rules.PAUSES) == set(PauseReason) - {PauseReason.OWN_WISH, *rules.ENDS_CARE}
    assert PauseReason.CONSENT_WITHDRAWN in rules.ENDS_CODES
