"""Publish versions of questionnaires, and load the version that a check-in or a plan needs."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import structlog
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from server import audit, language
from server.actor import Actor
from server.db import Work
from server.questionnaires.definition import Definition
from server.questionnaires.fhir import BadQuestionnaire, number_of, read_definition
from server.questionnaires.fhir.elements import seen
from server.questionnaires.models import Questionnaire

LIBRARY = Path(__file__).parent / "library"


log = structlog.get_logger()
_definitions: dict[tuple[str, str], Definition] = {}


async def publish(work: Work, resource: dict[str, Any]) -> Questionnaire:
    """Store one version of a questionnaire. Raises BadQuestionnaire, storing nothing, if Interlude cannot ask an item.

    A version that is not a number, such as 1.0.0, gets the next number.
    """
    definition = read_definition(resource)
    if not definition.questions:
        raise BadQuestionnaire("item", "it has no question")
    questionnaire = Questionnaire(
        clinic_id=work.actor.clinic_id,
        slug=definition.slug,
        version=await _next_version(work, definition, resource),
        resource=resource,
        made_at=work.now,
    )
    work.db.add(questionnaire)
    await work.db.flush()
    audit.record(work, "questionnaire.published", questionnaire, version=questionnaire.version)
    return questionnaire


async def _next_version(work: Work, definition: Definition, resource: dict[str, Any]) -> int:
    """Raises BadQuestionnaire if this version is published already, or if the name is another questionnaire's."""
    of_slug = (Questionnaire.clinic_id == work.actor.clinic_id, Questionnaire.slug == definition.slug)
    earlier = list(await work.db.scalars(select(Questionnaire).where(*of_slug).order_by(Questionnaire.version)))
    stated = resource.get("version")
    if any(row.resource.get("version") == stated for row in earlier):
        raise BadQuestionnaire(
            "version", f"{stated or 'one without a version'} of {definition.slug} is published already"
        )
    urls = {row.resource.get("url") for row in earlier} | {resource.get("url")}
    if len(urls - {None}) > 1:
        raise BadQuestionnaire("name", f"another questionnaire is called {definition.slug}")
    if number_of(stated or "") is not None:
        return definition.version
    return earlier[-1].version + 1 if earlier else 1


async def publish_library(work: Work) -> None:
    """Publish the questionnaires that come with Interlude for a new clinic."""
    for path in sorted(LIBRARY.glob("*.json")):
        await publish(work, json.loads(path.read_text()))


async def newest(db: AsyncSession, clinic_id: str, slug: str) -> Questionnaire | None:
    """The version to ask; None if there is none, or if Interlude cannot ask the newest."""
    found = await db.scalar(
        select(Questionnaire)
        .where(Questionnaire.clinic_id == clinic_id, Questionnaire.slug == slug)
        .order_by(Questionnaire.version.desc())
        .limit(1)
    )
    return None if found is None or _cached(found, "en").refused_because else found


async def offered(db: AsyncSession, actor: Actor) -> dict[str, Definition]:
    """Slug → the newest version of each of the clinic's questionnaires that Interlude can ask."""
    found = await newest_of_each(db, actor)
    return {slug: definition for slug, definition in found.items() if not definition.refused_because}


async def newest_of_each(db: AsyncSession, actor: Actor) -> dict[str, Definition]:
    """Slug → the newest version of each of the clinic's questionnaires, also where Interlude cannot ask it."""
    newest = select(Questionnaire.slug, Questionnaire.id).where(Questionnaire.clinic_id == actor.clinic_id)
    found = (await db.execute(newest.order_by(Questionnaire.version))).all()
    ids = {slug: questionnaire_id for slug, questionnaire_id in found}
    return {slug: await definition_of(db, questionnaire_id) for slug, questionnaire_id in ids.items()}


async def definition_of(db: AsyncSession, questionnaire_id: str) -> Definition:
    """The definition in the current language, cached: a version never changes."""
    key = (questionnaire_id, language.current())
    return _definitions.get(key) or _cached(await db.get_one(Questionnaire, questionnaire_id), language.current())


def _cached(row: Questionnaire, language: str) -> Definition:
    if (row.id, language) not in _definitions:
        _definitions[row.id, language] = read(row, language)
    return _definitions[row.id, language]


def read(row: Questionnaire, language: str = "en") -> Definition:
    """A published version: its number is the row's, whatever the resource calls it.

    The reader may have become stricter since. Nobody is asked a version that it now refuses; everything else goes on.
    """
    try:
        return replace(read_definition(row.resource, language), version=row.version)
    except BadQuestionnaire as bad:
        log.warning("questionnaire-cannot-be-asked", questionnaire=row.id, why=str(bad))
        title = row.resource.get("title")
        shown = title if isinstance(title, str) and seen(title) else row.slug
        return Definition(
            row.slug, row.version, shown, seconds=0, may_be_same=False, questions=(), refused_because=str(bad)
        )
