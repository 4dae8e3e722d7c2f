"""Publish versions of questionnaires, and load the version that a check-in or a plan needs."""

import json
from pathlib import Path
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from server import audit, language
from server.actor import Actor
from server.db import Work
from server.questionnaires.definition import Definition
from server.questionnaires.fhir import read_definition
from server.questionnaires.models import Questionnaire

LIBRARY = Path(__file__).parent / "library"


_definitions: dict[tuple[str, str], Definition] = {}


async def publish(work: Work, resource: dict[str, Any]) -> Questionnaire:
    """Store one version of a questionnaire. Raises ValueError, storing nothing, if Interlude cannot ask an item."""
    definition = read_definition(resource)
    questionnaire = Questionnaire(
        clinic_id=work.actor.clinic_id,
        slug=definition.slug,
        version=definition.version,
        resource=resource,
        made_at=work.now,
    )
    work.db.add(questionnaire)
    await work.db.flush()
    audit.record(work, "questionnaire.published", questionnaire, version=definition.version)
    return questionnaire


async def publish_library(work: Work) -> None:
    """Publish the questionnaires that come with Interlude for a new clinic."""
    for path in sorted(LIBRARY.glob("*.json")):
        await publish(work, json.loads(path.read_text()))


async def newest(db: AsyncSession, clinic_id: str, slug: str) -> Questionnaire | None:
    return await db.scalar(
        select(Questionnaire)
        .where(Questionnaire.clinic_id == clinic_id, Questionnaire.slug == slug)
        .order_by(Questionnaire.version.desc())
        .limit(1)
    )


async def offered(db: AsyncSession, actor: Actor) -> dict[str, Definition]:
    """Slug → the newest version of each of the clinic's questionnaires."""
    newest = select(Questionnaire.slug, Questionnaire.id).where(Questionnaire.clinic_id == actor.clinic_id)
    found = (await db.execute(newest.order_by(Questionnaire.version))).all()
    ids = {slug: questionnaire_id for slug, questionnaire_id in found}
    return {slug: await definition_of(db, questionnaire_id) for slug, questionnaire_id in ids.items()}


async def definition_of(db: AsyncSession, questionnaire_id: str) -> Definition:
    """The definition in the current language, cached: a version never changes."""
    key = (questionnaire_id, language.current())
    if key not in _definitions:
        _definitions[key] = read_definition(
            (await db.get_one(Questionnaire, questionnaire_id)).resource, language.current()
        )
    return _definitions[key]
