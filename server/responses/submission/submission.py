"""A submission, its result, and the steps that follow every submission."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from server.checkins.models import CheckIn
from server.checkins.rules import CheckInState
from server.db import Work
from server.questionnaires.answers import Answers
from server.questionnaires.definition import Definition
from server.questionnaires.private_questions import private_questions
from server.questionnaires.respondents import Author, Respondent, author_of
from server.reminders import settlement
from server.responses import drafts
from server.responses.models import Response, ResponseStatus


@dataclass(frozen=True)
class Submission:
    client_id: str
    answers: Mapping[str, object]
    respondent: Respondent
    answered_at: datetime
    status: ResponseStatus = ResponseStatus.COMPLETED
    copied: tuple[str, ...] = ()
    device_time: datetime | None = None  # the device's clock when it sends
    questionnaire: str = ""  # id of the version that was shown, if the device names it
    caregiver_id: str | None = None  # whose device or draft it comes from

    @property
    def author(self) -> Author:
        return author_of(self.respondent, self.caregiver_id)


@dataclass(frozen=True)
class Taken:
    """`again`: the same answers were sent before. `flagged`: the answers need staff."""

    response: Response
    again: bool = False
    flagged: bool = False


@dataclass(frozen=True)
class Conflict:
    """The check-in already has a response with other answers; both are kept, if `is_kept`."""

    response: Response
    is_kept: bool = True


def private_waits(
    check_in: CheckIn, definition: Definition, submission: Submission, answers: Answers, now: datetime
) -> bool:
    """Whether the check-in stays open for the patient: "hands" sent it, and private questions were not asked."""
    unasked = [question for question in private_questions(definition) if question.link_id not in answers]
    sent = submission.respondent == Respondent.HANDS and submission.status == ResponseStatus.COMPLETED
    return sent and bool(unasked) and now < check_in.closes_at


def state_after(status: ResponseStatus, waits: bool) -> CheckInState:
    if waits:
        return CheckInState.WAITING
    return CheckInState.DONE if status == ResponseStatus.COMPLETED else CheckInState.PARTIAL


async def settle(work: Work, check_in: CheckIn, response: Response) -> None:
    """Stop reminders. If private questions remain, remind the patient alone, and ask only those."""
    check_in.left_to_patient = check_in.state == CheckInState.WAITING
    if not check_in.left_to_patient:
        return await settlement.settle(work, check_in.id)
    await drafts.put_back(work, check_in, drafts.statement_of(response))
    await settlement.leave_to_patient(work, check_in.id)
