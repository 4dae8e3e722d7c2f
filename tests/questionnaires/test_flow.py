"""Questionnaires as a clinic publishes them."""

import pytest

from server.db import Database
from server.questionnaires import flow as questionnaires
from server.questionnaires.models import Questionnaire
from tests.cast import Cast, work_by
from tests.stories import rows


async def test_a_questionnaire_that_cannot_be_asked_is_not_stored(database: Database, cast: Cast) -> None:
    before = len(await rows(database, Questionnaire))

    async def publish() -> None:
        async with database.writing() as db:
            resource = {"name": "x", "version": "1", "title": "X", "item": [{"linkId": "a", "type": "attachment"}]}
            await questionnaires.publish(work_by(db, cast.ruth), resource)

    with pytest.raises(ValueError, match="a: items of type attachment"):
        await publish()
    assert len(await rows(database, Questionnaire)) == before
