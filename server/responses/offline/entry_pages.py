"""Take the entries that a device encrypted while it was offline: whole check-ins and single answers."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from litestar import Response, Router, get, post
from litestar.params import FromPath

from server import crypto
from server.checkins import device_clock
from server.checkins.models import CheckIn
from server.db import Work
from server.people import clinics
from server.people import flow as people
from server.people.rules import Refused
from server.questionnaires import flow as questionnaires
from server.questionnaires.question import BadAnswer
from server.questionnaires.respondents import respondent_from
from server.responses import lookup
from server.responses.offline import late_answers
from server.responses.offline.sealed_entries import Entry, SealedBody, decrypt_entry
from server.responses.submission import submit, urgency
from server.responses.submission.submission import Conflict, Submission
from server.web import problems, render
from server.web.dependencies import ANYONE, BY_OWNER, PERSON, SAME_ORIGIN, TELLS_LEFT, Ask, InWork
from server.web.form_fields import json_of
from server.web.problems import found


@get("/check-ins/key", opt=ANYONE, sync_to_thread=False)
def outbox_key() -> Response[dict[str, str]]:
    """The public key with which a device encrypts its entries."""
    key_id, public = crypto.outbox_public()
    return Response({"id": key_id, "key": public}, headers=render.FRESH)


@post("/check-ins/{check_in_id:str}/responses", opt=PERSON | SAME_ORIGIN | TELLS_LEFT | BY_OWNER)
async def take(request: Ask, work: InWork, check_in_id: FromPath[str]) -> Response[Any]:
    """Take a sealed entry once, by its client id. The receipt repeats that id."""
    check_in = found(await lookup.lock(work.db, work.actor, check_in_id))
    try:
        entry = await _opened(request)
        submission = Submission(
            entry.client_id,
            entry.answers,
            respondent_from(entry.respondent, work.actor.kind),
            entry.answered_at,
            copied=entry.copied,
            device_time=entry.device_time,
            questionnaire=entry.questionnaire,
        )
        taken = await submit.submit(work, check_in, submission)
        if isinstance(taken, Refused):
            await late_answers.note_refused(work, check_in, entry, taken.why)
        await _choose_urgency(work, check_in, entry)
    except BadAnswer as bad:
        return problems.answer(request, 422, str(bad))
    except ValueError as bad:
        return problems.answer(request, 400, str(bad))
    if isinstance(taken, Refused):
        return problems.answer(request, 410, taken.why)
    if isinstance(taken, Conflict):
        return problems.answer(request, 409)
    receipt = {"client_id": submission.client_id, "response": taken.response.id, "again": taken.again}
    about = {"flagged": taken.flagged, "urgency": taken.response.urgency}
    return Response(receipt | about, status_code=200, headers=render.FRESH)


async def _opened(request: Ask) -> Entry:
    """The decrypted entry, with the device's current clock. Raises BadSealedEntry."""
    body = await json_of(request)
    return replace(decrypt_entry(SealedBody.read(body)), device_time=_moment(body.get("now")))


async def _choose_urgency(work: Work, check_in: CheckIn, entry: Entry) -> None:
    """Store how urgent the patient finds it, if the device asked (case 141)."""
    if entry.urgency is not None:
        at = device_clock.on_our_clock(entry.answered_at, entry.device_time, work.now)
        await urgency.choose(work, check_in.id, entry.urgency, at)


def _moment(ms: object) -> datetime | None:
    """The moment of a JavaScript `Date.now()`, or None if `ms` is no valid time."""
    try:
        return datetime.fromtimestamp(ms / 1000, UTC) if isinstance(ms, (int, float)) else None
    except (OverflowError, OSError, ValueError):
        return None


@post("/check-ins/{check_in_id:str}/answers", opt=PERSON | SAME_ORIGIN | TELLS_LEFT | BY_OWNER)
async def take_answers(request: Ask, work: InWork, check_in_id: FromPath[str]) -> Response[Any]:
    """Take single answers that a device kept offline: sealed and receipted like a whole check-in."""
    check_in = found(await lookup.lock(work.db, work.actor, check_in_id))
    try:
        entry = await _opened(request)
        definition = await questionnaires.definition_of(
            work.db, await submit.version_answered(work.db, check_in, entry.questionnaire)
        )
        taken = None
        if entry.answers or entry.urgency is None:
            taken = await late_answers.take_late(work, check_in, definition, entry)
        await _choose_urgency(work, check_in, entry)
    except BadAnswer as bad:
        return problems.answer(request, 422, str(bad))
    except ValueError as bad:
        return problems.answer(request, 400, str(bad))
    if isinstance(taken, Refused):
        return problems.answer(request, 410, taken.why)
    closed = clinics.is_closed(await people.clinic_of(work.db, work.actor), work.now)
    return Response({"client_id": entry.client_id, "closed": closed}, status_code=200, headers=render.FRESH)


router = Router("/", route_handlers=[outbox_key, take, take_answers])
