"""Runs the state machine for a number of steps from a seed."""

from collections.abc import Callable
from dataclasses import dataclass
from itertools import count

import hypothesis
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.faults.life_database import LifeDatabase, open_life_database
from tests.faults.machine import Lives

STEPS_OF_A_LIFE = 100
LIVES_AT_ONCE = 5


@dataclass(frozen=True)
class Found:
    """How many steps ran, and what broke, with the steps that led there."""

    steps: int
    broken: str = ""


def live(steps: int, seed: int, tell: Callable[[int], None] = lambda _: None) -> Found:
    """Run at least so many steps, life after life, or until something breaks. The same seed gives the same lives."""
    done = 0
    with open_life_database() as made:
        for block in count():
            machine = _machine(made, seed * 100_003 + block)
            try:
                run_state_machine_as_test(machine, settings=_settings(LIVES_AT_ONCE))
            except Exception as error:
                notes = "\n".join(getattr(error, "__notes__", []))
                return Found(done + machine.steps, f"seed {seed}, block {block}: {error}\n{notes}")
            done += machine.steps
            tell(done)
            if done >= steps:
                break
    return Found(done)


def _machine(made: LifeDatabase, seed: int) -> type[Lives]:
    class Machine(Lives):
        database = made
        steps = 0

    hypothesis.seed(seed)(Machine)
    return Machine


def _settings(lives: int) -> settings:
    return settings(
        max_examples=lives,
        stateful_step_count=STEPS_OF_A_LIFE,
        deadline=None,
        database=None,
        phases=(Phase.generate,),  # shrinking a failure takes minutes
        suppress_health_check=list(HealthCheck),
        report_multiple_bugs=False,
    )
