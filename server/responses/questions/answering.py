"""What every question page needs: the person, the check-in, its form and the respondent."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from server.actor import Actor
from server.checkins.models import CheckIn
from server.db import Work
from server.questionnaires import flow as questionnaires
from server.questionnaires.answers import Value
from server.questionnaires.definition import Form
from server.questionnaires.respondents import Respondent, respondent_from
from server.responses import drafts, lookup


@dataclass(frozen=True)
class Caller:
    """The request before any database read. `who` is the respondent that the address names."""

    db: AsyncSession
    actor: Actor
    now: datetime
    check_in_id: str
    who: str

    async def at_check_in(self) -> "Answering | None":
        """Load the check-in; None if this person may not see it."""
        check_in = await lookup.find(self.db, self.actor, self.check_in_id)
        if check_in is None:
            return None
        form = await questionnaires.form_of(self.db, check_in.questionnaire_id)
        respondent = respondent_from(self.who, self.actor.kind)
        return Answering(self.db, self.actor, self.now, check_in, form, respondent)


@dataclass(frozen=True)
class Answering:
    """A person who answers a check-in: `actor` owns the device, `respondent` says whose words the answers are."""

    db: AsyncSession
    actor: Actor
    now: datetime
    check_in: CheckIn
    form: Form
    respondent: Respondent

    @property
    def path(self) -> str:
        return f"/check-ins/{self.check_in.id}"

    async def is_open(self) -> bool:
        return await lookup.may_answer(Work(self.db, self.actor, self.now), self.check_in)

    async def kept(self) -> dict[str, Value]:
        """The draft answers that the person who holds the device may see."""
        return await drafts.shown_to(self.db, self.check_in, self.form, self.respondent)
