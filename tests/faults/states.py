"""Runs the machine: so many lives of so many steps, from a seed."""

from dataclasses import dataclass

import hypothesis
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.faults.cradle import cradle as a_cradle
from tests.faults.machine import Lives

STEPS_OF_A_LIFE = 100


@dataclass(frozen=True)
class Run:
    lives: int
    steps: int


def live(lives: int, seed: int, shrink: bool = False) -> Run:
    """Raises what Hypothesis found, with the steps that lead there. The same seed lives the same lives.

    To shrink a find takes minutes, so it is asked for.
    """
    with a_cradle() as held:

        class Machine(Lives):
            cradle = held
            steps = 0

        hypothesis.seed(seed)(Machine)
        run_state_machine_as_test(Machine, settings=_settings(lives, shrink))
        return Run(lives, Machine.steps)


def _settings(lives: int, shrink: bool) -> settings:
    return settings(
        max_examples=lives,
        stateful_step_count=STEPS_OF_A_LIFE,
        deadline=None,
        database=None,
        phases=(Phase.generate, Phase.shrink) if shrink else (Phase.generate,),
        suppress_health_check=list(HealthCheck),
        report_multiple_bugs=False,
    )
