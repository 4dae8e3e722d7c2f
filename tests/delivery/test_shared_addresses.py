"""Two people of one household share a mailbox and a number: each can tell whose visit it is (case 102)."""

import pytest

from server.people.rules import NameInMessages, name_in_message
from server.reminders.message_text import Words, addressed, letter, text_line
from tests.browser_without_screen import words
from tests.cast import Cast
from tests.conftest import Enter


@pytest.mark.parametrize(
    ("name", "first", "initials"),
    [("Rosa Delgado", "Rosa", "R. D."), ("Ramón Delgado", "Ramón", "R. D."), ("Ana", "Ana", "A."), ("", "", "")],
)
def test_case_102_a_first_name_or_initials_never_the_whole_name(name: str, first: str, initials: str) -> None:
    assert name_in_message(name, NameInMessages.FIRST) == first
    assert name_in_message(name, NameInMessages.INITIALS) == initials


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
