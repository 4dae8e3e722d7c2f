"""Which answers lead to a red-flag screen, computed before they are given (case 71)."""

from sqlalchemy.ext.asyncio import AsyncSession

from server.checkins.models import CheckIn
from server.flags.rules import Severity
from server.flags.triggers import firing
from server.flags.triggers import rules as trigger_rules
from server.flags.triggers.rules import Course
from server.questionnaires.definition import Definition
from server.questionnaires.question import Question, buttons
from server.questionnaires.respondents import Respondent
from server.responses import history


async def screens(
    db: AsyncSession,
    check_in: CheckIn,
    definition: Definition,
    question: Question,
    respondent: Respondent = Respondent.SELF,
) -> dict[str, str]:
    """Raw answer → its red-flag screen. A device can then show the screen without a network.

    Triggers that compare with earlier answers would reveal those. For a private question on a device that someone else
    holds, they are left out here; the server shows their screens after the press.
    """
    triggers = await firing.triggers_for(db, check_in.clinic_id, definition.slug)
    mine = [trigger for trigger in triggers if trigger.item == question.link_id]
    if all(trigger.severity != Severity.URGENT for trigger in mine):
        return {}
    before = await history.occurrence(db, check_in, definition, {}, None)
    shown: dict[str, str] = {}
    for said in buttons(question):
        level = question.level(question.read(said))
        levels = {} if level is None else {question.link_id: level}
        course = Course(levels, before.previous, before.first, before.earlier)
        if respondent != Respondent.SELF and definition.is_private(question):
            course = Course(levels, {}, {})
        for raised in trigger_rules.fired(mine, course):
            if raised.severity == Severity.URGENT:
                shown[said] = raised.trigger.screen
    return shown
