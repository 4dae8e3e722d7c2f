"""A worker is killed by SIGKILL while an urgent flag escalates along the on-call rota, and restarted (case 73)."""

from collections import Counter
from dataclasses import replace

import pytest

from tests.faults import escalation
from tests.faults.background import Background
from tests.faults.crash_matrix import Matrix, crash
from tests.faults.lanes import Lane

SHARES = 2  # so that two test processes share the points


@pytest.fixture(params=["sqlite", "postgres"])
def stage(request: pytest.FixtureRequest) -> tuple[Lane, Matrix]:
    found: tuple[Lane, Matrix] = request.getfixturevalue(f"{request.param}_escalation")
    return found


def test_without_a_crash_the_phone_and_then_both_contacts_are_notified(stage: tuple[Lane, Matrix]) -> None:
    calm = stage[1].calm
    assert calm.contacts_notified == (2,)
    assert [phone for _, phone in calm.pushes] == ["ruth"]
    assert dict(calm.texts) == dict.fromkeys(escalation.NUMBERS.values(), 1)
    assert dict(calm.written_to) == dict.fromkeys(escalation.NUMBERS, 1)
    assert escalation.wrong(calm, calm) == []
    assert "write UPDATE flag" in stage[1].points


def test_a_lost_or_doubled_notification_is_noticed(stage: tuple[Lane, Matrix]) -> None:
    calm = stage[1].calm
    nobody, twice = replace(calm, texts=Counter()), replace(calm, written_to=Counter(calm.written_to))
    twice.written_to["ken@harbor.example"] += 1
    for world in (
        replace(nobody, written_to=nobody.texts),
        twice,
        replace(calm, contacts_notified=(1,)),
        replace(calm, pushes=Counter()),
        replace(calm, states={"one": "sending"}),
    ):
        assert escalation.wrong(calm, world)


@pytest.mark.parametrize("share", range(SHARES))
def test_case_73_after_a_kill_the_alert_arrives_and_each_contact_is_notified_once(
    stage: tuple[Lane, Matrix], loop: Background, share: int
) -> None:
    lane, calm = stage
    matrix = replace(calm, broken=[])
    kills = matrix.kills_around("flag")[share::SHARES]
    for kill in kills:
        loop.run(crash(lane, matrix, kill, escalation.wrong))
    assert matrix.broken == []
    assert matrix.never_came <= len(kills) / 10
