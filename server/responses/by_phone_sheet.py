"""The form on which staff enter or correct the answers of a phone call: what it shows, and what staff typed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from server.checkins.models import CheckIn
from server.db import Work
from server.people import flow as people
from server.people import staff
from server.people.models import Patient
from server.questionnaires.answers import Answers, Value
from server.questionnaires.definition import Definition
from server.questionnaires.level_words import level_words
from server.questionnaires.question import Question
from server.responses import history
from server.responses.models import Response
from server.responses.questions.red_flag_screens import screens
from server.web import edits

TEMPLATE = "responses/by_phone.html"


@dataclass(frozen=True)
class Sheet:
    """The form that staff fill in. `strays` are questions that have an answer although they are not asked.

    `is_late`: the answers were entered or corrected since the page was opened; `corrects` is that version. `changed`:
    the answers of that version that the form did not show. `replaced`: the earlier version whose page was opened.
    """

    check_in: CheckIn
    definition: Definition
    answers: Answers
    strays: Sequence[Question] = ()
    is_refused: bool = False
    corrects: Response | None = None  # the version that these answers will replace
    is_same: bool = False
    is_late: bool = False
    is_closed: bool = False
    changed: Mapping[str, str] = field(default_factory=dict)
    replaced: Response | None = None

    @property
    def status(self) -> int:
        if self.is_late:
            return 409
        return 410 if self.is_closed else 422 if self.is_refused or self.is_same else 200

    @property
    def wrong_fields(self) -> list[str]:
        return [question.link_id for question in self.strays]

    @property
    def differing(self) -> list[Question]:
        """The questions that the other entry answers in another way."""
        theirs = history.answers_of(self.corrects) if self.corrects else {}
        return [
            each for each in self.definition.questions if theirs.get(each.link_id) != self.answers.get(each.link_id)
        ]

    @property
    def news(self) -> list[tuple[Question, str]]:
        """Each changed question with its newer answer in words; "" for a skip."""
        theirs = history.answers_of(self.corrects) if self.corrects else {}
        asked = [each for each in self.definition.questions if each.link_id in self.changed]
        return [(each, _words(each, theirs.get(each.link_id))) for each in asked]


def _words(question: Question, value: Value) -> str:
    level = question.level(value)
    return "" if level is None else level_words(question, level)


def read(definition: Definition, typed: Mapping[str, str]) -> dict[str, Value]:
    """The submitted answers. A question without a choice counts as skipped. Raises BadAnswer."""
    return {question.link_id: _value(question, typed.get(question.link_id, "")) for question in definition.questions}


def _value(question: Question, typed: str) -> Value:
    return question.read(typed) if typed else None


def shown(definition: Definition, answers: Answers) -> dict[str, str]:
    """The form's fields as the page shows these answers."""
    return {question.link_id: _text(answers.get(question.link_id)) for question in definition.questions}


def _text(value: Value) -> str:
    if value is None:
        return ""
    return {True: "yes", False: "no"}[value] if isinstance(value, bool) else str(value)


def _red_mark(screens: dict[str, str], typed: str) -> dict[str, str]:
    """The attribute of a choice that shows what to do at once, for one that leads to a red-flag screen (case 115)."""
    return {"data-red": screens[typed]} if typed in screens else {}


async def context(work: Work, sheet: Sheet) -> dict[str, Any]:
    """The template's values. `red`: question → the answers that lead to a red-flag screen, each with that screen."""
    definition, corrects = sheet.definition, sheet.corrects
    opened = sheet.replaced or corrects
    by_phone_address = f"/staff/check-ins/{sheet.check_in.id}/by-phone"
    return {
        "check_in": sheet.check_in,
        "definition": definition,
        "answers": sheet.answers,
        "red": {
            each.link_id: await screens(work.db, sheet.check_in, definition, each) for each in definition.questions
        },
        "reds": _red_mark,
        "strays": sheet.strays,
        "nothing": sheet.is_refused and not sheet.strays,
        "corrects": corrects,
        "seen": edits.marks(shown(definition, history.answers_of(corrects))) if corrects else "",
        "address": f"/staff/responses/{opened.id}/correct" if opened else by_phone_address,
        "same": sheet.is_same,
        "is_late": sheet.is_late,
        "was_replaced": sheet.replaced is not None,
        "differing": sheet.differing,
        "news": sheet.news,
        "closed": sheet.is_closed,
        "enterer": await staff.find_staff(work.db, work.actor, (corrects and corrects.entered_by) or ""),
        "patient": await work.db.get_one(Patient, sheet.check_in.patient_id),
        "clinic": await people.clinic_of(work.db, work.actor),
        "zone": work.actor.zone,
        "now": work.now,
    }
