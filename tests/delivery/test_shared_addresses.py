"""Two people of one household share a mailbox and a number: each can tell whose visit it is (case 102)."""

from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from server.channels.protocol import ChannelName
from server.delivery.circuit_breakers import Breakers
from server.delivery.messages import Sending, message_to
from server.people.models import Patient
from server.people.rules import Label, NameInMessages, label_among, name_in_message
from server.reminders.message_text import AppointmentDetail, Words, addressed, letter, text_line
from server.reminders.models import Reminder
from tests.browser_without_screen import words
from tests.cast import NOW, Cast
from tests.conftest import Enter
from tests.reminders.scene import SUBJECT, Scene, batch_for

FIRST, INITIALS = NameInMessages.FIRST, NameInMessages.INITIALS
PEOPLE = st.lists(st.sampled_from(["Rosa", "Ramón", "Ana", "Delgado", "Diaz"]), min_size=1, max_size=3).map(" ".join)


@pytest.mark.parametrize(
    ("name", "first", "initials"),
    [
        ("Rosa Delgado", "Rosa", "R. D."),
        ("Ramón Delgado", "Ramón", "R. D."),
        ("Ana", "Ana", "A."),
        ("", "", ""),
        ("Keola ʻŌpio", "Keola", "K. Ō."),
        ("Rosa ‘Abd", "Rosa", "R. A."),
        ("Ana (Anita)", "Ana", "A. A."),
        ("Hans ßen", "Hans", "H. ß."),
    ],
)
def test_case_102_a_first_name_or_initials_never_the_whole_name(name: str, first: str, initials: str) -> None:
    assert name_in_message(name, NameInMessages.FIRST) == first
    assert name_in_message(name, NameInMessages.INITIALS) == initials


@pytest.mark.parametrize(
    ("name", "chosen", "others", "called"),
    [
        ("Rosa Delgado", FIRST, [], "Rosa"),
        ("Rosa Delgado", INITIALS, [("Walter Brandt", INITIALS)], "R. D."),
        ("Rosa Delgado", INITIALS, [("Ramón Delgado", INITIALS)], "Rosa"),
        ("Rosa Delgado", FIRST, [("Ramón Delgado", INITIALS)], "Rosa"),
        ("Rosa Delgado", FIRST, [("Rosa Brandt", FIRST)], "Rosa D."),
        ("Rosa Delgado", FIRST, [("ROSA Brandt", FIRST)], "Rosa D."),
        ("José Lema", FIRST, [("Jose Brandt", FIRST)], "José L."),
        ("Rosa Delgado", INITIALS, [("Rosa Delmar", INITIALS)], None),
        ("Rosa Maria Delgado", FIRST, [("Rosa Anna Delgado", FIRST)], "Rosa M. D."),
        ("Rosa Delgado", FIRST, [("Rosa Delgado", INITIALS)], None),
        ("Ana", INITIALS, [("Ada", INITIALS)], "Ana"),
        ("", FIRST, [("Ana", FIRST)], ""),
    ],
)
def test_case_102_who_shares_an_address_is_told_apart(
    name: str, chosen: NameInMessages, others: list[tuple[str, NameInMessages]], called: str | None
) -> None:
    found = label_among(name, chosen, others)
    assert found == (Label(name_in_message(name, chosen), False) if called is None else Label(called))
    assert len(name.split()) < 2 or name not in found.text


@given(st.lists(st.tuples(PEOPLE, st.sampled_from(NameInMessages)), min_size=2, max_size=4))
def test_case_102_distinct_labels_are_never_equal(household: list[tuple[str, NameInMessages]]) -> None:
    found = [label_among(*one, household[:at] + household[at + 1 :]) for at, one in enumerate(household)]
    distinct = [label.text for label in found if label.is_distinct]
    assert len(distinct) == len(set(distinct))


async def test_case_102_an_email_to_a_shared_mailbox_tells_two_of_equal_initials_apart(scene: Scene) -> None:
    assert await _subject(scene, "Ramón Delgado") == "Rosa: You have a visit coming up"
    assert await _subject(scene, "Rosa Delgado") == "R. D. (Tue, Dec 1, 10:00\u00a0AM): You have a visit coming up"


async def _subject(scene: Scene, other: str) -> str:
    """The first line of an email to Rosa, who chose initials; another patient of this name has the same mailbox."""
    async with scene.database.writing() as db:
        rosa, walter = await db.get_one(Patient, scene.cast.rosa.id), await db.get_one(Patient, scene.cast.walter.id)
        rosa.name_in_messages = walter.name_in_messages = INITIALS
        rosa.email = walter.email = "home@example.org"
        walter.name = other
        [reminder] = await db.scalars(select(Reminder).where(Reminder.subject_id == SUBJECT))
        reminder.detail = AppointmentDetail(datetime(2026, 12, 1, 10), "Room 2", False).to_json()
    async with scene.database.reading() as db:
        reminders = list(await db.scalars(select(Reminder).where(Reminder.subject_id == SUBJECT)))
        sending = Sending(db, await batch_for(db, reminders), NOW, "https://localhost", Breakers({}, set()))
        return message_to(sending, reminders[0], ChannelName.EMAIL, None, [], "token").body.splitlines()[0]


def test_case_102_texts_and_emails_begin_with_it() -> None:
    message = addressed(Words("You have a visit coming up", "Open to see when."), "Rosa")
    assert text_line(message, "https://localhost/go/t").startswith("Rosa: You have a visit coming up. https://")
    assert letter(message, "https://localhost/go/t").splitlines()[0] == "Rosa: You have a visit coming up"


async def test_case_102_the_patient_chooses_and_a_caregiver_does_not(signed_in: Enter, cast: Cast) -> None:
    rosa, luis = await signed_in(cast.rosa), await signed_in(cast.luis)
    assert "Texts and emails begin with: Rosa" in words(await rosa.get("/settings/contact"))
    chosen = await rosa.submit("/settings/name", {"name": "initials"})
    assert "Texts and emails begin with: R. D." in words(chosen)
    assert (await rosa.submit("/settings/name", {"name": "Rosa Delgado"})).status_code == 422
    assert (await luis.submit("/settings/name", {"name": "first"})).status_code == 403
