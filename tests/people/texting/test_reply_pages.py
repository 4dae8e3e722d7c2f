"""Staff read a text in the inbox or on the patient's page, and take it off the list with one press (case 128)."""

from datetime import timedelta

from server.db import Database
from server.people.texting.models import TextReply
from tests.browser_without_screen import words
from tests.cast import NOW, Cast
from tests.conftest import Enter
from tests.people.texting.scene import arrives, text
from tests.stories import audited, rows


async def test_case_128_staff_handle_a_text_from_the_inbox_or_the_patients_page(
    signed_in: Enter, cast: Cast, database: Database
) -> None:
    await arrives(database, text("Can I park <there>?"))
    await arrives(database, text("Never mind", at=NOW - timedelta(minutes=1)))
    first, second = sorted(await rows(database, TextReply), key=lambda reply: reply.text)
    maria, page = await signed_in(cast.maria), f"/staff/patients/{cast.rosa.id}"
    inbox = await maria.get("/staff")
    assert "Texts to read Rosa Delgado" in words(inbox)
    assert "Can I park &lt;there&gt;?" in inbox.text
    assert "Texts from them Can I park" in words(await maria.get(page))
    back = await maria.submit(f"/staff/texts/{first.id}/handled", {"back": f"{page}#texts"})
    assert back.url.path == page
    assert "Maria Alvarez" in words(back).partition("Texts from them")[2].partition("Check-in plans")[0]
    back = await maria.submit(f"/staff/texts/{second.id}/handled", {"back": "https://elsewhere.example/"})
    assert back.url.path == "/staff"
    assert "Can I park" not in words(back)
    assert "sent a text" in words(await maria.get(page))
    assert "marked a text as handled" in words(await maria.get(page))
    assert (await audited(database, first.id))[-1] == "text-reply.handled"


async def test_case_128_another_clinic_cannot_handle_it(signed_in: Enter, cast: Cast, database: Database) -> None:
    await arrives(database, text("Can I park there?"))
    [reply] = await rows(database, TextReply)
    tom = await signed_in(cast.tom)
    assert "Can I park" not in words(await tom.get("/staff"))
    assert (await tom.submit(f"/staff/texts/{reply.id}/handled")).status_code == 404
    [reply] = await rows(database, TextReply)
    assert reply.handled_at is None
