"""A person names and ends their own phones, and a patient those of caregivers."""

import re

import pytest

from server.access.models import Device
from server.db import Database
from server.people.models import Caregiver
from tests.browser_without_screen import words
from tests.cast import NOW, Cast
from tests.conftest import Enter
from tests.stories import audited, device_of, rows
from tests.world import passkey_of

# The functions below these pages are tested on both databases.
pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


async def test_a_phone_gets_a_name(signed_in: Enter, cast: Cast, database: Database) -> None:
    rosa, luis = await signed_in(cast.rosa), await signed_in(cast.luis)
    [of_rosa] = await rows(database, Device, Device.patient_id == cast.rosa.id)
    assert "Kitchen tablet" in words(
        await rosa.submit(f"/settings/device-names/{of_rosa.id}", {"name": "Kitchen tablet"})
    )
    assert "device.renamed" in await audited(database, of_rosa.id)
    assert (await rosa.submit(f"/settings/device-names/{of_rosa.id}", {"name": " "})).status_code == 422
    assert (await luis.submit(f"/settings/device-names/{of_rosa.id}", {"name": "Mine"})).status_code == 404


async def test_four_phones_two_passkeys_and_a_helper_are_nine_controls(
    signed_in: Enter, cast: Cast, database: Database
) -> None:
    """Whoever scans by a switch passes them one by one. The rest opens on demand, also without JavaScript."""
    rosa = await signed_in(cast.rosa)
    async with database.writing() as db:
        await device_of(db, cast.rosa)
        for _ in range(2):
            await passkey_of(db, cast.rosa)
    page = (await rosa.get("/settings/phones")).text
    main = page[page.index("<main") : page.index("</main>")]
    closed = re.sub(r"<details>.*?</details>", "<summary>", main, flags=re.DOTALL)
    in_the_frame = 1  # the name of the app, which leads Home
    assert in_the_frame + len(re.findall(r"<(?:a|button|input|select|textarea|summary)\b", closed)) == 9
    assert len(re.findall(r'href="/settings/devices/\w+/end"', main)) == 3


async def test_the_patient_ends_a_caregivers_access(signed_in: Enter, cast: Cast, database: Database) -> None:
    rosa, luis = await signed_in(cast.rosa), await signed_in(cast.luis)
    assert "End Luis Delgado's access" in words(await rosa.get("/settings/phones"))
    await rosa.submit(f"/settings/helpers/{cast.luis.id}/end")
    assert (await luis.get("/settings")).url.path == "/join"
    [ended] = await rows(database, Caregiver, Caregiver.id == cast.luis.id)
    assert ended.ended_at == NOW
    assert "Luis Delgado" not in words(await rosa.get("/settings/phones"))
    twice = await rosa.submit(f"/settings/helpers/{cast.luis.id}/end")
    assert (twice.status_code, twice.url.path) == (200, "/settings/phones")
    [ended] = await rows(database, Caregiver, Caregiver.id == cast.luis.id)
    assert ended.ended_at == NOW
