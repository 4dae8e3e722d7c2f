"""Which words stop and start texts, and which event of a number counts (case 128)."""

from datetime import timedelta
from functools import reduce

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.people.texting.rules import NumberEvent, NumberState, later, needs_staff, ordered_state
from tests.cast import NOW

STOPS = ["STOP", "stop", " Stop. ", "STOP!", "stop all", "StopAll", "Unsubscribe", "CANCEL", "end", "Quit", "«quit»"]
STOPS += ["BAJA", "baja.", "Alto", "ALTÓ", "parar", "s t o p"]
STOPS += ["Revoke", "opt out", "Opt-Out!", "OPTOUT", "ARRÊT", "Arre\u0302t", "PARE", "Detener", "“Stop” 🙏", "ｓｔｏｐ"]
STARTS = ["START", "start ", "Unstop", "YES", "yes!", "SÍ", "sí", "Si", "¡Sí!", "ALTA", "alta.", "opt in", "Iniciar"]


@pytest.mark.parametrize("text", STOPS)
def test_case_128_a_word_stops_texts_however_it_is_typed(text: str) -> None:
    assert ordered_state(text) == NumberState.STOPPED


@pytest.mark.parametrize("text", STARTS)
def test_case_128_a_word_starts_texts_however_it_is_typed(text: str) -> None:
    assert ordered_state(text) == NumberState.OPEN


@pytest.mark.parametrize("text", ["HELP", "info", "Ayuda", "stop hurting me", "I can't stop", "👍", "...", "endless"])
def test_case_128_any_other_text_goes_to_staff(text: str) -> None:
    assert (ordered_state(text), needs_staff(text)) == (None, True)


@pytest.mark.parametrize("text", ["Cancel", "Cancelar", "yes", "Sí."])
def test_case_128_a_word_that_may_answer_a_reminder_goes_to_staff_too(text: str) -> None:
    assert ordered_state(text) is not None
    assert needs_staff(text)


@pytest.mark.parametrize("text", ["stop", "BAJA", "start", "alta"])
def test_case_128_a_plain_order_needs_no_staff(text: str) -> None:
    assert not needs_staff(text)


minutes = st.integers(0, 5)
events = st.builds(
    lambda state, minute: NumberEvent(state, NOW + timedelta(minutes=minute)), st.sampled_from(NumberState), minutes
)


@given(st.lists(events, min_size=1, max_size=8), st.randoms(use_true_random=False))
def test_case_128_the_last_event_counts_in_any_order_and_however_often(
    happened: list[NumberEvent], random: object
) -> None:
    again = [*happened, *happened[::2]]
    random.shuffle(again)  # type: ignore[attr-defined]
    found = reduce(later, again)
    assert found == reduce(later, happened)
    newest = max(event.at for event in happened)
    assert found.at == newest
    assert found.state in {event.state for event in happened if event.at == newest}


def test_case_128_of_two_events_at_one_moment_stop_counts() -> None:
    stop, start = NumberEvent(NumberState.STOPPED, NOW), NumberEvent(NumberState.OPEN, NOW)
    dead = NumberEvent(NumberState.UNDELIVERABLE, NOW)
    assert later(start, stop) == later(stop, start) == later(dead, stop) == stop
    assert later(start, dead) == dead
