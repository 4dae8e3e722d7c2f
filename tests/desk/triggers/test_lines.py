"""A trigger as a line of the table (case 113)."""

from dataclasses import replace

from server.db import Database
from server.desk.triggers.lines import Line, as_asked, line_of
from server.flags.models import TriggerVersion
from server.flags.rules import WHOLE, Severity
from server.flags.triggers import lists, versions
from tests.cast import Cast, work_by
from tests.flags.triggers.scene import breathing
from tests.questionnaires.made_up import library

WEEKLY = library("weekly-als")


async def test_a_trigger_in_force_reads_as_a_sentence(database: Database, cast: Cast) -> None:
    line = line_of(await breathing(database, cast), WEEKLY)
    assert (line.item, line.condition, line.restorable, line.since) == ("Breathing", "Very hard", False, "")


async def test_case_113_an_ended_trigger_can_be_restored_until_a_later_decision(database: Database, cast: Cast) -> None:
    rule = await breathing(database, cast)
    async with database.writing() as db:
        row, work = await db.get_one(TriggerVersion, rule.id), work_by(db, cast.ken)
        assert await versions.end(work, row, "Useless.")
        assert line_of(row, WEEKLY, await lists.follower(db, row)).restorable
        restored = await versions.restore(work, row, "")
        assert isinstance(restored, TriggerVersion)
        same = line_of(row, WEEKLY, await lists.follower(db, row))
        assert (same.restorable, same.since) == (False, "restored")
        changed = await versions.write(work, replace(versions.as_rule(restored), message="Call."), restored)
        other = line_of(restored, WEEKLY, changed)
        assert (other.restorable, other.since) == (True, "replaced")


def test_lines_follow_the_questions_and_the_most_severe_comes_first() -> None:
    def line(item: str, severity: Severity) -> Line:
        return Line(TriggerVersion(item=item, severity=severity), item, "")

    lines = [
        line(WHOLE, Severity.TODAY),
        line("pain", Severity.TODAY),
        line("breathing", Severity.THIS_WEEK),
        line("breathing", Severity.URGENT),
    ]
    found = [(one.row.item, one.row.severity) for one in as_asked(WEEKLY, lines)]
    assert found == [("breathing", "urgent"), ("breathing", "this-week"), ("pain", "today"), (WHOLE, "today")]
