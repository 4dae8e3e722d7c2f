"""Staff show a pairing code that is sent to no server."""

import re
from typing import Any

import pytest
import segno

from server.access.models import PairingCode
from server.db import Database
from server.people.models import Caregiver
from tests.browser_without_screen import Browser
from tests.cast import Cast
from tests.conftest import Enter
from tests.stories import rows


async def test_staff_add_and_pair_a_caregiver(
    signed_in: Enter, browser: Browser, cast: Cast, database: Database
) -> None:
    maria = await signed_in(cast.maria)
    await maria.submit(f"/staff/patients/{cast.walter.id}/caregivers", {"name": "Ida", "relation": "daughter"})
    [ida] = [caregiver for caregiver in await rows(database, Caregiver) if caregiver.name == "Ida"]
    page = await maria.submit(f"/staff/patients/{cast.walter.id}/pair", {"caregiver": ida.id})
    found = re.search(r'id="pairing-code">(\d{4} \d{4})<', page.text)
    assert found is not None
    notice = await browser.submit("/join/code", {"code": found[1]})
    assert notice.status_code == 200
    [code] = await rows(database, PairingCode)
    assert (code.caregiver_id, code.made_by, code.used_at) == (ida.id, cast.maria.id, None)


async def test_the_qr_code_carries_the_pairing_code_in_the_fragment(
    signed_in: Enter, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Browsers never send the fragment of an address."""
    drawn: list[str] = []
    draw = segno.make

    def watched(text: str) -> Any:
        drawn.append(text)
        return draw(text)

    monkeypatch.setattr(segno, "make", watched)
    maria = await signed_in(cast.maria)
    page = await maria.submit(f"/staff/patients/{cast.rosa.id}/pair")
    [address] = drawn
    assert re.fullmatch(r"https://localhost/join#\d{8}", address)
    assert page.headers["cache-control"] == "no-store"
