"""Find unopened responses, and the conflicting versions of a response."""

from sqlalchemy import and_, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from server import language
from server.actor import Actor
from server.questionnaires import flow as questionnaires
from server.questionnaires.definition import Definition
from server.questionnaires.models import Questionnaire
from server.responses.models import ConflictingVersion, Response


async def unopened(db: AsyncSession, actor: Actor, limit: int, after: str = "") -> list[tuple[Response, Definition]]:
    """Unopened responses, newest first; with `after`, those older than that response."""
    query = (
        select(Response, Questionnaire)
        .join(Questionnaire, Questionnaire.id == Response.questionnaire_id)
        .where(Response.clinic_id == actor.clinic_id, Response.opened_at.is_(None))
    )
    last = await find(db, actor, after) if after else None
    if last is not None:
        query = query.where(
            or_(
                Response.received_at < last.received_at,
                and_(Response.received_at == last.received_at, Response.id < last.id),
            )
        )
    found = (await db.execute(query.order_by(Response.received_at.desc(), Response.id.desc()).limit(limit))).all()
    rows = {questionnaire.id: questionnaire for _, questionnaire in found}
    definitions = {id_: questionnaires.read(row, language.current()) for id_, row in rows.items()}
    return [(response, definitions[questionnaire.id]) for response, questionnaire in found]


async def count_unopened(db: AsyncSession, actor: Actor) -> int:
    query = select(func.count()).where(Response.clinic_id == actor.clinic_id, Response.opened_at.is_(None))
    return await db.scalar(query) or 0


async def find(db: AsyncSession, actor: Actor, response_id: str) -> Response | None:
    return await db.scalar(select(Response).where(Response.id == response_id, Response.clinic_id == actor.clinic_id))


async def conflicting_versions(db: AsyncSession, response: Response) -> list[ConflictingVersion]:
    return list(
        await db.scalars(
            select(ConflictingVersion)
            .where(ConflictingVersion.response_id == response.id)
            .order_by(ConflictingVersion.received_at)
        )
    )
