"""The details of a flag: its notes, its owner, and the actions that staff can take."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from server.db import Work
from server.desk.inbox import rows as inbox_rows
from server.desk.inbox.rows import Row
from server.desk.reasons import reason_of
from server.flags import corrections, expected_levels, lists
from server.flags import flow as flags
from server.flags import rules as flag_rules
from server.flags.models import ExpectedLevel, Flag, FlagEvidence, FlagNote
from server.flags.notes import notes_of
from server.flags.rules import Severity
from server.people import staff
from server.people.models import Staff
from server.questionnaires import flow as questionnaires
from server.questionnaires.definition import Definition
from server.questionnaires.level_words import level_words


@dataclass(frozen=True)
class Corrected:
    """Evidence in words, and when a correction withdrew it."""

    words: str
    at: datetime


@dataclass(frozen=True)
class Detail:
    """`levels`: levels that staff may expect of the item, with their words, the worst last; none for an urgent flag."""

    team: list[Staff]
    names: dict[str, str]
    outcomes: tuple[str, ...]
    levels: list[tuple[int, str]]
    offers_expected: bool
    notes: list[FlagNote]
    corrected: list[Corrected]


async def of(work: Work, flag: Flag) -> Detail:
    return (await of_all(work, [flag]))[flag.id]


async def of_all(work: Work, shown: Sequence[Flag]) -> dict[str, Detail]:
    """Details by flag id."""
    team = await staff.team(work.db, work.actor)
    names = {member.id: member.name for member in team}
    definitions = await questionnaires.offered(work.db, work.actor)
    notes = await notes_of(work.db, [flag.id for flag in shown])
    withdrawn = await corrections.withdrawn_of(work.db, [flag.id for flag in shown])
    return {
        flag.id: Detail(
            team=team,
            names=names,
            outcomes=flag_rules.OFFERED_OUTCOMES,
            levels=_levels(flag, definitions.get(flag.slug)),
            offers_expected=flag.closed_at is None and await expected_levels.offers_expected(work.db, flag),
            notes=notes.get(flag.id, []),
            corrected=_corrected(flag, definitions.get(flag.slug), withdrawn.get(flag.id, [])),
        )
        for flag in shown
    }


def _corrected(flag: Flag, definition: Definition | None, withdrawn: Sequence[FlagEvidence]) -> list[Corrected]:
    return [
        Corrected(reason_of(flag, definition, piece).words, piece.withdrawn_at)
        for piece in withdrawn
        if piece.withdrawn_at is not None
    ]


def _levels(flag: Flag, definition: Definition | None) -> list[tuple[int, str]]:
    """The levels to offer, from the answered one on. Staff can never expect an urgent flag's level."""
    question = definition.by_id.get(flag.item) if definition else None
    if question is None or flag.severity == Severity.URGENT:
        return []
    return [(level, level_words(question, level)) for level in range(flags.level_of(flag), question.worst + 1)]


@dataclass(frozen=True)
class Expected:
    """An expected level of an item, in words."""

    row: ExpectedLevel
    item: str
    words: str


async def expected_of(work: Work, patient_id: str) -> list[Expected]:
    definitions = await questionnaires.offered(work.db, work.actor)
    return [
        _expected(row, definitions.get(row.slug))
        for row in await expected_levels.expected_of(work.db, patient_id, work.now)
    ]


def _expected(row: ExpectedLevel, definition: Definition | None) -> Expected:
    question = definition.by_id.get(row.item) if definition else None
    if question is None:
        return Expected(row, row.item, str(row.level))
    return Expected(row, question.short, level_words(question, row.level))


async def just_done(work: Work, flag_id: str) -> Row | None:
    """The flag that was just closed, so that the inbox can offer to undo it; None if it is not closed."""
    flag = await lists.find(work.db, work.actor, flag_id) if flag_id else None
    if flag is None or flag.closed_at is None:
        return None
    return (await inbox_rows.rows_of(work, [flag]))[0]
