"""What notifications, emails and texts say, in the language of whoever gets them."""

import json
from datetime import datetime

import pytest
from sqlalchemy import update

from server import language
from server.people.models import Patient
from server.reminders.message_text import AppointmentDetail, letter, text_line, words_for
from server.reminders.states import ReminderKind
from tests.reminders.scene import Scene

VISIT = AppointmentDetail(datetime(2026, 12, 1, 14, 5), "Room 2", False).to_json()


@pytest.mark.parametrize(
    ("locale", "body"),
    [
        ("en", "Tuesday, December 1, 2:05\u00a0PM. Room 2"),
        ("es", "Martes 1 de diciembre, 2:05\u00a0p.m. Room 2"),
    ],
)
def test_a_visit_is_told_in_the_language_of_the_moment(locale: str, body: str) -> None:
    with language.speaking(locale):
        assert words_for(ReminderKind.VISIT, VISIT).body == body


def test_a_visit_that_is_called_off_says_so() -> None:
    detail = AppointmentDetail(datetime(2026, 12, 1, 14, 5), "Room 2", True).to_json()
    assert words_for(ReminderKind.CHANGE, detail).body == "Tuesday, December 1, 2:05\u00a0PM. Cancelled."
    with language.speaking("es"):
        assert words_for(ReminderKind.CHANGE, detail).body == "Martes 1 de diciembre, 2:05\u00a0p.m. Se canceló."


def test_what_was_kept_as_words_is_said_as_it_is() -> None:
    assert words_for(ReminderKind.VISIT, "Tuesday. Room 2").body == "Tuesday. Room 2"


def test_an_email_and_a_text_in_spanish() -> None:
    with language.speaking("es"):
        words = words_for(ReminderKind.CHECK_IN, None, [ReminderKind.VISIT])
        assert letter(words, "https://localhost/x").splitlines()[0] == "Sus preguntas están listas"
        assert "También se acerca otra cita." in letter(words, "https://localhost/x")
        assert "avise a su clínica" in text_line(words, "https://localhost/x")


async def test_a_push_speaks_the_patients_language(scene: Scene) -> None:
    async with scene.database.writing() as db:
        await db.execute(update(Patient).where(Patient.id == scene.cast.rosa.id).values(locale="es"))
    await scene.due()
    said = json.loads(scene.push.sent[0][1].body)["notification"]
    assert (said["lang"], said["title"]) == ("es", "Se acerca una cita")
    assert [action["title"] for action in said["actions"]] == ["Sí voy", "No puedo ir"]
