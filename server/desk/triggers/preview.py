"""Preview a trigger before it is saved: the flags that it would have raised in the last 30 days."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from server.actor import Actor
from server.checkins.models import CheckIn
from server.checkins.rules import CheckInState
from server.db import Work
from server.flags.models import ExpectedLevel
from server.flags.triggers import fired_triggers
from server.flags.triggers.replay import Moment, replay
from server.flags.triggers.rules import Trigger
from server.flags.triggers.versions import Rule
from server.questionnaires import flow as questionnaires
from server.questionnaires.definition import Definition, levels
from server.questionnaires.models import Questionnaire
from server.responses import history
from server.responses.models import Response

DAYS = 30
NEW = "new"


@dataclass(frozen=True)
class Preview:
    """Flags of the last 30 days. `alone`: by this trigger only, from how many `patients`.

    `before` and `after`: by all triggers on its item, without and with this one.
    """

    alone: int
    patients: int
    before: int
    after: int


async def preview(work: Work, rule: Rule, instead_of: str) -> Preview:
    """`instead_of` is the id of the trigger that it would replace; "" for none. Writes nothing."""
    in_force = [
        one
        for one in await fired_triggers.triggers_for(work.db, work.actor.clinic_id, rule.slug)
        if one.item == rule.item
    ]
    new = rule.trigger(NEW)
    changed = [new, *(one for one in in_force if one.id != instead_of)]
    moments = await _moments(work.db, work.actor, rule.slug)
    since = work.now - timedelta(days=DAYS)

    def count(rules: Sequence[Trigger]) -> list[int]:
        return [len(replay(rules, of_one, since)) for of_one in moments.values()]

    alone = count([new])
    return Preview(sum(alone), sum(n > 0 for n in alone), sum(count(in_force)), sum(count(changed)))


async def _moments(db: AsyncSession, actor: Actor, slug: str) -> dict[str, list[Moment]]:
    """Patient id → answered and missed check-ins of this questionnaire, in order."""
    definitions = await _definitions(db, actor, slug)
    expected = await _expected(db, actor)
    found: dict[str, list[Moment]] = {}
    responses = select(Response).where(
        Response.clinic_id == actor.clinic_id, Response.slug == slug, Response.undone_at.is_(None)
    )
    for response in await db.scalars(responses):
        definition, answers = definitions[response.questionnaire_id], history.answers_of(response)
        left_out = history.unanswered(definition, answers, response.respondent)
        quiet = _in_force(expected.get(response.patient_id, []), response.answered_at)
        moment = Moment(response.answered_at, levels(definition, answers), left_out, quiet)
        found.setdefault(response.patient_id, []).append(moment)
    missed = select(CheckIn).where(
        CheckIn.clinic_id == actor.clinic_id,
        CheckIn.state == CheckInState.MISSED,
        CheckIn.questionnaire_id.in_(definitions),
    )
    for check_in in await db.scalars(missed):
        left_out = set(history.nothing(definitions[check_in.questionnaire_id]).unanswered)
        moment = Moment(check_in.closes_at, {}, left_out, came=False)
        found.setdefault(check_in.patient_id, []).append(moment)
    return {patient_id: sorted(moments, key=lambda one: one.at) for patient_id, moments in found.items()}


async def _definitions(db: AsyncSession, actor: Actor, slug: str) -> dict[str, Definition]:
    found = select(Questionnaire).where(Questionnaire.clinic_id == actor.clinic_id, Questionnaire.slug == slug)
    return {row.id: questionnaires.read(row) for row in await db.scalars(found)}


async def _expected(db: AsyncSession, actor: Actor) -> dict[str, list[ExpectedLevel]]:
    found: dict[str, list[ExpectedLevel]] = {}
    for row in await db.scalars(select(ExpectedLevel).where(ExpectedLevel.clinic_id == actor.clinic_id)):
        found.setdefault(row.patient_id, []).append(row)
    return found


def _in_force(rows: Sequence[ExpectedLevel], at: datetime) -> dict[str, int]:
    return {row.item: row.level for row in rows if row.set_at <= at < (row.ended_at or row.ends_at)}
