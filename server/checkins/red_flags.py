"""Which answers show what to do now, known before they are given (case 71)."""

from sqlalchemy.ext.asyncio import AsyncSession

from server.checkins import held, past
from server.checkins.forms import Form, Question
from server.checkins.models import CheckIn
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
    for said in held.buttons(question):
        level = question.level(question.read(said))
        levels = {} if level is None else {question.link_id: level}
        for raised in review_rules.triggers(mine, levels, before.previous, before.first, earlier=before.earlier):
            if raised.severity == "red":
                shown[said] = raised.trigger.screen
    return shown
