"""Our questions ask a caregiver about the patient by name (case 104)."""

import json
import re
from datetime import datetime
from pathlib import Path

import pytest

from server import language
from server.appointments import booking
from server.appointments.booking import NewAppointment
from server.db import Database
from server.questionnaires.fhir import read_definition
from server.responses.questions.third_person import asked_about, first_name, hint_about, title_about
from tests.browser_without_screen import words
from tests.cast import Cast, work_by
from tests.conftest import Enter
from tests.stories import due_check_in

LIBRARY = Path(__file__).parents[3] / "server" / "questionnaires" / "library"
TEXTS = re.findall(r'"text": ("[^"]+")', "".join(path.read_text() for path in sorted(LIBRARY.glob("*.json"))))


@pytest.mark.parametrize(
    ("text", "about"),
    [
        ("How is your breathing?", "How is Rosa's breathing?"),
        ("Did you choke on food or drink this week?", "Did Rosa choke on food or drink this week?"),
        ("How do you eat?", "How does Rosa eat?"),
        ("When are you short of breath?", "When is Rosa short of breath?"),
        ("Do you have someone to drive you home?", "Does Rosa have someone to drive Rosa home?"),
        ("You can't drive after an infusion.", "Rosa can't drive after an infusion."),
        ("If you have a feeding tube, think of tube care.", "If Rosa has a feeding tube, think of tube care."),
        ("Have you had thoughts of hurting yourself?", "Has Rosa had thoughts of hurting themselves?"),
    ],
)
def test_case_104_a_question_is_about_the_patient(text: str, about: str) -> None:
    assert asked_about(text, "Rosa", "en") == about
    assert asked_about("¿Cómo está su respiración?", "Rosa", "es") == "Rosa: ¿Cómo está su respiración?"


@pytest.mark.parametrize("text", [json.loads(text) for text in TEXTS])
def test_case_104_no_question_of_ours_says_you_to_a_caregiver(text: str) -> None:
    assert not re.search(r"\byou", asked_about(text, "Rosa", "en"), re.IGNORECASE)


@pytest.mark.parametrize("slug", sorted(path.stem for path in LIBRARY.glob("*.json")))
def test_case_104_no_title_or_hint_in_spanish_speaks_to_a_caregiver_as_the_patient(slug: str) -> None:
    definition = read_definition(json.loads((LIBRARY / f"{slug}.json").read_text()), "es")
    with language.speaking("es"):
        texts = [title_about(definition, "Rosa Delgado")]
        for question in definition.questions:
            texts += (
                [] if question.patient_only else hint_about(definition, question, "Rosa Delgado", "es").splitlines()
            )
    to_the_reader = [text for text in texts if re.search(r"\b(usted|sus?|le|puede|come)\b", text, re.IGNORECASE)]
    assert [text for text in to_the_reader if not text.startswith("Rosa: ")] == []


@pytest.mark.parametrize("locale", ["en", "es"])
def test_case_81_a_name_in_the_other_direction_does_not_turn_the_question(locale: str) -> None:
    for text in ("How is your breathing?", "You can't drive."):
        assert "\u2068שרה\u2069" in asked_about(text, "שרה", locale)


def test_a_first_name() -> None:
    assert [first_name(name) for name in ("Rosa Delgado", "Rosa", "")] == ["Rosa", "Rosa", ""]


async def test_case_104_the_caregivers_home_and_questions_name_the_patient(
    signed_in: Enter, cast: Cast, database: Database
) -> None:
    async with database.writing() as db:
        due = await due_check_in(db, cast.rosa)
        await booking.book(work_by(db, cast.maria), cast.rosa, NewAppointment(datetime(2026, 12, 1, 10)))
    luis = await signed_in(cast.luis)
    home = words(await luis.get("/"))
    assert "Rosa Delgado's check-in is ready" in home
    assert "Rosa Delgado's next visit" in home
    asked = words(await luis.get(f"/check-ins/{due.id}/q/breathing?who=helper"))
    assert "About Rosa Delgado How is Rosa's breathing?" in asked
    own = words(await luis.get(f"/check-ins/{due.id}/q/breathing?who=hands"))
    assert "How is your breathing?" in own
    [form] = (await luis.get("/held")).json()["forms"]
    assert all("<span data-named hidden>" in question["html"] for question in form["questions"])
