"""What the migrations do to flags of earlier versions: they get their evidence and the response that raised them."""

from typing import Any

import pytest
from sqlalchemy import Connection, MetaData, select

from server import crypto
from server.flags.models import Flag, FlagEvidence
from server.flags.rules import Severity
from server.questionnaires.respondents import Source
from tests.migrating import MADE, upgraded, value_for
from tests.migrating import bare_url as bare_url

pytestmark = pytest.mark.sweep

REASON = '{"condition": "at-least", "now": 3, "previous": 1, "first": 0, "version": 1, "rule": "x"}'


async def test_case_115_flags_get_their_evidence_and_name_a_response_that_alone_raised_them(bare_url: str) -> None:
    async with upgraded(bare_url, "0031", _raise_flags) as database, database.reading() as db:
        evidence = {row.flag_id: row for row in await db.scalars(select(FlagEvidence))}
        flags = {flag.id: flag for flag in await db.scalars(select(Flag))}
    assert {flag_id: row.response_id for flag_id, row in evidence.items()} == {
        "alone": "second",
        "before": None,
        "elsewhere": None,
        "silent": None,
    }
    for flag_id, row in evidence.items():
        flag = flags[flag_id]
        assert (row.evidence, row.severity, row.at, row.due_at) == (REASON, Severity.TODAY, flag.raised_at, flag.due_at)
        assert (row.check_in_id, row.source, row.withdrawn_at) == (flag.check_in_id, Source.CAREGIVER, None)


ASKED = ("clinic", "patient", "questionnaire", "plan", "check_in", "trigger", "response", "flag")
WORDS = {
    "patient.contact": "caregiver",
    "patient.name_in_messages": "first",
    "trigger.severity": "today",
    "flag.severity": "today",
}


def _raise_flags(connection: Connection) -> None:
    """A response that corrects another one, and flags that name it; the evidence of "x" does not open."""
    metadata = MetaData()
    metadata.reflect(connection)
    made = {}
    for table in (metadata.tables[name] for name in ASKED):
        needed = [column for column in table.columns if not column.nullable]
        made[table.name] = {c.name: WORDS.get(str(c)) or value_for(c) for c in needed}
        connection.execute(table.insert().values(made[table.name]))

    def add(name: str, id_: str, **values: Any) -> None:
        row = made[name] | {"id": id_} | ({"client_id": id_} if name in ("check_in", "response") else {}) | values
        connection.execute(metadata.tables[name].insert().values(row))

    add("check_in", "y", due_at=MADE)
    add("response", "first", received_at=MADE)
    add("response", "second", received_at=MADE.replace(hour=10), corrects_id="first")
    raised = {"alone": (9, "second", "x"), "before": (8, "second", "x"), "elsewhere": (9, "second", "y")}
    for id_, (hour, answer, asked) in (raised | {"silent": (9, None, "x")}).items():
        named = {"item": id_, "response_id": answer, "check_in_id": asked, "source": "helper"}
        sealed = crypto.seal(REASON, f"flag.reason:{id_}")
        add("flag", id_, raised_at=MADE.replace(hour=hour), evidence_sealed=sealed, **named)
