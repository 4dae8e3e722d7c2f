"""What staff look up among responses."""

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from server import language
from server.actor import Actor
from server.checkins.forms import Form, read_form
from server.checkins.models import Questionnaire, Response, SetAside


async def unopened(db: AsyncSession, actor: Actor, limit: int) -> list[tuple[Response, Form]]:
    """Responses that nobody has opened yet, the newest first."""
    found = await db.execute(
        select(Response, Questionnaire)
        .join(Questionnaire, Questionnaire.id == Response.questionnaire_id)
        .where(Response.clinic_id == actor.clinic_id, Response.opened_at.is_(None))
        .order_by(Response.received_at.desc())
        .limit(limit)
    )
    return [
        (response, read_form(questionnaire.resource, language.current())) for response, questionnaire in found.all()
    ]


async def find(db: AsyncSession, actor: Actor, response_id: str) -> Response | None:
    return await db.scalar(select(Response).where(Response.id == response_id, Response.clinic_id == actor.clinic_id))


async def set_aside(db: AsyncSession, response: Response) -> list[SetAside]:
    return list(
        await db.scalars(select(SetAside).where(SetAside.response_id == response.id).order_by(SetAside.received_at))
    )
