"""The rules and drafts in the offline bundle: a device continues a check-in with them while it has no network.

The device shows pages that the server rendered. `pwa/question-rules.js` decides which question follows, by the same
rules as `questionnaires.branching` (tests/browser/test_question_rules.py compares the two). Answers have the form in
which their buttons send them.
"""

from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from server.actor import Actor, ActorKind
from server.checkins.models import CheckIn
from server.questionnaires.answers import value_from_json
from server.questionnaires.definition import Definition
from server.questionnaires.private_questions import is_public_item
from server.questionnaires.question import When, buttons, raw
from server.questionnaires.respondents import Author, Source
from server.responses.models import Draft


def rules_of(definition: Definition) -> list[dict[str, Any]]:
    """Each question's conditions and levels, in the order of the questionnaire."""
    return [
        {
            "id": question.link_id,
            "patientOnly": question.patient_only,
            "private": definition.is_private(question),
            "any": question.any_when,
            "whens": [_when(definition, when) for when in question.whens],
            "levels": {answer: question.level(question.read(answer)) for answer in buttons(question)},
        }
        for question in definition.questions
    ]


def _when(definition: Definition, when: When) -> list[Any]:
    """One condition: `exists` compares with true or false, the other operators with an answer or its level."""
    if when.operator == "exists":
        return [when.question, when.operator, when.value, None]
    return [when.question, when.operator, raw(when.value), definition.question(when.question).level(when.value)]


async def kept(
    db: AsyncSession, actor: Actor, check_in: CheckIn, definition: Definition
) -> dict[str, dict[str, dict[str, Any]]]:
    """Source → question → the draft answer ("is"), its time ("at", in ms), and whether it is copied ("before").

    A caregiver's device gets the patient's public answers and the caregiver's own view, never another caregiver's.
    """
    own = actor.kind != ActorKind.CAREGIVER
    theirs = (Author(Source.PATIENT), Author(Source.CAREGIVER, actor.caregiver_id))
    found: dict[str, dict[str, dict[str, Any]]] = {source: {} for source in Source}
    for draft in await db.scalars(select(Draft).where(Draft.check_in_id == check_in.id)):
        if draft.author not in theirs or not (own or is_public_item(definition, draft.link_id)):
            continue
        value = raw(value_from_json(draft.value))
        found[draft.source][draft.link_id] = {"is": value, "at": ms(draft.answered_at), "before": draft.copied}
    return found


def add_person(found: dict[str, Any], others: dict[str, Any]) -> None:
    """Add the due check-ins of another patient on the phone. Each says as whom the phone sends it (case 97).

    Each patient has a help page of their own: the clinics, and with them the numbers, may differ.
    """
    found["people"] = f"{found.get('people', found['person'])} {others['person']}"
    found["due"] += others["due"]
    found["standing"] += others["standing"]
    visits = [*found["visits"], *(visit | {"person": others["person"]} for visit in others["visits"])]
    found["visits"] = sorted(visits, key=lambda visit: visit["until"])
    found["helps"] = found.get("helps", {}) | {others["person"]: others["help"]}
    found["forms"] += [form | {"person": others["person"]} for form in others["forms"]]


def ms(moment: datetime) -> int:
    return int(moment.timestamp() * 1000)
