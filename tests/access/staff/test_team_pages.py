"""An admin invites staff. The page shows the sign-in link once."""

import re

import pytest
from litestar import Litestar

from server.db import Database
from server.people.models import Staff
from tests.browser_without_screen import Browser, words
from tests.cast import Cast
from tests.conftest import Enter
from tests.stories import rows

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
NEW = {"name": "Ana Ruiz", "email": "ana@harbor.example", "role": "coordinator"}


async def test_an_admin_invites_a_colleague_and_sees_the_link_once(
    signed_in: Enter, cast: Cast, database: Database
) -> None:
    ruth = await signed_in(cast.ruth)
    page = await ruth.submit("/staff/team", NEW)
    assert re.search(r"/staff/link#[\w-]+", page.text)
    assert [row.role for row in await rows(database, Staff) if row.name == "Ana Ruiz"] == ["coordinator"]
    again = await ruth.get("/staff/team")
    assert "Ana Ruiz" in words(again)
    assert "/staff/link#" not in again.text


@pytest.mark.parametrize("wrong", [{"email": "no address"}, {"role": "owner"}, {"email": ""}, {"name": "\u3164"}])
async def test_a_refused_invitation_adds_nobody(
    signed_in: Enter, cast: Cast, database: Database, wrong: dict[str, str]
) -> None:
    ruth = await signed_in(cast.ruth)
    before = len(await rows(database, Staff))
    page = await ruth.submit("/staff/team", NEW | wrong)
    assert (page.status_code, len(await rows(database, Staff))) == (422, before)
    kept = (NEW | wrong)["email" if "name" in wrong else "name"]
    assert f'value="{kept}"' in page.text


async def test_only_an_admin_manages_the_team(signed_in: Enter, cast: Cast) -> None:
    for colleague in (cast.maria, cast.ken):
        assert (await (await signed_in(colleague)).get("/staff/team")).status_code == 403


async def test_case_90_the_page_of_a_second_press_shows_a_link_that_works(
    app: Litestar, signed_in: Enter, cast: Cast, database: Database
) -> None:
    """The first press's page is never seen, and its link was the only one."""
    ruth = await signed_in(cast.ruth)
    form = NEW | {"once": "0" * 32}
    await ruth.submit("/staff/team", form)
    second = await ruth.submit("/staff/team", form)
    assert [row.email for row in await rows(database, Staff) if row.name == "Ana Ruiz"] == ["ana@harbor.example"]
    [token] = re.findall(r"/staff/link#([\w-]+)", second.text)
    ana = Browser(app)
    assert (await ana.submit("/staff/link", {"token": token})).url.path == "/staff"
    await ana.close()
