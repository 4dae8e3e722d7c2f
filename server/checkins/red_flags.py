"""Which answers show what to do now, known before they are given; and answers that reached us late (cases 71, 72)."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from server.actor import Actor
from server.checkins import drafts, past, rules
from server.checkins.forms import BadAnswer, Form, Question, Value
from server.checkins.models import CheckIn, Draft
from server.outbox import Entry
from server.people.rules import Refused
from server.review import flow as review
from server.review import rules as review_rules


async def screens(db: AsyncSession, check_in: CheckIn, form: Form, question: Question) -> dict[str, str]:
    """Answer, as its button sends it → the screen it calls for. So a phone can show that without a network."""
    triggers = await review.triggers_for(db, check_in.clinic_id, form.slug)
    mine = [trigger for trigger in triggers if trigger.item == question.link_id]
    if all(trigger.severity != "red" for trigger in mine):
        return {}
    before = await past.occurrence(db, check_in, form, {}, None)
    shown: dict[str, str] = {}
    for said in _buttons(question):
        level = question.level(question.read(said))
        levels = {} if level is None else {question.link_id: level}
        for raised in review_rules.triggers(mine, levels, before.previous, before.first):
            if raised.severity == "red":
                shown[said] = raised.trigger.screen
    return shown


def _buttons(question: Question) -> list[str]:
    if question.type == "choice":
        return [option.code for option in question.options]
    if question.type == "boolean":
        return ["yes", "no"]
    return [str(number) for number in range(question.lowest, question.highest + 1)]


async def take_late(
    db: AsyncSession, actor: Actor, check_in: CheckIn, form: Form, entry: Entry, now: datetime
) -> Refused | None:
    """Answers that a phone kept until it had a network. A newer answer stays, and so does what was sent by then; what
    is red goes to staff in any case. Raises BadAnswer."""
    respondent = rules.respondent_from(entry.respondent, actor.kind)
    answers = _checked(form, entry.answers, respondent)
    is_open = rules.is_open(check_in.state, check_in.due_at, check_in.closes_at, now)
    newer = await _answered_since(db, check_in, respondent, rules.believable(entry.answered_at, now))
    red = False
    for link_id, value in answers.items():
        if is_open and link_id not in newer:
            await drafts.keep(db, actor, check_in, form, link_id, value, respondent, now)
        else:
            occurrence = await past.occurrence(db, check_in, form, {link_id: value}, None)
            red = bool(await review.raise_red(db, actor, occurrence, now)) or red
    return None if is_open or red or check_in.state in ("done", "partial") else Refused("closed")


def _checked(form: Form, answers: Mapping[str, object], respondent: str) -> dict[str, Value]:
    """Whether they would be asked now is no matter: they were when they were given. Mood is never a helper's."""
    for link_id in answers:
        if respondent == "helper" and form.question(link_id).patient_only:
            raise BadAnswer(link_id, "not asked")
    return {link_id: form.question(link_id).check(value) for link_id, value in answers.items()}


async def _answered_since(db: AsyncSession, check_in: CheckIn, respondent: str, at: datetime) -> set[str]:
    found = await db.scalars(
        select(Draft.link_id).where(
            Draft.check_in_id == check_in.id, Draft.party == rules.party_of(respondent), Draft.answered_at > at
        )
    )
    return set(found)
