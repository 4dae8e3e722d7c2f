"""The texts of notifications, emails and text messages, in the recipient's language."""

import json
from datetime import date, datetime

import pytest
from sqlalchemy import update

from server import language
from server.people.models import Patient
from server.places.names import city
from server.reminders.message_text import AppointmentDetail, addressed, letter, text_line, words_for
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
def test_a_visits_text_is_written_in_the_language_at_the_time_of_sending(locale: str, body: str) -> None:
    with language.speaking(locale):
        assert words_for(ReminderKind.VISIT, VISIT).body == body


def test_a_cancelled_visits_text_says_so() -> None:
    detail = AppointmentDetail(datetime(2026, 12, 1, 14, 5), "Room 2", True).to_json()
    assert words_for(ReminderKind.CHANGE, detail).body == "Tuesday, December 1, 2:05\u00a0PM. Cancelled."
    with language.speaking("es"):
        assert words_for(ReminderKind.CHANGE, detail).body == "Martes 1 de diciembre, 2:05\u00a0p.m. Se canceló."


@pytest.mark.parametrize(
    ("locale", "body"),
    [
        ("en", "Tuesday, January 5, 2027, 2:05\u00a0PM, time in New York. Room 2"),
        ("es", "Martes 5 de enero de 2027, 2:05\u00a0p.m., hora de Nueva York. Room 2"),
    ],
)
def test_case_103_a_visits_text_names_another_year_and_zone(locale: str, body: str) -> None:
    detail = AppointmentDetail(datetime(2027, 1, 5, 14, 5), "Room 2", False).to_json()
    with language.speaking(locale):
        words = words_for(ReminderKind.CHANGE, detail, today=date(2026, 12, 31), place=city("America/New_York"))
        assert words.body == body


def test_case_81_a_name_in_the_other_direction_does_not_turn_the_message() -> None:
    assert words_for(ReminderKind.VISIT, None, about="שרה").title == "\u2068שרה\u2069 has a visit coming up"
    assert addressed(words_for(ReminderKind.VISIT, None), "محمد").title.startswith("\u2068محمد\u2069: You")
    assert addressed(words_for(ReminderKind.VISIT, None), "Rosa").title.startswith("Rosa: You")


def test_details_that_were_stored_as_text_are_shown_unchanged() -> None:
    assert words_for(ReminderKind.VISIT, "Tuesday. Room 2").body == "Tuesday. Room 2"


def test_an_email_and_a_text_in_spanish() -> None:
    with language.speaking("es"):
        words = words_for(ReminderKind.CHECK_IN, None, [ReminderKind.VISIT])
        assert letter(words, "https://localhost/x").splitlines()[0] == "Sus preguntas están listas"
        assert "También se acerca otra cita." in letter(words, "https://localhost/x")
        assert "Responda STOP" in text_line(words, "https://localhost/x")


async def test_a_push_uses_the_patients_language(scene: Scene) -> None:
    async with scene.database.writing() as db:
        await db.execute(update(Patient).where(Patient.id == scene.cast.rosa.id).values(locale="es"))
    await scene.due()
    shown = json.loads(scene.push.sent[0][1].body)["notification"]
    assert (shown["lang"], shown["title"]) == ("es", "Se acerca una cita")
    assert [action["title"] for action in shown["actions"]] == ["Sí voy", "No puedo ir"]


@pytest.mark.parametrize("locale", ["en", "es"])
def test_case_128_a_text_says_how_to_stop_texts(locale: str) -> None:
    """The word that carriers act on, whatever the language (people/texting/rules.py reads it)."""
    with language.speaking(locale):
        words = words_for(ReminderKind.VISIT, None)
        assert "STOP" in text_line(words, "https://localhost/x")
        assert "STOP" not in text_line(words, "https://localhost/x", may_stop=False)


@pytest.mark.parametrize("cancelled", [True, False])
def test_what_a_row_keeps_of_a_visit_survives_being_stored(cancelled: bool) -> None:
    detail = AppointmentDetail(datetime(2026, 12, 1, 14, 5), "Room 2", cancelled)
    assert AppointmentDetail.from_json(detail.to_json()) == detail
    stored = {"starts": "2026-12-01T14:05:00", "place": "Room 2", "called_off": cancelled}  # rows have these names
    assert AppointmentDetail.from_json(json.dumps(stored)) == detail
