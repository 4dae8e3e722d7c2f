"""Who gave an answer, and on which device."""

import re

from server.db import Database
from server.desk import sources
from server.questionnaires.respondents import Respondent
from tests.browser_without_screen import words
from tests.cast import Cast, acting
from tests.conftest import Enter, StillClock
from tests.desk.scene import SQLITE
from tests.stories import STEADY, answered, due_check_in


@SQLITE
async def test_answers_name_their_respondent_and_device(
    signed_in: Enter, cast: Cast, database: Database, clock: StillClock
) -> None:
    async with database.writing() as db:
        check_in = await due_check_in(db, cast.rosa)
    luis, maria = await signed_in(cast.luis), await signed_in(cast.maria)
    await luis.submit(f"/check-ins/{check_in.id}/q/breathing", {"answer": "some", "who": "helper"})
    sent = await luis.submit(f"/check-ins/{check_in.id}/send", {"who": "helper"})
    assert sent.status_code == 200
    page = await maria.get(f"/staff/patients/{cast.rosa.id}")
    assert "What Luis Delgado sees, iPhone" in words(page)
    response = re.search(r"/staff/responses/(\w+)", page.text)
    assert response is not None
    page_text = words(await maria.get(response[0]))
    assert "Who answered What Luis Delgado sees From where iPhone" in page_text


@SQLITE
async def test_an_answer_without_a_device_or_a_caregiver_names_neither(database: Database, cast: Cast) -> None:
    async with database.writing() as db:
        response = (await answered(db, cast.rosa, await due_check_in(db, cast.rosa), STEADY)).response
        found = await sources.of(db, acting(cast.maria), [response])
    source = found[response.id]
    assert (source.respondent, source.device, source.caregiver, source.entered_by) == (Respondent.SELF, "", "", "")
