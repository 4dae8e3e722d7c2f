"""Which answers lead to a red-flag screen, and which need staff, computed before they are given (cases 71, 141)."""

from sqlalchemy.ext.asyncio import AsyncSession

from server.checkins.models import CheckIn
from server.db import Work
from server.flags.rules import Severity
from server.flags.triggers import fired_triggers
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
    triggers = await fired_triggers.triggers_for(db, check_in.clinic_id, definition.slug)
    mine = [trigger for trigger in triggers if trigger.item == question.link_id]
    if all(trigger.severity != Severity.URGENT for trigger in mine):
        return {}
    before = await history.occurrence(db, check_in, definition, {}, None)
    shown: dict[str, str] = {}
    for button in buttons(question):
        level = question.level(question.read(button))
        levels = {} if level is None else {question.link_id: level}
        course = Course(levels, before.previous, before.first, before.earlier)
        if respondent != Respondent.SELF and definition.is_private(question):
            course = Course(levels, {}, {})
        for raised in trigger_rules.fired(mine, course):
            if raised.severity == Severity.URGENT:
                shown[button] = raised.trigger.screen
    return shown


async def needing_staff(work: Work, check_in: CheckIn, definition: Definition) -> dict[str, list[str]]:
    """Question → the raw answers that staff must act on today or at once; "" is a skip.

    After such an answer, a device without a network asks how urgent it is.
    """
    triggers = await fired_triggers.triggers_for(work.db, check_in.clinic_id, definition.slug)
    expected = await fired_triggers.expected_levels(work.db, check_in.patient_id, work.now)
    before = await history.occurrence(work.db, check_in, definition, {}, None)
    found: dict[str, list[str]] = {}
    for question in definition.questions:
        mine = [trigger for trigger in triggers if trigger.item == question.link_id]
        for button in (*buttons(question), "") if mine else ():
            level = question.level(question.read(button)) if button else None
            levels = {} if level is None else {question.link_id: level}
            skipped = () if button else (question.link_id,)
            course = Course(levels, before.previous, before.first, before.earlier, skipped)
            if any(raised.severity != Severity.THIS_WEEK for raised in trigger_rules.fired(mine, course, expected)):
                found.setdefault(question.link_id, []).append(button)
    return found
