"""The buttons on a flag: each does its act, returns to the page it came from, and refuses invalid input."""

import pytest

from server.db import Database
from server.flags.models import Flag, FlagNote
from tests.browser_without_screen import Browser
from tests.cast import Cast
from tests.conftest import Enter
from tests.flags.scene import answers, only_flag
from tests.stories import rows


@pytest.fixture
async def flag(database: Database, cast: Cast) -> Flag:
    await answers(database, cast.rosa, {"speech": "hard"})
    return await only_flag(database)


async def test_each_button_does_its_act(signed_in: Enter, cast: Cast, database: Database, flag: Flag) -> None:
    maria, at = await signed_in(cast.maria), f"/staff/flags/{flag.id}"
    await maria.submit(f"{at}/own")
    assert (await only_flag(database)).owner_id == cast.maria.id
    await maria.submit(f"{at}/assign", {"owner": cast.ken.id})
    assert (await only_flag(database)).owner_id == cast.ken.id
    await maria.submit(f"{at}/note", {"note": "Left a message."})
    assert [note.text for note in await rows(database, FlagNote)] == ["Left a message."]
    page = await maria.submit(f"{at}/expect", {"level": "3", "days": "14", "note": "Known."})
    assert page.url.path == f"/staff/patients/{cast.rosa.id}"
    assert (await only_flag(database)).outcome == "expected"
    await maria.submit(f"{at}/reopen")
    assert (await only_flag(database)).outcome is None


async def test_invalid_input_gives_a_422(signed_in: Enter, cast: Cast, flag: Flag) -> None:
    maria, at = await signed_in(cast.maria), f"/staff/flags/{flag.id}"
    for verb, form in (
        ("assign", {"owner": cast.tom.id}),
        ("note", {"note": "  "}),
        ("expect", {"level": "3", "days": "31"}),
        ("expect", {"level": "5", "days": "7"}),
        ("expect", {"level": "much", "days": "7"}),
        ("expect", {"level": "3"}),
    ):
        assert (await maria.submit(f"{at}/{verb}", form)).status_code == 422, (verb, form)


async def location(device: Browser, path: str, back: str) -> str:
    device.http.follow_redirects = False
    answer = await device.submit(path, {"back": back})
    device.http.follow_redirects = True
    return answer.headers["location"]


@pytest.mark.parametrize(
    ("back", "followed"),
    [
        ("/staff", True),
        ("/staff?show=done#flag-1", True),
        ("/staff/patients", True),
        ("/staffing", False),
        ("//evil.example/staff", False),
        ("https://evil.example/staff", False),
        ("/staff\\..\\evil", False),
        ("/staff/\r\nset-cookie: a=b", False),
        ("/settings", False),
        ("", False),
    ],
)
async def test_a_button_returns_only_to_staff_pages(
    signed_in: Enter, cast: Cast, flag: Flag, back: str, followed: bool
) -> None:
    maria = await signed_in(cast.maria)
    went = await location(maria, f"/staff/flags/{flag.id}/own", back)
    assert went == (back if followed else f"/staff/patients/{cast.rosa.id}#flag-{flag.id}")
