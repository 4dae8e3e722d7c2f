"""Send a check-in, from the form or from a sealed entry; then ask how urgent it is."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from litestar import Response, get, post
from litestar.exceptions import PermissionDeniedException
from litestar.params import FromPath

from server import crypto
from server.actor import Actor, ActorKind
from server.checkins.rules import CheckInState
from server.flags.rules import Urgency
from server.people import flow as people
from server.people.models import Patient
from server.people.rules import Refused
from server.questionnaires import flow as questionnaires
from server.questionnaires.branching import still_asked
from server.questionnaires.question import BadAnswer
from server.questionnaires.respondents import respondent_from
from server.responses import drafts, history, lookup
from server.responses.offline import late_answers
from server.responses.offline.sealed_entries import Entry, SealedBody, decrypt_entry
from server.responses.submission import receipt, submit
from server.responses.submission.submission import Conflict, Submission, Taken
from server.web import problems, render
from server.web.dependencies import ANYONE, PERSON, SAME_ORIGIN, TELLS_LEFT, Ask, Db, InWork, Who
from server.web.form_fields import form_of, json_of, one_of, text
from server.web.problems import found


@post("/check-ins/{check_in_id:str}/send", opt=PERSON)
async def send(request: Ask, work: InWork, check_in_id: FromPath[str]) -> Response[Any]:
    """Send the drafts. A second press adds no response: the client id of the check-in is the same."""
    check_in = found(await lookup.hold(work.db, work.actor, check_in_id))
    if check_in.state != CheckInState.WAITING or (
        work.actor.kind == ActorKind.CAREGIVER and await history.current_response(work.db, check_in.id)
    ):
        return render.go(request, f"/check-ins/{check_in.id}")
    form = await questionnaires.form_of(work.db, check_in.questionnaire_id)
    respondent = respondent_from(text(await form_of(request), "who", 10), work.actor.kind)
    answers = still_asked(form, await drafts.kept(work.db, check_in, respondent), respondent)
    taken = await submit.submit(work, check_in, Submission(check_in.client_id, answers, respondent, work.now))
    flagged = isinstance(taken, Taken) and taken.flagged
    return render.go(request, f"/check-ins/{check_in.id}/{'urgency' if flagged else 'sent'}")


@get("/check-ins/key", opt=ANYONE, sync_to_thread=False)
def outbox_key() -> Response[dict[str, str]]:
    """The public key with which a device encrypts its entries."""
    key_id, public = crypto.outbox_public()
    return Response({"id": key_id, "key": public}, headers=render.FRESH)


@post("/check-ins/{check_in_id:str}/responses", opt=PERSON | SAME_ORIGIN | TELLS_LEFT)
async def take(request: Ask, work: InWork, check_in_id: FromPath[str]) -> Response[Any]:
    """Take a sealed entry once, by its client id. The receipt repeats that id."""
    check_in = found(await lookup.hold(work.db, work.actor, check_in_id))
    try:
        entry = await _opened(request, work.actor)
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
    except BadAnswer as bad:
        return problems.answer(request, 422, str(bad))
    except ValueError as bad:
        return problems.answer(request, 400, str(bad))
    if isinstance(taken, Refused):
        await late_answers.note_refused(work, check_in, entry, taken.why)
        return problems.answer(request, 410, taken.why)
    if isinstance(taken, Conflict):
        return problems.answer(request, 409)
    receipt = {"client_id": submission.client_id, "response": taken.response.id, "again": taken.again}
    return Response(receipt | {"flagged": taken.flagged}, status_code=200, headers=render.FRESH)


async def _opened(request: Ask, actor: Actor) -> Entry:
    """The decrypted entry, with the device's current clock.

    Raises PermissionDeniedException (403) if another person's session sends it: the entry then stays on the device
    (case 46). Raises BadBox.
    """
    body = await json_of(request)
    if body.get("owner", actor.id) != actor.id:
        raise PermissionDeniedException("This is another person's.")
    return replace(decrypt_entry(SealedBody.read(body)), device_time=_moment(body.get("now")))


def _moment(ms: object) -> datetime | None:
    """The moment of a JavaScript `Date.now()`, or None if `ms` is no valid time."""
    try:
        return datetime.fromtimestamp(ms / 1000, UTC) if isinstance(ms, (int, float)) else None
    except (OverflowError, OSError, ValueError):
        return None


@post("/check-ins/{check_in_id:str}/answers", opt=PERSON | SAME_ORIGIN | TELLS_LEFT)
async def take_answers(request: Ask, work: InWork, check_in_id: FromPath[str]) -> Response[Any]:
    """Take single answers that a device kept offline: sealed and receipted like a whole check-in."""
    check_in = found(await lookup.hold(work.db, work.actor, check_in_id))
    try:
        entry = await _opened(request, work.actor)
        form = await questionnaires.form_of(
            work.db, await submit.version_answered(work.db, check_in, entry.questionnaire)
        )
        taken = await late_answers.take_late(work, check_in, form, entry)
    except BadAnswer as bad:
        return problems.answer(request, 422, str(bad))
    except ValueError as bad:
        return problems.answer(request, 400, str(bad))
    if isinstance(taken, Refused):
        return problems.answer(request, 410, taken.why)
    closed = people.is_closed(await people.clinic_of(work.db, work.actor), work.now)
    return Response({"client_id": entry.client_id, "closed": closed}, status_code=200, headers=render.FRESH)


@get("/check-ins/{check_in_id:str}/urgency", opt=PERSON)
async def urgency_page(request: Ask, db: Db, actor: Who, check_in_id: FromPath[str]) -> Response[str]:
    check_in = found(await lookup.find(db, actor, check_in_id))
    return render.page(
        request,
        "responses/urgency.html",
        check_in=check_in,
        patient=await db.get_one(Patient, check_in.patient_id),
        clinic=await people.clinic_of(db, actor),
    )


@post("/check-ins/{check_in_id:str}/urgency", opt=PERSON)
async def say_urgency(request: Ask, work: InWork, check_in_id: FromPath[str]) -> Response[Any]:
    response = await history.find(work.db, work.actor, check_in_id)
    urgency = one_of(await form_of(request), "urgency", Urgency)
    if response is None or urgency is None:
        return problems.answer(request, 404 if response is None else 422)
    await receipt.set_urgency(work, response, urgency)
    return render.go(request, f"/check-ins/{check_in_id}/sent")


@post("/check-ins/{check_in_id:str}/withdraw", opt=PERSON)
async def undo(request: Ask, work: InWork, check_in_id: FromPath[str]) -> Response[Any]:
    response = found(await history.find(work.db, work.actor, check_in_id))
    undone = await receipt.undo(work, response)
    page = f"check?who={response.respondent}" if undone else "sent"
    return render.go(request, f"/check-ins/{check_in_id}/{page}")


ROUTES = [outbox_key, send, take, take_answers, urgency_page, say_urgency, undo]
