"""The context of every question page: the person, the check-in, its questionnaire and the respondent."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from server.actor import Actor
from server.checkins.models import CheckIn
from server.checkins.rules import CheckInState
from server.db import Work
from server.people.models import Patient
from server.questionnaires import flow as questionnaires
from server.questionnaires.answers import Value
from server.questionnaires.definition import Definition
from server.questionnaires.respondents import Author, Respondent, author_of, respondent_from
from server.responses import drafts, lookup
from server.responses.drafts import Statement


@dataclass(frozen=True)
class Answering:
    """A person who answers a check-in: `work.actor` owns the device, `respondent` says whose words the answers are."""

    work: Work
    check_in: CheckIn
    definition: Definition
    respondent: Respondent

    @property
    def db(self) -> AsyncSession:
        return self.work.db

    @property
    def actor(self) -> Actor:
        return self.work.actor

    @property
    def now(self) -> datetime:
        return self.work.now

    @property
    def author(self) -> Author:
        return author_of(self.respondent, self.actor.caregiver_id)

    @property
    def path(self) -> str:
        return f"/check-ins/{self.check_in.id}"

    async def patient(self) -> Patient:
        return await self.db.get_one(Patient, self.check_in.patient_id)

    def by(self, respondent: Respondent) -> "Answering":
        """The same check-in, answered by another respondent."""
        return replace(self, respondent=respondent)

    async def is_open(self) -> bool:
        return await lookup.may_answer(self.work, self.check_in)

    async def kept(self) -> dict[str, Value]:
        """The draft answers that the person who holds the device may see."""
        return await drafts.shown_to(self.db, self.check_in, self.definition, self.respondent, self.actor.caregiver_id)

    def statement(self, answers: Mapping[str, Value]) -> Statement:
        return Statement(self.respondent, answers, caregiver_id=self.actor.caregiver_id)


@dataclass(frozen=True)
class Caller:
    """A request for a page of one check-in, before any database read. `who`: the respondent that the address names."""

    work: Work
    check_in_id: str
    who: str = ""

    async def check_in(self) -> CheckIn | None:
        """The check-in; None if this person may not see it, or if it waits and Interlude cannot ask it."""
        return await self._to_ask(await lookup.find(self.work.db, self.work.actor, self.check_in_id))

    async def locked(self) -> CheckIn | None:
        """Like `check_in`, but the row stays locked until the transaction ends."""
        return await self._to_ask(await lookup.lock(self.work.db, self.work.actor, self.check_in_id))

    async def _to_ask(self, check_in: CheckIn | None) -> CheckIn | None:
        if check_in is None or check_in.state != CheckInState.WAITING:
            return check_in
        return check_in if await lookup.may_be_asked(self.work.db, check_in) else None

    async def answering(self, check_in: CheckIn, who: str | None = None) -> Answering:
        """Load the definition. `who`: the respondent that a submitted form names, instead of the address."""
        definition = await questionnaires.definition_of(self.work.db, check_in.questionnaire_id)
        respondent = respondent_from(self.who if who is None else who, self.work.actor.kind)
        return Answering(self.work, check_in, definition, respondent)

    async def at_check_in(self) -> Answering | None:
        """The check-in, answered by the respondent that the address names; None if this person may not see it."""
        check_in = await self.check_in()
        return None if check_in is None else await self.answering(check_in)
