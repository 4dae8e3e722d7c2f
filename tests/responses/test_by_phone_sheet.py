"""The form of a phone call: what it shows of answers comes back as the same answers."""

from server.db import Database
from server.questionnaires import flow as questionnaires
from server.questionnaires.answers import Value
from server.responses import by_phone_sheet
from server.responses.by_phone_sheet import Sheet
from tests.cast import Cast
from tests.stories import due_check_in


async def test_what_the_form_shows_is_read_back(database: Database, cast: Cast) -> None:
    async with database.writing() as db:
        check_in = await due_check_in(db, cast.rosa)
        definition = await questionnaires.definition_of(db, check_in.questionnaire_id)
    answers: dict[str, Value] = {question.link_id: None for question in definition.questions}
    answers |= {"breathing": "little", "fall": False, "pain": 0}
    fields = by_phone_sheet.shown(definition, answers)
    assert (fields["fall"], fields["pain"]) == ("no", "0")
    assert by_phone_sheet.read(definition, fields) == answers
    sheet = Sheet(check_in, definition, answers, changed={"pain": "3"})
    assert [(question.link_id, answer) for question, answer in sheet.news] == [("pain", "")]
