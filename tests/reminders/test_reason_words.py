"""Each reason for ending a reminder has words in each language."""

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import get_args, get_type_hints

import pytest

from server import language
from server.appointments.rules import AppointmentStatus
from server.channels.protocol import Result
from server.delivery.models import WorkerHeartbeat
from server.reminders.models import Attempt, Reminder
from server.reminders.reason_words import reason_words
from server.reminders.rules import EVERYBODY, PATIENT_ALONE
from server.reminders.states import AttemptReason, BlockReason, CancelReason, EndReason
from tests.template_words import words_in

SERVER = Path(__file__).parent.parent.parent / "server"
# The reason for ending a plan or check-in is also the reason for ending its reminders.
NAMES = (
    "reminder.reason",
    "RESTS",
    "WORKER_STOPPED",
    "SUPERSEDED",
    "PLAN_ENDED",
    "BLOCKED",
    "UNREACHABLE",
    "reason",
    "why",
)
CANCELS = ("_not_made", "cancel", "cancel_one", "cancel_check_in", "cancel_for_appointment", "end")


def reasons(source: str) -> set[str]:
    """The reasons that a module writes: by keyword, in an assignment, or in a call that cancels or ends a reminder."""
    return {text for node in ast.walk(ast.parse(source)) for text in _reasons(node)}


def _reasons(node: ast.AST) -> Iterator[str]:
    if isinstance(node, ast.Call):
        name = ast.unparse(node.func).rpartition(".")[2]
        given = [each.value for each in node.keywords if each.arg == "reason" and name in ("Outcome", "values")]
        for value in [*given, *(node.args if name in CANCELS else [])]:
            yield from _texts(value)
    elif isinstance(node, ast.Assign | ast.AnnAssign) and node.value is not None:
        target = node.targets[0] if isinstance(node, ast.Assign) else node.target
        whole = [target, *(target.elts if isinstance(target, ast.Tuple) else [])]
        values = [node.value, *(node.value.elts if isinstance(node.value, ast.Tuple) else [])]
        for part, value in zip(whole, values, strict=False):
            if ast.unparse(part).endswith(NAMES):
                yield from _texts(value)


def _texts(value: ast.expr) -> Iterator[str]:
    """The texts that an expression may yield: a constant, either side of a condition, or the values of a table."""
    match value:
        case ast.Constant(value=str(text)) if text:
            yield text
        case ast.IfExp(body=body, orelse=orelse):
            yield from (*_texts(body), *_texts(orelse))
        case ast.BoolOp(values=values) | ast.Dict(values=values):
            for each in values:
                yield from _texts(each)


def of_server() -> set[str]:
    folders = ("reminders", "delivery", "channels", "checkins", "appointments", "flags", "worker")
    modules = [path for folder in folders for path in (SERVER / folder).rglob("*.py")]
    ended = {AppointmentStatus.CANCELLED, AppointmentStatus.NOSHOW, AppointmentStatus.ARRIVED}
    spoken = {str(status) for status in ended | {AppointmentStatus.FULFILLED}} | {
        str(result) for result in Result if result != Result.ACCEPTED
    }
    return spoken.union(*(reasons(path.read_text()) for path in modules))


@pytest.mark.parametrize("reason", sorted(of_server()))
def test_a_reason_is_shown_in_the_readers_language(reason: str) -> None:
    with language.speaking("es"):
        spanish = reason_words(reason)
    with language.speaking("en"):
        english = reason_words(reason)
    assert spanish != english


def test_a_reason_from_a_push_service_is_shown_unchanged() -> None:
    with language.speaking("es"):
        assert reason_words("BadDeviceToken 100%") == "BadDeviceToken 100%"
        assert reason_words("") == ""


def test_a_new_reason_is_found() -> None:
    assert reasons("async def f(reminder):\n    reminder.state, reminder.reason = FAILED, 'no pigeon'") == {"no pigeon"}
    assert reasons("def f():\n    return Outcome(Result.LATER, reason='no wind')") == {"no wind"}
    assert reasons("async def f(work, flag):\n    await reminders.cancel(work, flag.id, 'a' if flag else 'b')") == {
        "a",
        "b",
    }
    assert reasons("def f():\n    return _not_made(Result.LATER, 'no rain')") == {"no rain"}
    assert of_server() >= set().union(*map(get_args, (AttemptReason, BlockReason, CancelReason, EndReason)))


def test_mypy_knows_the_words_of_the_columns_that_hold_reasons_and_audiences() -> None:
    reasons_of_ours = set().union(*map(get_args, (AttemptReason, BlockReason, CancelReason, EndReason)))
    assert words_in(get_type_hints(Reminder)["reason"]) == reasons_of_ours
    assert words_in(get_type_hints(Attempt)["reason"]) == reasons_of_ours
    assert words_in(get_type_hints(Reminder)["audience"]) == {EVERYBODY, PATIENT_ALONE}
    assert words_in(get_type_hints(WorkerHeartbeat)["stop_reason"]) == {"the clock jumped"}
