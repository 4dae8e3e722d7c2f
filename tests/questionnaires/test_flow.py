"""Questionnaires as a clinic publishes them."""

from typing import Any

import pytest

from server.db import Database
from server.questionnaires import flow as questionnaires
from server.questionnaires.fhir import BadQuestionnaire
from server.questionnaires.models import Questionnaire
from tests.cast import Cast, work_by
from tests.questionnaires.real import PHQ
from tests.stories import rows


async def test_an_invalid_questionnaire_is_not_stored(database: Database, cast: Cast) -> None:
    before = len(await rows(database, Questionnaire))

    async def publish() -> None:
        async with database.writing() as db:
            resource = {"name": "x", "version": "1", "title": "X", "item": [{"linkId": "a", "type": "attachment"}]}
            await questionnaires.publish(work_by(db, cast.ruth), resource)

    with pytest.raises(ValueError, match="a: items of type attachment"):
        await publish()
    assert len(await rows(database, Questionnaire)) == before


async def test_case_111_a_version_that_is_not_a_number_gets_the_next_one(database: Database, cast: Cast) -> None:
    async with database.writing() as db:
        work = work_by(db, cast.ruth)
        first = await questionnaires.publish(work, PHQ)
        second = await questionnaires.publish(work, PHQ | {"version": "1.1.0"})
        assert (first.version, second.version) == (1, 2)
        newest = await questionnaires.newest(db, cast.ruth.clinic_id, "PHQ2")
        assert newest == second
        assert (await questionnaires.definition_of(db, second.id)).version == 2


@pytest.mark.parametrize(
    ("second", "why"),
    [
        (PHQ, "version: 1.0.0 of PHQ2 is published already"),
        (PHQ | {"version": "2", "url": "urn:other"}, "name: another questionnaire is called PHQ2"),
        (PHQ | {"version": "2", "item": []}, "item: it has no question"),
    ],
    ids=["twice", "another", "empty"],
)
async def test_case_111_no_version_overwrites_another(
    database: Database, cast: Cast, second: dict[str, Any], why: str
) -> None:
    async with database.writing() as db:
        await questionnaires.publish(work_by(db, cast.ruth), PHQ)
        with pytest.raises(BadQuestionnaire, match=why):
            await questionnaires.publish(work_by(db, cast.ruth), second)
