"""A worker is killed by SIGKILL around its writes and sends, and restarted (cases 1 to 4).

`make test` kills it at one in six of the telling points: around each commit and each send, and a sample of the others.
CI kills it at all telling points, and `make faults` at every point.
"""

from dataclasses import replace

import pytest

from tests.faults.background import Background
from tests.faults.crash_matrix import Matrix, crash
from tests.faults.lanes import Lane

SHARE = 6  # one point in this many


@pytest.fixture(params=["sqlite", "postgres"])
def stage(request: pytest.FixtureRequest) -> tuple[Lane, Matrix]:
    return request.getfixturevalue(f"{request.param}_lane"), request.getfixturevalue(f"{request.param}_calm")


def test_without_a_crash_every_channel_reaches_its_person_once(stage: tuple[Lane, Matrix]) -> None:
    _, matrix = stage
    calm = matrix.calm
    assert sorted(phone for _, phone in calm.pushes) == ["helen", "luis", "rosa"]
    assert set(calm.pushes.values()) == set(calm.letters.values()) == set(calm.texts.values()) == {1}
    assert (len(calm.letters), len(calm.texts), calm.odd_tags) == (2, 2, 0)
    assert set(calm.states.values()) == {"unreached", "failed"}
    for point in ("write INSERT attempt", "write UPDATE reminder", "commit", "channel push", "send mail"):
        assert point in matrix.points


def test_cases_1_2_3_after_a_kill_nothing_is_lost_and_nothing_is_seen_twice(
    stage: tuple[Lane, Matrix], loop: Background
) -> None:
    lane, calm = stage
    matrix = replace(calm, broken=[])
    kills = matrix.telling_kills()[::SHARE]
    for kill in kills:
        loop.run(crash(lane, matrix, kill))
    assert matrix.broken == []
    assert matrix.never_came <= len(kills) / 10
