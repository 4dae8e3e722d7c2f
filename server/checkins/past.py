"""What a person answered before, and how that looks beside what they answer now."""

import json

from sqlalchemy import Select, select
from sqlalchemy.ext.asyncio import AsyncSession

from server.actor import Actor
from server.checkins.forms import Answers, Form, Value, levels
from server.checkins.models import CheckIn, Response
from server.review.flow import Occurrence


async def of_patient(db: AsyncSession, patient_id: str, slug: str | None = None) -> list[Response]:
    """A patient's responses in the order in which they were answered."""
    query = select(Response).where(Response.patient_id == patient_id, Response.undone_at.is_(None))
    query = query.order_by(Response.answered_at)
    return list(await db.scalars(query.where(Response.slug == slug) if slug else query))


def answers_of(response: Response) -> dict[str, Value]:
    found: dict[str, Value] = json.loads(response.answers)
    return found


async def find(db: AsyncSession, actor: Actor, check_in_id: str) -> Response | None:
    query = _standing(check_in_id).where(Response.clinic_id == actor.clinic_id)
    if actor.kind != "staff":
        query = query.where(Response.patient_id == actor.patient_id)
    response: Response | None = await db.scalar(query)
    return response


async def standing(db: AsyncSession, check_in_id: str) -> Response | None:
    """The check-in's response, if one was sent and not taken back."""
    response: Response | None = await db.scalar(_standing(check_in_id))
    return response


def _standing(check_in_id: str) -> Select[Response]:
    return select(Response).where(Response.check_in_id == check_in_id, Response.undone_at.is_(None))


async def occurrence(
    db: AsyncSession, check_in: CheckIn, form: Form, answers: Answers, response: Response | None
) -> Occurrence:
    """What the triggers look at: these answers, the ones before them, and the person's first."""
    found = await of_patient(db, check_in.patient_id, form.slug)
    earlier = [other for other in found if response is None or other.id != response.id]
    return Occurrence(
        patient_id=check_in.patient_id,
        check_in_id=check_in.id,
        response_id=response.id if response else None,
        slug=form.slug,
        version=form.version,
        levels=levels(form, answers),
        previous=levels(form, answers_of(earlier[-1])) if earlier else {},
        first=levels(form, answers_of(earlier[0])) if earlier else {},
        path=f"/staff/patients/{check_in.patient_id}",
    )
